"""Alerts that resolved are noted, once."""

from sealane_investigator.incident.incident import State
from sealane_investigator.intake.cleaning import Cleaning
from sealane_investigator.pipeline.alert_notes import MAX_NOTES, AlertNotes
from tests.support.fake_store import FakeStore
from tests.support.reported import AT, analysed, event


def _alert(message: str = "PodCrashLooping: it restarts") -> dict[str, str]:
    return {"message": message, "workload": "team/Deployment/api", "type": "PodCrashLooping"}


async def _store() -> FakeStore:
    store = FakeStore()
    await store.record([analysed(event(1, **_alert()))], {})
    return store


def _notes(store: FakeStore) -> AlertNotes:
    return AlertNotes(store, Cleaning(str), analysed)


async def test_its_incident_says_that_the_alert_is_resolved() -> None:
    """Once, however often Alertmanager and its twin say so; the incident itself stays as it is."""
    store = await _store()
    for _ in range(2):
        await _notes(store).note([event(2, **_alert())], AT + 10)

    assert [(done.by, done.arguments["text"]) for done in store.deeds] == [
        ("alertmanager", "the alert PodCrashLooping is resolved (r-2)")
    ]
    assert store.rows[1].state is State.OPEN


async def test_an_alert_that_nobody_was_told_of_is_passed_over() -> None:
    """There is nothing to write it to."""
    store = await _store()

    await _notes(store).note([event(2, **_alert(message="Other: it does not"))], AT + 10)

    assert store.deeds == []


async def test_a_database_that_is_away_costs_the_note_and_nothing_else() -> None:
    """Who sent the notification is not bothered."""
    store = await _store()
    store.away = True

    await _notes(store).note([event(2, **_alert())], AT + 10)

    assert store.deeds == []


async def test_notes_of_one_notification_have_a_limit() -> None:
    """The rest is counted in a metric all the same."""
    store = await _store()

    await _notes(store).note([event(number, **_alert()) for number in range(100, 101 + MAX_NOTES)], AT + 1_000)

    assert len(store.deeds) == MAX_NOTES
