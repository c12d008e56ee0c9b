"""Warning events of Kubernetes as error events."""

from typing import Any

import pytest

from sealane_api.diagnosis.error_event import MAX_MESSAGE, Origin
from sealane_investigator.kube.warnings import (
    MAX_COUNT,
    START_FAILURES,
    count_of,
    error_event,
    first_seen,
    is_start,
    is_warning,
    last_seen,
)

_NOON = 1_795_003_200.0
_AT = "2026-11-18T12:00:00Z"


def _event(**other: Any) -> dict[str, Any]:
    plain = {
        "metadata": {"uid": "u1", "namespace": "team", "creationTimestamp": "2026-11-18T11:00:00Z"},
        "type": "Warning",
        "reason": "BackOff",
        "message": "Back-off restarting failed container web",
        "count": 7,
        "firstTimestamp": "2026-11-18T11:30:00Z",
        "lastTimestamp": _AT,
        "involvedObject": {
            "apiVersion": "v1",
            "kind": "Pod",
            "namespace": "team",
            "name": "web-7d4b9c6f5d-x2x4z",
            "fieldPath": "spec.containers{web}",
        },
    }
    return plain | other


def test_a_warning_is_an_error_of_its_workload() -> None:
    """Named by uid and count, with the occurrences that are new."""
    found = error_event(_event(), 3, 0.0)

    assert (found.id, found.reporter, found.epoch, found.sequence) == ("u1:7", "kubernetes", "u1", 7)
    assert (found.count, found.origin, found.occurred_at) == (3, Origin.KUBERNETES, _NOON)
    assert (found.workload, found.subject) == ("team/Deployment/web", "team/Deployment/web")
    assert (found.code, found.type) == ("BackOff", "spec.containers{web}")
    assert found.message == "Back-off restarting failed container web"
    assert found.route is None


def test_what_the_operator_says_of_a_route_is_our_own() -> None:
    """It is stored as such, and no model is asked about it."""
    about = {"apiVersion": "sealane.dev/v1alpha1", "kind": "ProviderRoute", "namespace": "team", "name": "chat"}
    found = error_event(_event(involvedObject=about), 1, 0.0)

    assert (found.origin, found.route, found.workload) == (Origin.SELF, "team/chat", "team/ProviderRoute/chat")


def test_a_series_counts_as_its_newest_form_does() -> None:
    """Events of events.k8s.io have no count of their own."""
    series = _event(count=None, series={"count": 12, "lastObservedTime": "2026-11-18T12:00:00.5Z"}, lastTimestamp=None)

    assert (count_of(series), last_seen(series)) == (12, _NOON + 0.5)


@pytest.mark.parametrize(("count", "wanted"), [(None, 1), (0, 1), (-5, 1), ("9", 1), (3, 3), (10**12, MAX_COUNT)])
def test_a_count_is_at_least_one_and_bounded(count: Any, wanted: int) -> None:
    """Whatever the object says."""
    assert count_of(_event(count=count)) == wanted


def test_an_event_without_times_happened_now() -> None:
    """And one with a time that cannot be read was made when it was."""
    bare = _event(lastTimestamp=None, firstTimestamp=None, metadata={"uid": "u1"})

    assert error_event(bare, 1, 5.0).occurred_at == 5.0
    assert last_seen(_event(lastTimestamp="noon")) == _NOON - 1_800
    assert first_seen(_event()) == _NOON - 1_800


def test_only_warnings_about_something_are_errors() -> None:
    """A normal event is none, nor is one without a uid or an object."""
    assert is_warning(_event())
    assert not is_warning(_event(type="Normal"))
    assert not is_warning(_event(metadata={}))
    assert not is_warning(_event(involvedObject=None))


def test_texts_are_bounded() -> None:
    """An event may be written by anybody in the cluster."""
    found = error_event(_event(message="x" * 100_000, reason="y" * 5_000), 10**9, 0.0)

    assert (len(found.message), len(found.code or ""), found.count) == (MAX_MESSAGE, 512, MAX_COUNT)


def _probe(count: int | None, *, minutes: int = 30, **other: Any) -> dict[str, Any]:
    """A startup probe that failed so often, over so many minutes until noon."""
    began = f"2026-11-18T11:{60 - minutes:02}:00Z"
    text = 'Startup probe failed: Get "http://10.0.0.7:8080/": dial tcp 10.0.0.7:8080: connect: connection refused'
    return _event(reason="Unhealthy", message=text, count=count, firstTimestamp=began) | other


@pytest.mark.parametrize(
    "raw",
    [
        _probe(1),
        _probe(START_FAILURES),
        _probe(START_FAILURES + 100, minutes=4),
        _probe(None, series={"count": 3, "lastObservedTime": _AT}),
        _probe(5, message="Startup probe errored and resulted in unknown state: timeout"),
    ],
)
def test_a_startup_probe_that_fails_while_its_container_starts_is_no_error(raw: dict[str, Any]) -> None:
    """As often as a start takes, or for as long as one takes."""
    assert is_start(raw)
    assert not is_warning(raw)
    assert count_of(raw) == 0


@pytest.mark.parametrize(
    ("raw", "count"),
    [
        (_probe(START_FAILURES + 1), 21),
        (_probe(START_FAILURES + 1, minutes=5), 21),
        (_probe(30, firstTimestamp=None, metadata={"uid": "u1"}), 30),
        (_probe(1, message="Readiness probe failed: HTTP probe failed with statuscode: 503"), 1),
        (_probe(1, message="Liveness probe failed: HTTP probe failed with statuscode: 503"), 1),
        (_probe(1, reason="BackOff"), 1),
    ],
)
def test_one_that_goes_on_failing_counts_wholly_and_other_probes_from_the_first(
    raw: dict[str, Any], count: int
) -> None:
    """Nothing of what was held back is missing."""
    assert is_warning(raw)
    assert (count_of(raw), error_event(raw, count_of(raw), 0.0).count) == (count, count)
