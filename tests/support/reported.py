"""Errors as a router reports them, and batches of them."""

from typing import Any

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_api.diagnosis.error_event import ErrorBatch, ErrorEvent
from sealane_investigator.incident.diagnosis import Diagnosis, Ground
from sealane_investigator.incident.incident import Analysed
from sealane_investigator.intake.acceptance import Accepted

AT = 1_700_000_000.0


def event(number: int = 1, **fields: Any) -> ErrorEvent:
    """The ``number``-th event of reporter ``r``: a refused key, unless ``fields`` say otherwise."""
    told: dict[str, Any] = {
        "id": f"r-{number}",
        "reporter": "r",
        "epoch": "e",
        "sequence": number,
        "occurred_at": AT + number,
        "route": "default/chat",
        "revision": 1,
        "provider": "moonshot",
        "dialect": "moonshot",
        "base_url_host": "api.moonshot.ai",
        "model": "kimi-k2.6",
        "status": 401,
        "message": "Invalid Authentication",
    }
    return ErrorEvent(**{**told, **fields})


def batch(*numbers: int, **fields: Any) -> ErrorBatch:
    """A batch of the events with these numbers."""
    return ErrorBatch(reporter="r", epoch="e", events=tuple(event(number, **fields) for number in numbers))


def accepted(*numbers: int, dropped: int = 0, **fields: Any) -> Accepted:
    """The same as the spool holds it."""
    events = tuple(event(number, **fields) for number in numbers)
    return Accepted(received_at=AT, reporter="r", epoch="e", events=events, dropped=dropped)


def as_json(*numbers: int, **fields: Any) -> dict[str, Any]:
    """A batch as it is sent, each event with the members that it must have and those of ``fields``."""
    events = [
        {"id": f"r-{n}", "reporter": "r", "epoch": "e", "sequence": n, "occurred_at": AT + n, **fields} for n in numbers
    ]
    return {"reporter": "r", "epoch": "e", "events": events}


def analysed(told: ErrorEvent) -> Analysed:
    """What quick stages make of an event: the message is its fingerprint."""
    return Analysed(
        event=told,
        fingerprint=f"v1:{told.message}",
        template=told.message,
        diagnosis=Diagnosis(
            error_class=ErrorClass.AUTH_INVALID_KEY, confidence=0.9, ground=Ground.MESSAGE, why="the text says so"
        ),
    )
