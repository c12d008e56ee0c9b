"""The pipeline on one screen.

peel → classify → fingerprint → count → decide → gather → diagnose → recommend → store → notify

Each of the first three is a pure function of a frozen value, and :func:`analysed` is their order. Then the store
counts and, in the same transaction, decides what calls for an investigation; :mod:`.investigation` gathers, diagnoses,
recommends and writes back; the outbox of the same transactions is what notifications are sent from.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from sealane_api.diagnosis.error_event import ErrorEvent
from sealane_investigator.causes.from_text import with_text_cause
from sealane_investigator.classify.deciding import classify
from sealane_investigator.fingerprint.fingerprinting import fingerprint, former_hash
from sealane_investigator.incident.diagnosis import Diagnosis
from sealane_investigator.incident.incident import Analysed
from sealane_investigator.incident.peeled import Peeled
from sealane_investigator.peel.peeling import peel

T = TypeVar("T")

_CLASS_NAME = re.compile(r"[A-Za-z_][\w.]{0,200}")
_MAX_TEMPLATE = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """An event on its way through the pure stages, with what those before have found."""

    event: ErrorEvent
    peeled: Peeled | None = None
    diagnosis: Diagnosis | None = None
    analysed: Analysed | None = None


def peeled(stage: Stage) -> Stage:
    """Take off the wrappers; what the router read out of the provider's answer fills what the text leaves open."""
    event = stage.event
    hint = (event.dialect or event.provider or "").lower() or None
    found = peel(event.message or event.exception or "", http_status=event.status, provider=hint)
    named = event.exception if event.exception and _CLASS_NAME.fullmatch(event.exception) else None
    exceptions = found.exceptions
    if named is not None and named not in exceptions:
        exceptions = (*exceptions, named)
    return replace(
        stage,
        peeled=replace(found, code=found.code or event.code, type=found.type or event.type, exceptions=exceptions),
    )


def classified(stage: Stage) -> Stage:
    """Find the class, how sure it is, and the cause where the text itself names it."""
    found = _there(stage.peeled)
    return replace(stage, diagnosis=with_text_cause(classify(found), found))


def fingerprinted(stage: Stage) -> Stage:
    """Name the template, in this version and in the one before."""
    found = fingerprint(_there(stage.peeled))
    return replace(
        stage,
        analysed=Analysed(
            event=stage.event,
            fingerprint=found.hash,
            template=found.template[:_MAX_TEMPLATE],
            diagnosis=_there(stage.diagnosis),
            former=former_hash(_there(stage.peeled)),
        ),
    )


#: The pure stages, in their order.
PURE: tuple[Callable[[Stage], Stage], ...] = (peeled, classified, fingerprinted)


def analysed(event: ErrorEvent) -> Analysed:
    """Send an event through the pure stages; raises whatever one of them raises."""
    stage = Stage(event=event)
    for step in PURE:
        stage = step(stage)
    return _there(stage.analysed)


def _there(found: T | None) -> T:
    """What an earlier stage has found."""
    if found is None:
        raise LookupError("the stages are out of order")
    return found
