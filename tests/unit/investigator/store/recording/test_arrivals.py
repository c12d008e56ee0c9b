"""Which events are new."""

from functools import partial

from sqlalchemy import select

from sealane_investigator.store.database import Database
from sealane_investigator.store.recording.arrivals import LOSS_LASTS, lately_dropped, unseen
from sealane_investigator.store.recording.sequences import REFRESHED_AFTER
from sealane_investigator.store.schema import seen
from tests.support.stores import NOON, analysed, events


async def test_an_id_is_new_once(database: Database) -> None:
    """Then it comes again, and is told apart."""
    first = await database.write(lambda to: unseen(to, [analysed(2), analysed(1)], NOON))
    second = await database.write(lambda to: unseen(to, events(3), NOON))

    assert [[each.event.id for each in found] for found in first] == [["event-1", "event-2"], []]
    assert [[each.event.id for each in found] for found in second] == [["event-3"], ["event-1", "event-2"]]


async def test_two_reporters_may_both_count_from_one(database: Database) -> None:
    """An id is one of its reporter's; of two contents under one id the first is taken."""
    batch = [analysed(1), analysed(1, reporter="other"), analysed(1, kind="b")]

    new, again = await database.write(lambda to: unseen(to, batch, NOON))

    assert (new, again) == ([batch[1], batch[0]], [])


async def test_what_is_repeated_is_remembered_anew(database: Database) -> None:
    """Twelve hours later and not before; else every repetition would be written down."""
    hours = []
    for passed in (0, REFRESHED_AFTER, REFRESHED_AFTER + 1):
        at = NOON + passed * 3_600.0
        await database.write(partial(unseen, batch=[analysed(1)], at=at))
        found = await database.read(lambda to: to.execute(select(seen.c.hour)).scalar_one())
        hours.append(found - int(NOON // 3_600))

    assert hours == [0, 0, REFRESHED_AFTER + 1]


async def test_an_empty_batch_asks_nothing(database: Database) -> None:
    """A reporter may only have to say what it dropped."""
    assert await database.write(lambda to: unseen(to, [], NOON)) == ([], [])


async def test_a_figure_of_dropped_events_only_rises(database: Database) -> None:
    """Batches arrive in any order; the largest figure of an epoch holds."""
    hour = 3_600.0
    told = [{"a/1": 5}, {"a/1": 3}, {"a/1": 5, "b/1": 1}, {"b/1": 0}, {"a/1": 6}]

    short = [
        await database.write(partial(lately_dropped, dropped=each, at=NOON + number * hour))
        for number, each in enumerate(told)
    ]

    assert short == [{"a/1"}, set(), {"b/1"}, set(), {"a/1"}]


async def test_a_loss_concerns_what_is_told_for_a_while(database: Database) -> None:
    """What was turned away came after everything that was waiting to be told."""
    moments = (0.0, LOSS_LASTS - 1, LOSS_LASTS)

    short = [await database.write(partial(lately_dropped, dropped={"a/1": 5}, at=NOON + moment)) for moment in moments]

    assert short == [{"a/1"}, {"a/1"}, set()]
