"""Warning events of Kubernetes as error events: what happened, to which workload, and how often since the last look.

Kubernetes keeps one Event for many occurrences and counts them in it. So an occurrence is named by the Event's uid and
its count, and what is new is the difference to the count that was seen before.

A startup probe fails until its container has started: that is what it is for. Such an Event counts for nothing while it
may be an ordinary start, and wholly once it is none.
"""

from sealane_api.diagnosis.error_event import MAX_MESSAGE, MAX_NAME, ErrorEvent, Origin
from sealane_investigator.incident.workload import workload_of
from sealane_kube.raw import Raw, mapping_at, seconds_at, text_at

REPORTER = "kubernetes"

#: What one Event may count at once; an Event that says more is believed so far.
MAX_COUNT = 1_000_000

#: A start is ordinary while its probe failed at most so often, or for less than so many seconds. The first figure is
#: below the 25 Events after which a kubelet tells of one pod only every five minutes.
START_FAILURES = 20
START_SECONDS = 300.0

_ROUTE_KIND = "ProviderRoute"
_OWN_GROUP = "sealane.dev/"


def uid_of(raw: Raw) -> str:
    """Return the uid of an Event; empty where it has none."""
    return text_at(raw, "metadata", "uid")


def count_of(raw: Raw) -> int:
    """Return how often it happened, as far as the Event says: at least once, and never while it is only a start."""
    return 0 if is_start(raw) else _said_count(raw)


def is_start(raw: Raw) -> bool:
    """Whether it is a startup probe that fails as one does while its container starts.

    A container that is restarted because of it goes on failing, so it is told of by the same Event, or by BackOff.
    """
    if raw.get("reason") != "Unhealthy" or not text_at(raw, "message").startswith("Startup probe "):
        return False
    began, seen = first_seen(raw), last_seen(raw)
    is_short = began is not None and seen is not None and seen - began < START_SECONDS
    return is_short or _said_count(raw) <= START_FAILURES


def _said_count(raw: Raw) -> int:
    series = mapping_at(raw, "series").get("count")
    found = series if isinstance(series, int) else raw.get("count")
    return min(found, MAX_COUNT) if isinstance(found, int) and found > 0 else 1


def is_warning(raw: Raw) -> bool:
    """Whether it is a Warning about something that has a name, and more than an ordinary start."""
    named = bool(uid_of(raw)) and bool(mapping_at(raw, "involvedObject").get("name"))
    return raw.get("type") == "Warning" and named and not is_start(raw)


def last_seen(raw: Raw) -> float | None:
    """Return when it happened last, in seconds since 1970; None where the Event does not say."""
    return (
        seconds_at(raw, "series", "lastObservedTime")
        or seconds_at(raw, "lastTimestamp")
        or seconds_at(raw, "eventTime")
        or first_seen(raw)
    )


def first_seen(raw: Raw) -> float | None:
    """Return when it happened first."""
    times = (("firstTimestamp",), ("eventTime",), ("metadata", "creationTimestamp"))
    return next((found for path in times if (found := seconds_at(raw, *path)) is not None), None)


def error_event(raw: Raw, new: int, now: float) -> ErrorEvent:
    """Return the ``new`` last occurrences of a Warning as one event; ``now`` counts where the Event has no time.

    What the operator says about a route is Sealane's own and stored as such.
    """
    about = mapping_at(raw, "involvedObject")
    namespace = text_at(about, "namespace") or text_at(raw, "metadata", "namespace") or "-"
    kind, name = workload_of(text_at(about, "kind") or "Object", text_at(about, "name"))
    count = count_of(raw)
    own = text_at(about, "apiVersion").startswith(_OWN_GROUP)
    is_route = own and about.get("kind") == _ROUTE_KIND
    return ErrorEvent(
        id=f"{uid_of(raw)}:{count}",
        reporter=REPORTER,
        epoch=uid_of(raw),
        sequence=count,
        occurred_at=last_seen(raw) or now,
        origin=Origin.SELF if own else Origin.KUBERNETES,
        route=f"{namespace}/{name}"[:MAX_NAME] if is_route else None,
        workload=f"{namespace}/{kind}/{name}"[:MAX_NAME],
        code=text_at(raw, "reason")[:MAX_NAME] or None,
        type=text_at(about, "fieldPath")[:MAX_NAME] or None,
        message=text_at(raw, "message")[:MAX_MESSAGE],
        count=min(new, MAX_COUNT),
    )
