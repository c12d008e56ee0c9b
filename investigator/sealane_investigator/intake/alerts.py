"""``POST /v1/alerts``: Alertmanager's webhook, version 4, as events.

An alert is one event, named by its fingerprint, the moment it began and its status: Alertmanager repeats a notification
for as long as the alert fires, and each repetition is the same event. One that resolved is no error; it is noted.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sealane_api.diagnosis.error_event import MAX_MESSAGE, MAX_NAME, ErrorEvent, Origin
from sealane_investigator.errors import BatchRefused
from sealane_investigator.incident.workload import workload_of

from .wire import refusal

#: Alertmanager sends a group as one notification, and what is refused it does not send again.
MAX_ALERTS = 10_000
_MAX_LABELS = 256
#: Labels that name a workload, the most telling first, and the kind that each stands for.
_WORKLOADS = (
    ("deployment", "Deployment"),
    ("statefulset", "StatefulSet"),
    ("daemonset", "DaemonSet"),
    ("job_name", "Job"),
    ("pod", "Pod"),
    ("service", "Service"),
    ("node", "Node"),
)
_TEXTS = ("description", "summary", "message")

_Labels = Annotated[dict[str, str], Meta(max_length=_MAX_LABELS)]


class _Alert(msgspec.Struct, rename="camel"):
    """Fields that Alertmanager may add later are passed over: it is not ours to refuse its next release."""

    status: Literal["firing", "resolved"]
    labels: _Labels
    starts_at: datetime
    #: Of its labels; whoever speaks this format without having one leaves it out.
    fingerprint: Annotated[str, Meta(max_length=MAX_NAME)] = ""
    annotations: _Labels = {}
    ends_at: datetime | None = None


class Webhook(msgspec.Struct, rename="camel"):
    """What Alertmanager posts, as far as it is read."""

    version: Literal["4"]
    alerts: Annotated[tuple[_Alert, ...], Meta(max_length=MAX_ALERTS)]
    group_key: str = ""
    truncated_alerts: Annotated[int, Meta(ge=0)] = 0


_decoder = msgspec.json.Decoder(Webhook)


@dataclass(frozen=True, slots=True)
class Alerts:
    """What a notification holds: events of alerts that fire, those that resolved, how many it left out.

    ``epoch`` is the group of the notification: what was left out is counted for each group.
    """

    epoch: str
    firing: tuple[ErrorEvent, ...]
    resolved: tuple[ErrorEvent, ...]
    left_out: int


def decode_alerts(body: bytes | bytearray, *, reporter: str, origin: Origin) -> Alerts:
    """Read a notification; ``reporter`` and ``origin`` are what the token says, never what the body does.

    Raises:
        BatchRefused: it is no notification of version 4.
    """
    try:
        webhook = _decoder.decode(body)
    except msgspec.ValidationError as error:
        raise refusal(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BatchRefused("the body is no JSON; let Alertmanager's webhook_configs send it", None) from error
    epoch = f"group-{hashlib.sha256(webhook.group_key.encode()).hexdigest()[:32]}"
    events = [(alert.status, _event(alert, reporter, epoch, origin)) for alert in webhook.alerts]
    return Alerts(
        epoch,
        tuple(event for status, event in events if status == "firing"),
        tuple(event for status, event in events if status == "resolved"),
        webhook.truncated_alerts,
    )


def _event(alert: _Alert, reporter: str, epoch: str, origin: Origin) -> ErrorEvent:
    began = alert.starts_at.timestamp()
    name = alert.labels.get("alertname", "unnamed")[:MAX_NAME]
    named = alert.fingerprint or repr(sorted(alert.labels.items()))
    key = "\n".join((reporter, named, repr(began), alert.status))
    identity = f"alert-{hashlib.sha256(key.encode()).hexdigest()[:32]}"
    text = next((alert.annotations[one] for one in _TEXTS if alert.annotations.get(one)), "")
    return ErrorEvent(
        id=identity,
        reporter=reporter,
        epoch=epoch,
        sequence=1,
        occurred_at=max(0.0, began),
        origin=origin,
        route=_route(alert.labels),
        provider=_label(alert.labels, "provider"),
        workload=_workload(alert.labels, name),
        type=name,
        message=(f"{name}: {text}" if text else name)[:MAX_MESSAGE],
    )


def _route(labels: dict[str, str]) -> str | None:
    route = labels.get("route", "")
    return route[:MAX_NAME] if route.count("/") == 1 else None


def _label(labels: dict[str, str], name: str) -> str | None:
    return labels.get(name, "")[:MAX_NAME] or None


def _workload(labels: dict[str, str], alert: str) -> str:
    """``namespace/kind/name`` of what the alert is about; the alert itself where no label names anything."""
    namespace = labels.get("namespace") or "-"
    for label, kind in _WORKLOADS:
        if labels.get(label):
            return "/".join((namespace, *workload_of(kind, labels[label])))[:MAX_NAME]
    return f"{namespace}/Alert/{alert}"[:MAX_NAME]
