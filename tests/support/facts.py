"""Errors and facts of the gateway for tests: each builder gives a plain one, a test says what differs."""

from typing import Any

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_api.diagnosis.error_event import ErrorEvent
from sealane_investigator.incident.diagnosis import Diagnosis, Ground
from sealane_investigator.incident.facts import BreakerChange, Facts, RevisionChange, Traffic
from sealane_investigator.incident.incident import Incident, State

#: The moment of most tests, in seconds since 1970.
NOW = 1_795_000_000.0


def event(**other: Any) -> ErrorEvent:
    """A refusal that team/chat got from Moonshot at revision 8."""
    plain: dict[str, Any] = {
        "id": "e-1",
        "reporter": "router-a",
        "epoch": "1",
        "sequence": 1,
        "occurred_at": NOW,
        "route": "team/chat",
        "revision": 8,
        "provider": "moonshot",
        "dialect": "Moonshot",
        "base_url_host": "api.moonshot.ai",
        "model": "kimi-k3",
        "tenant": "blue",
        "credential": "key-1",
        "credential_class": "sk-",
        "status": 401,
        "message": "Invalid Authentication",
    }
    return ErrorEvent(**plain | other)


def traffic(**other: Any) -> Traffic:
    """Ten healthy minutes of what :func:`event` is about."""
    plain: dict[str, Any] = {
        "route": "team/chat",
        "revision": 8,
        "provider": "moonshot",
        "base_url_host": "api.moonshot.ai",
        "credential": "key-1",
        "model": "kimi-k3",
        "successes": 100,
        "errors": 0,
        "seconds": 600.0,
    }
    return Traffic(**plain | other)


def change(*changed: str, **other: Any) -> RevisionChange:
    """Revision 8 of team/chat, which began a minute ago."""
    plain: dict[str, Any] = {"route": "team/chat", "revision": 8, "previous": 7, "at": NOW - 60, "changed": changed}
    return RevisionChange(**plain | other)


def breaker(**other: Any) -> BreakerChange:
    """A breaker of Moonshot that opened ten seconds ago."""
    plain: dict[str, Any] = {
        "route": "team/chat",
        "provider": "moonshot",
        "router": "router-a",
        "before": "closed",
        "after": "open",
        "at": NOW - 10,
    }
    return BreakerChange(**plain | other)


def facts(**other: Any) -> Facts:
    """Nothing was gathered, and nothing is missing."""
    plain: dict[str, Any] = {"at": NOW}
    return Facts(**plain | other)


def diagnosis(error_class: ErrorClass = ErrorClass.AUTH_INVALID_KEY, **other: Any) -> Diagnosis:
    """What the words of an error say."""
    plain: dict[str, Any] = {
        "error_class": error_class,
        "confidence": 0.9,
        "ground": Ground.MESSAGE,
        "why": "the message says so",
        "evidence": ("text",),
    }
    return Diagnosis(**plain | other)


def incident(error_class: ErrorClass = ErrorClass.AUTH_INVALID_KEY, **other: Any) -> Incident:
    """An open incident of Moonshot's, first seen now."""
    found = event()
    plain: dict[str, Any] = {
        "id": 1,
        "title": "Invalid Authentication",
        "fingerprint": "v1:abc",
        "subject": found.subject,
        "origin": found.origin,
        "state": State.OPEN,
        "episode": 1,
        "count": 10,
        "first_seen": NOW,
        "last_seen": NOW,
        "diagnosis": diagnosis(error_class),
    }
    return Incident(**plain | other)
