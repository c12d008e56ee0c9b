"""The outbox is emptied, at least once for every channel."""

import asyncio
from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry

from sealane_investigator.errors import StoreUnavailable
from sealane_investigator.interfaces import ChangeOf, Notice
from sealane_investigator.notify.outbox import FIRST_PAUSE, LONGEST_PAUSE, MAX_ATTEMPTS, MAX_REMEMBERED, Outbox
from sealane_telemetry.investigator_metrics import InvestigatorMetrics
from tests.support.fake_store import FakeStore
from tests.support.waiting import until
from tests.unit.investigator.notify.test_messages import INCIDENT


class _Played:
    """A channel that works or not."""

    def __init__(self, name: str, *, works: bool = True) -> None:
        self.name = name
        self.works = works
        self.told: list[int] = []

    async def deliver(self, notice: Notice) -> bool:
        if self.works:
            self.told.append(notice.id)
        return self.works

    async def close(self) -> None:
        return None


class _Hanging(_Played):
    """A channel that answers when it is told to."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.answers = asyncio.Event()

    async def deliver(self, notice: Notice) -> bool:
        await self.answers.wait()
        return await super().deliver(notice)


def _notice(number: int = 1, attempts: int = 1) -> Notice:
    return Notice(
        id=number, kind=ChangeOf.NEW, incident=replace(INCIDENT, id=number), attempts=attempts, fence=1, created_at=1.0
    )


def _outbox(store: FakeStore, *channels: _Played) -> Outbox:
    metrics = InvestigatorMetrics(CollectorRegistry())
    return Outbox(store, channels, metrics, owner="one", random_unit=lambda: 1.0)


async def test_every_notice_goes_to_every_channel() -> None:
    """However many there are."""
    store, first, second = FakeStore(), _Played("a"), _Played("b")
    store.notices = [_notice(number) for number in range(25)]

    await _outbox(store, first, second).turn()

    assert first.told == second.told == list(range(25))
    assert {(outcome, retry) for _, outcome, retry in store.settled} == {("delivered", None)}


async def test_a_channel_that_has_a_notice_is_not_told_again() -> None:
    """While another one is tried until it works."""
    store, works, broken = FakeStore(), _Played("a"), _Played("b", works=False)
    outbox = _outbox(store, works, broken)
    store.notices = [_notice()]
    await outbox.turn()
    broken.works = True
    store.notices = [_notice(attempts=2)]
    await outbox.turn()

    assert (works.told, broken.told) == ([1], [1])
    assert store.settled == [(1, "failed", FIRST_PAUSE), (1, "delivered", None)]


async def test_a_receiver_that_hangs_holds_up_no_other() -> None:
    """The other one has everything before the first one has answered at all."""
    store, prompt, hanging = FakeStore(), _Played("a"), _Hanging("b")
    store.notices = [_notice(number) for number in range(5)]
    turning = asyncio.ensure_future(_outbox(store, hanging, prompt).turn())
    await until(lambda: len(prompt.told) == 5)
    answered = list(hanging.told)
    hanging.answers.set()
    await turning

    assert (answered, sorted(prompt.told), sorted(hanging.told)) == ([], [0, 1, 2, 3, 4], [0, 1, 2, 3, 4])


async def test_pauses_grow_and_end() -> None:
    """After so many attempts it is given up, and said so."""
    store, broken = FakeStore(), _Played("a", works=False)
    outbox = _outbox(store, broken)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        store.notices = [_notice(attempts=attempt)]
        await outbox.turn()

    pauses = [retry for _, _, retry in store.settled[:-1]]
    assert pauses[:3] == [5.0, 10.0, 20.0]
    assert pauses[-1] == LONGEST_PAUSE
    assert store.settled[-1] == (1, "given_up", None)


async def test_where_nobody_is_to_be_told_the_outbox_is_empty_all_the_same() -> None:
    """It does not grow for ever."""
    store = FakeStore()
    store.notices = [_notice()]

    await _outbox(store).turn()

    assert store.settled == [(1, "nobody", None)]


async def test_a_database_that_is_away_is_told_to_who_runs_it() -> None:
    """It is done again."""
    store = FakeStore()
    store.away = True

    with pytest.raises(StoreUnavailable):
        await _outbox(store, _Played("a")).turn()


async def test_what_is_remembered_of_notices_is_bounded() -> None:
    """Another replica may tell what failed here, and nobody says so."""
    store, broken = FakeStore(), _Played("a", works=False)
    outbox = _outbox(store, broken)

    for number in range(1, MAX_REMEMBERED + 11):
        store.notices = [_notice(number)]
        await outbox.turn()

    assert [*outbox._arrived] == [*range(11, MAX_REMEMBERED + 11)]
