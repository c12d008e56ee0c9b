"""From rows to the words of the investigator, and back."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Row

from sealane_api.diagnosis.error_class import Cause, ErrorClass
from sealane_api.diagnosis.error_event import Origin
from sealane_investigator.incident.diagnosis import Diagnosis, Ground
from sealane_investigator.incident.incident import Analysed, Incident, Resolution, State
from sealane_investigator.incident.recommendation import Recommendation

T = TypeVar("T")

#: Characters of a title, and of what a search looks through.
MAX_TITLE = 200
MAX_SEARCH = 1_000

_encoder = msgspec.json.Encoder()
_diagnoses = msgspec.json.Decoder(Diagnosis)
_recommendations = msgspec.json.Decoder(Recommendation)
_resolutions = msgspec.json.Decoder(Resolution)
_samples = msgspec.json.Decoder(Analysed)
_objects = msgspec.json.Decoder(dict[str, Any])


def storable(text: str) -> str:
    """A text that every database takes: PostgreSQL refuses NUL, and nobody can encode half a surrogate pair."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()


def encoded(value: object) -> str:
    """A value of ours as JSON."""
    try:
        return _encoder.encode(value).decode()
    except UnicodeEncodeError:
        return storable(json.dumps(msgspec.to_builtins(value), ensure_ascii=False))


def decoded(text: str) -> dict[str, Any]:
    """An object of JSON that :func:`encoded` wrote."""
    return _objects.decode(text)


def incident_of(row: Row[Any] | Mapping[str, Any]) -> Incident:
    """An incident from a whole row of ``error_investigations``."""
    values = row._mapping if isinstance(row, Row) else row
    return Incident(
        id=values["id"],
        title=values["title"],
        fingerprint=values["fingerprint"],
        subject=values["subject"],
        origin=Origin(values["origin"]),
        state=State(values["state"]),
        episode=values["episode"],
        count=values["count"],
        first_seen=values["first_seen"],
        episode_began=values["episode_began"],
        last_seen=values["last_seen"],
        diagnosis=diagnosis_of(values["diagnosis"]),
        recommendation=_known(_recommendations, values["recommendation"]),
        at_least=values["at_least"],
        parent=values["parent"],
        assignee=values["assignee"],
        ignored_until=values["ignored_until"],
        resolution=resolution_of(values["resolution"]),
        version=values["version"],
        merged_into=values["merged_into"],
    )


@lru_cache(maxsize=4_096)
def diagnosis_of(text: str) -> Diagnosis:
    """A diagnosis; one in words of a later release, which runs beside this one, is unknown here."""
    known = _known(_diagnoses, text)
    if known is None:
        why = "written by a later release, in words that this one does not know"
        return Diagnosis(error_class=ErrorClass.UNKNOWN, confidence=0.0, ground=Ground.NOTHING, why=why)
    return known


def resolution_of(text: str | None) -> Resolution | None:
    """How an incident was resolved."""
    return _resolutions.decode(text) if text else None


def sample_of(text: str) -> Analysed | None:
    """A sample; None when a later release wrote it in words that this one does not know."""
    return _known(_samples, text)


def diagnosis_columns(diagnosis: Diagnosis) -> dict[str, Any]:
    """The columns that follow from a diagnosis."""
    return {
        "diagnosis": encoded(diagnosis),
        "class": diagnosis.error_class.value,
        "unsure": diagnosis.unsure,
        "outage": diagnosis.cause is Cause.PROVIDER_INCIDENT,
    }


def search_text(title: str, template: str, subject: str) -> str:
    """What a search looks through, in lower case."""
    return storable(f"{subject} {title if title not in template else ''} {template}".lower()[:MAX_SEARCH])


def _known(decoder: msgspec.json.Decoder[T], text: str | None) -> T | None:
    if not text:
        return None
    try:
        return decoder.decode(text)
    except msgspec.ValidationError:
        return None
