"""Alerts that go on firing."""

import pytest

from sealane_api.diagnosis.error_event import Origin
from sealane_investigator.incident.incident import Analysed, State
from sealane_investigator.interfaces import ChangeOf, Deed
from sealane_investigator.store.store import SqlStore
from tests.support.stores import DAY, HOUR, NOON, FakeClock, analysed, do, one


def _alert() -> Analysed:
    """The same alert, however often it is told; it began at NOON."""
    return analysed("alert-1", reporter="alert/am", origin=Origin.ALERT, workload="team/Deployment/api")


async def test_an_alert_that_fires_for_weeks_is_not_taken_for_quiet(store: SqlStore, clock: FakeClock) -> None:
    """Each repetition shows that the trouble lasts, and counts no more."""
    recorded = [await store.record([_alert()], {})]
    for _ in range(20):
        clock.pass_(DAY)
        recorded.append(await store.record([_alert()], {}))
        await store.tidy()

    found = await one(store)
    assert (recorded[-1].counted, recorded[-1].replayed, recorded[-1].changes) == (0, 1, ())
    assert (found.state, found.count, found.first_seen, found.last_seen) == (State.OPEN, 1, NOON, clock.at)


async def test_an_alert_that_lasts_is_noted_once_an_hour(store: SqlStore, clock: FakeClock) -> None:
    """Also beside an error that is new, of the same incident or another one."""
    await store.record([_alert()], {})
    clock.pass_(HOUR - 1)
    await store.record([_alert()], {})
    early = (await one(store)).last_seen
    clock.pass_(1)
    recorded = await store.record([_alert(), analysed(2, kind="b", at=clock.at)], {})

    assert (early, (await one(store)).last_seen) == (NOON, NOON + HOUR)
    assert [(change.kind, change.incident.id) for change in recorded.changes] == [(ChangeOf.NEW, 2)]


@pytest.mark.parametrize("deed", [Deed.RESOLVE, Deed.IGNORE])
async def test_what_a_person_settled_stays_settled(store: SqlStore, clock: FakeClock, deed: Deed) -> None:
    """The alert began before that, so its repetition is no regression."""
    await store.record([_alert()], {})
    settled = (await do(store, deed))[0]
    clock.pass_(DAY)

    await store.record([_alert()], {})

    assert await one(store) == settled


async def test_an_error_that_is_told_again_shows_nothing(store: SqlStore, clock: FakeClock) -> None:
    """A router sends again what may not have arrived; it happened once."""
    await store.record([analysed(1)], {})
    clock.pass_(DAY)
    await store.record([analysed(1)], {})

    assert (await one(store)).last_seen == NOON
