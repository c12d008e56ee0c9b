"""A batch by incident, without a database."""

from sealane_api.diagnosis.error_event import Origin
from sealane_investigator.store.recording.tally import MAX_AHEAD, MAX_BEHIND, facets_of, key_of, tallied
from tests.support.stores import HOUR, NOON, analysed


def test_events_of_one_key_are_one_tally() -> None:
    """With their counts, hours, facets, revisions, and the first and the last time."""
    batch = [
        analysed(1, at=NOON - HOUR, tenant="blue", revision=3),
        analysed(2, at=NOON, tenant="green", revision=5, count=4),
    ]

    (tally,) = tallied(batch, NOON).values()

    assert (tally.count, tally.first_seen, tally.last_seen) == (5, NOON - HOUR, NOON)
    assert tally.hours == {int(NOON // HOUR) - 1: 1, int(NOON // HOUR): 4}
    assert tally.facets["tenant", "green"] == 4
    assert tally.revisions == {"team/chat": 5}
    assert tally.latest is batch[1]


def test_a_clock_that_is_ahead_is_not_believed() -> None:
    """What occurs later than a minute from now occurred when it arrived: an incident has no future."""
    (tally,) = tallied([analysed(1, at=NOON + MAX_AHEAD + 1)], NOON).values()

    assert tally.last_seen == NOON


def test_a_clock_that_was_never_set_is_not_believed() -> None:
    """Nothing waits for more than a year to be told; an incident of 1970 would be quiet at once."""
    late, never = (
        tallied([analysed(1, at=at)], NOON).popitem()[1] for at in (NOON - MAX_BEHIND, NOON - MAX_BEHIND - 1)
    )

    assert (late.first_seen, never.first_seen) == (NOON - MAX_BEHIND, NOON)


def test_sealanes_own_trouble_has_a_key_of_its_own() -> None:
    """Though it is worded like a user's."""
    own, theirs = (key_of(analysed(1, origin=origin).event, "v1:a") for origin in (Origin.SELF, Origin.ROUTER))

    assert own != theirs
    assert theirs == "v1:a moonshot@api.moonshot.ai"


def test_a_facet_without_a_value_is_no_facet() -> None:
    """An Event of Kubernetes has no route and no status."""
    event = analysed(1, route=None, revision=None, provider=None, tenant=None, status=None).event

    assert [*facets_of(event)] == [("model", "kimi-k2.6")]


def test_two_tallies_of_one_incident_are_added() -> None:
    """Whatever either has."""
    first, second = tallied([analysed(1), analysed(2, kind="b", tenant="green", revision=9)], NOON).values()

    first.absorb(second)

    assert (first.count, len(first.events)) == (2, 2)
    assert first.facets["tenant", "blue"] == first.facets["tenant", "green"] == 1
    assert first.revisions == {"team/chat": 9}


def test_a_reporter_that_dropped_more_marks_what_it_reports() -> None:
    """And nothing of others."""
    batch = [analysed(1), analysed(2, kind="b", reporter="router-2")]

    marked = [tally.at_least for tally in tallied(batch, NOON, frozenset({"router-1/1"})).values()]

    assert marked == [True, False]
