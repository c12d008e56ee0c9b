"""An incident says when its present episode began."""

from dataclasses import replace

from tests.support.facts import incident


def test_an_episode_begins_when_the_incident_came_back() -> None:
    """A change shortly before that, not before its very first error, may have brought it about."""
    first = incident(first_seen=1_000.0)

    assert first.began == 1_000.0
    assert replace(first, episode=2, episode_began=9_000.0).began == 9_000.0
