"""A provider that fails as a whole is noticed after its first errors were investigated."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from sealane_api.diagnosis.error_class import Cause, ErrorClass
from sealane_investigator.errors import StoreUnavailable
from sealane_investigator.gather import outages as module
from sealane_investigator.gather.outages import INTERVAL, OWN_NAME, OutageWatch
from sealane_investigator.incident.facts import Facts
from sealane_investigator.incident.incident import Incident, State
from sealane_investigator.interfaces import Deed, Page, Query
from tests.support.facts import diagnosis, facts, incident, traffic

_DOWN = facts(
    traffic=(
        traffic(errors=50, successes=0, seconds=60),
        traffic(errors=50, successes=0, model="kimi-k2.6", seconds=60),
    )
)


class _World:
    """Figures and incidents."""

    def __init__(self, *incidents: Incident, figures: Facts = _DOWN) -> None:
        self.facts = figures
        self.known = incidents
        self.asked: list[int] = []
        self.queries: list[Query] = []
        self.away = False

    async def incidents(self, query: Query) -> Page:
        if self.away:
            raise StoreUnavailable("away")
        self.queries.append(query)
        return Page(incidents=tuple(self.known))

    async def act(self, numbers: Sequence[int], deed: Deed, by: str, arguments: Mapping[str, object]) -> list[Incident]:
        assert (deed, by) == (Deed.INVESTIGATE, OWN_NAME)
        self.asked += numbers
        return []

    def watch(self) -> OutageWatch:
        return OutageWatch(lambda: self.facts, self)


def _of(
    number: int, error_class: ErrorClass = ErrorClass.UPSTREAM_5XX, subject: str = "moonshot@api.moonshot.ai"
) -> Incident:
    return incident(error_class, id=number, subject=subject)


async def test_incidents_of_a_failing_host_are_investigated_once_more() -> None:
    """Those that an outage can explain, and that have no cause yet."""
    world = _World(
        _of(1),
        _of(2, ErrorClass.TIMEOUT_READ),
        _of(3, ErrorClass.AUTH_INVALID_KEY),
        _of(4, subject="zai@api.z.ai"),
        replace(_of(5), diagnosis=diagnosis(ErrorClass.UPSTREAM_5XX, cause=Cause.CONFIG_CHANGE)),
        _of(6, subject="team/Deployment/web"),
    )
    await world.watch().look()

    assert world.asked == [1, 2]
    assert set(world.queries[0].states) == {State.OPEN, State.REGRESSED, State.ESCALATING}


async def test_an_episode_is_asked_for_once() -> None:
    """The next one again."""
    world = _World(_of(1))
    watch = world.watch()
    await watch.look()
    await watch.look()
    world.known = (replace(_of(1), episode=2),)
    await watch.look()

    assert world.asked == [1, 1]


async def test_without_an_outage_nobody_is_asked() -> None:
    """The store is not even read."""
    world = _World(_of(1), figures=facts(traffic=(traffic(errors=5, seconds=60),)))
    await world.watch().look()

    assert (world.asked, world.queries) == ([], [])


async def test_there_is_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest comes with the next look."""
    monkeypatch.setattr(module, "MAX_ASKED", 2)
    monkeypatch.setattr(module, "_MAX_REMEMBERED", 3)
    world = _World(*(_of(number) for number in range(1, 6)))
    watch = world.watch()
    await watch.look()
    first = list(world.asked)
    await watch.look()

    assert (first, world.asked) == ([1, 2], [1, 2, 3, 4])
    assert len(watch._asked) == 3


async def test_a_store_that_is_away_ends_nothing() -> None:
    """The figures will still be there when it is back."""
    world = _World(_of(1))
    world.away = True
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            world.away = False
        if len(slept) == 3:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await OutageWatch(lambda: world.facts, world, sleep=sleep).run()

    assert (world.asked, slept) == ([1], [INTERVAL] * 3)
