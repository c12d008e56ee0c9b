"""Alertmanager's webhook as events."""

import json
from typing import Any

import pytest

from sealane_api.diagnosis.error_event import MAX_MESSAGE, Origin
from sealane_investigator.errors import BatchRefused
from sealane_investigator.intake.alerts import MAX_ALERTS, Alerts, decode_alerts


def _alert(**changed: Any) -> dict[str, Any]:
    """As Alertmanager 0.27 sends one."""
    return {
        "status": "firing",
        "labels": {"alertname": "KubePodCrashLooping", "namespace": "team", "pod": "api-1", "severity": "warning"},
        "annotations": {"description": "Pod team/api-1 is restarting.", "summary": "Pod restarts"},
        "startsAt": "2023-11-14T22:13:20Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus/graph",
        "fingerprint": "8a1c",
        **changed,
    }


def _decoded(*alerts: dict[str, Any], origin: Origin = Origin.ALERT, **changed: Any) -> Alerts:
    webhook = {
        "version": "4",
        "groupKey": "{}:{}",
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "sealane",
        "groupLabels": {},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager",
        "alerts": list(alerts),
        **changed,
    }
    return decode_alerts(json.dumps(webhook).encode(), reporter="alert/am", origin=origin)


def test_an_alert_is_an_event_of_its_workload() -> None:
    """With its own words, at the moment it began."""
    (event,) = _decoded(_alert()).firing

    assert event.workload == "team/Pod/api-1"
    assert event.message == "KubePodCrashLooping: Pod team/api-1 is restarting."
    assert (event.type, event.occurred_at, event.origin) == ("KubePodCrashLooping", 1_700_000_000.0, Origin.ALERT)


def test_a_repeated_notification_is_the_same_event() -> None:
    """Fingerprint, beginning and status name it; whatever else changed does not."""
    first = _decoded(_alert()).firing[0]

    assert _decoded(_alert(annotations={"summary": "other"}), status="resolved").firing[0].id == first.id
    assert _decoded(_alert(fingerprint="8a1d")).firing[0].id != first.id
    assert _decoded(_alert(startsAt="2023-11-14T23:13:20Z")).firing[0].id != first.id


def test_an_alert_without_a_fingerprint_is_named_by_its_labels() -> None:
    """In whatever order they come; an alert is not lost because its sender knows no fingerprints."""
    alert = _alert(labels={"alertname": "A", "pod": "a-1", "zone": "z"})
    del alert["fingerprint"]
    first = _decoded(alert).firing[0]

    assert _decoded({**alert, "labels": dict(reversed(alert["labels"].items()))}).firing[0].id == first.id
    assert _decoded({**alert, "fingerprint": ""}).firing[0].id == first.id
    assert _decoded({**alert, "labels": {"alertname": "A", "pod": "a-2"}}).firing[0].id != first.id


def test_a_resolved_alert_is_no_error() -> None:
    """It is told apart."""
    alerts = _decoded(_alert(), _alert(status="resolved"), truncatedAlerts=3)

    assert (len(alerts.firing), len(alerts.resolved), alerts.left_out) == (1, 1, 3)
    assert alerts.firing[0].id != alerts.resolved[0].id


def test_what_was_left_out_is_counted_by_the_group() -> None:
    """Its events bear the group as their epoch, and another group has another one."""
    one, other = _decoded(_alert(), groupKey="{}:{a}"), _decoded(_alert(), groupKey="{}:{b}")

    assert one.firing[0].epoch == one.epoch != other.epoch
    assert one.firing[0].id == other.firing[0].id


def test_pods_of_a_deployment_are_one_workload() -> None:
    """As they are in the events of Kubernetes: the next pod makes no second incident."""
    pods = ("api-7d4b9c6f5d-x2x4z", "api-7d4b9c6f5d-c5dkp")
    alerts = [_alert(labels={"alertname": "A", "namespace": "team", "pod": pod}) for pod in pods]

    assert [event.workload for event in _decoded(*alerts).firing] == ["team/Deployment/api"] * 2


def test_whose_trouble_it_is_says_the_token() -> None:
    """Labels and annotations have no say in it."""
    (event,) = _decoded(_alert(labels={"alertname": "SealaneDown", "origin": "router"}), origin=Origin.SELF).firing

    assert event.origin is Origin.SELF
    assert event.workload == "-/Alert/SealaneDown"


def test_labels_of_the_gateway_become_its_facets() -> None:
    """Alerts about routes are found beside the errors of these routes."""
    (event,) = _decoded(_alert(labels={"alertname": "A", "route": "team/chat", "provider": "zai"})).firing

    assert (event.route, event.provider) == ("team/chat", "zai")


def test_a_long_text_is_cut_and_a_field_of_a_later_release_passed_over() -> None:
    """Alertmanager adds fields without a new version."""
    (event,) = _decoded(_alert(annotations={"summary": "x" * 20_000}, later=1), later={}).firing

    assert len(event.message) == MAX_MESSAGE


@pytest.mark.parametrize(
    ("alert", "webhook", "place"),
    [
        ({}, {"version": "3"}, "version"),
        ({"status": "other"}, {}, "alerts[0].status"),
        ({"startsAt": "yesterday"}, {}, "alerts[0].startsAt"),
        ({"labels": {str(number): "x" for number in range(257)}}, {}, "alerts[0].labels"),
    ],
)
def test_what_is_no_notification_is_refused_with_its_place(
    alert: dict[str, Any], webhook: dict[str, Any], place: str
) -> None:
    """So that whoever wired it up finds out."""
    with pytest.raises(BatchRefused) as refused:
        _decoded(_alert(**alert), **webhook)

    assert refused.value.place == place


def test_a_notification_has_a_limit() -> None:
    """Far above a group of alerts: what is refused, Alertmanager does not send again."""
    assert len(_decoded(*[_alert()] * MAX_ALERTS).firing) == MAX_ALERTS
    with pytest.raises(BatchRefused):
        _decoded(*[_alert()] * (MAX_ALERTS + 1))
    with pytest.raises(BatchRefused):
        decode_alerts(b"{", reporter="alert/am", origin=Origin.ALERT)
