"""How an incident passes from state to state. Pure.

An episode begins when an incident is new, and when it comes back after it was resolved.
"""

from collections.abc import Iterable

from sealane_api.diagnosis.error_event import ErrorEvent
from sealane_investigator.incident.incident import Resolution, State

HOUR = 3_600

#: States that somebody should look at.
ACTIVE = frozenset({State.OPEN, State.REGRESSED, State.ESCALATING})

#: After this long without an event an incident is resolved by itself, in seconds.
QUIET_AFTER = 14 * 24 * HOUR

#: An hour escalates above this many events, and above this many times the highest of so many hours before it.
LEAST_ESCALATION = 10
ESCALATION_FACTOR = 3
HOURS_COMPARED = 7 * 24


def recurs(resolution: Resolution, events: Iterable[ErrorEvent]) -> bool:
    """Whether one of the events shows that the fix did not hold.

    It occurred after the resolution, at or above the revision at which its route was called mended. A straggler of an
    older revision, and an event that was merely reported late, show nothing.
    """
    return any(event.occurred_at > resolution.at and not _older(resolution, event) for event in events)


def _older(resolution: Resolution, event: ErrorEvent) -> bool:
    mended = resolution.revisions.get(event.route) if event.route is not None else None
    return mended is not None and event.revision is not None and event.revision < mended


def lapses(ignored_until: float | None, at: float) -> bool:
    """Whether an incident is no longer ignored at a time; without an end it is ignored until somebody opens it."""
    return ignored_until is not None and at >= ignored_until


def threshold(highest: int) -> int:
    """Above how many events an hour escalates, when the hours before it had at most ``highest``."""
    return max(LEAST_ESCALATION, ESCALATION_FACTOR * highest)


def may_escalate(state: State, hour: int, episode_began: float) -> bool:
    """Whether the hour can escalate at all: not the one in which the episode began, of which somebody was told."""
    return state in {State.OPEN, State.REGRESSED} and hour > int(episode_began // HOUR)


def calms(last_whole_hour: int, this_hour: int, highest: int) -> bool:
    """Whether an escalating incident is an open one again; ``highest`` is of the hours before the last whole one."""
    return max(last_whole_hour, this_hour) <= threshold(highest)


def goes_quiet(state: State, last_seen: float, at: float) -> bool:
    """Whether an incident is resolved because nothing was seen of it for long."""
    return state in ACTIVE and last_seen < at - QUIET_AFTER
