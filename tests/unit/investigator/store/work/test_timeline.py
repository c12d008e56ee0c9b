"""What the gateway did, for the timeline."""

import pytest

from sealane_investigator.incident.facts import BreakerChange, RevisionChange
from sealane_investigator.store.store import SqlStore
from sealane_investigator.store.work import timeline
from tests.support.stores import NOON


def revision(number: int, at: float = NOON, route: str = "team/chat") -> RevisionChange:
    """A revision that began to serve."""
    return RevisionChange(route=route, revision=number, previous=number - 1, at=at, changed=("rules[0]: a → b",))


def breaker(at: float = NOON, router: str = "router-1") -> BreakerChange:
    """A breaker that opened."""
    return BreakerChange(route="team/chat", provider="zai", router=router, before="closed", after="open", at=at)


async def test_a_change_that_many_replicas_saw_is_kept_once(store: SqlStore) -> None:
    """A revision begins once, a breaker changes when it does."""
    await store.note([revision(3), breaker()])
    await store.note([revision(3, NOON + 2), breaker(), breaker(router="router-2")])

    found = await store.noted(NOON - 1, NOON + 10, None)

    assert found.revisions == (revision(3),)
    assert set(found.breakers) == {breaker(), breaker(router="router-2")}


async def test_changes_of_a_time_and_of_a_route_come_oldest_first(store: SqlStore) -> None:
    """The end is not part of the time."""
    await store.note([revision(4, NOON + 5), revision(3), revision(9, NOON + 6, "team/other"), revision(5, NOON + 10)])

    found = await store.noted(NOON, NOON + 10, "team/chat")

    assert [each.revision for each in found.revisions] == [3, 4]


async def test_there_are_so_many_and_no_more(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest."""
    monkeypatch.setattr(timeline, "MAX_FACTS", 2)
    await store.note([revision(number, NOON + number) for number in range(1, 6)])

    assert [each.revision for each in (await store.noted(0, NOON + 100, None)).revisions] == [4, 5]


async def test_nothing_is_noted_when_nothing_happened(store: SqlStore) -> None:
    """And nothing is found."""
    await store.note([])

    assert (await store.noted(0, NOON, None)).revisions == ()
