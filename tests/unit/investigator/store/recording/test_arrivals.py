"""Which events are new."""

from functools import partial

from sealane_investigator.store.database import Database
from sealane_investigator.store.recording.arrivals import more_dropped, unseen
from tests.support.stores import NOON, analysed, events


async def test_an_id_is_new_once(database: Database) -> None:
    """In the order of ids, so that two batches that overlap wait for each other in one direction only."""
    first = await database.write(lambda to: unseen(to, [analysed(2), analysed(1)], NOON))
    second = await database.write(lambda to: unseen(to, events(3), NOON))

    assert [each.event.id for each in first] == ["event-1", "event-2"]
    assert [each.event.id for each in second] == ["event-3"]


async def test_an_empty_batch_asks_nothing(database: Database) -> None:
    """A reporter may only have to say what it dropped."""
    assert await database.write(lambda to: unseen(to, [], NOON)) == []


async def test_a_figure_of_dropped_events_only_rises(database: Database) -> None:
    """Batches arrive in any order; the largest figure of an epoch holds."""
    told = [{"a/1": 5}, {"a/1": 3}, {"a/1": 5, "b/1": 1}, {"b/1": 0}, {"a/1": 6}]

    grown = [await database.write(partial(more_dropped, dropped=each, at=NOON)) for each in told]

    assert grown == [{"a/1"}, set(), {"b/1"}, set(), {"a/1"}]
