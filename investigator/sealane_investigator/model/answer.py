"""A model's answer, of which only choices from closed lists are taken, and only with evidence that exists."""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from sealane_api.diagnosis.error_class import Cause, ErrorClass
from sealane_investigator.causes.evidence import TEXT
from sealane_investigator.incident.diagnosis import Diagnosis, Ground
from sealane_investigator.recommend.exact_change import NO_PARAMETERS, Parameters

#: How sure an answer is: it cites what exists, and nobody has checked it.
CONFIDENCE = 0.55

MAX_CITED = 8

#: Bounds of the numbers that a model may choose.
MAX_SECONDS = 1_800
MAX_CONCURRENCY = 10_000

#: What a class rests on that no model overrides.
FIRM = frozenset({Ground.CODE, Ground.PERSON})


#: Models that know no schemas like to write JSON as Markdown does.
_FENCE = re.compile(r"\A```(?:json)?\n(.*)\n```\Z", re.DOTALL)


class Unusable(ValueError):
    """An answer that is not taken; the text says why, in words that a model can act on, without any of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a model chose."""

    error_class: ErrorClass
    cause: Cause | None
    evidence: tuple[str, ...]
    parameters: Parameters = NO_PARAMETERS


def read_answer(text: str, known: Collection[str]) -> Choice:
    """Read an answer; ``known`` are the ids of the evidence that was given. Raises Unusable."""
    try:
        found = json.loads(_FENCE.sub(r"\1", text.strip()))
    except (ValueError, RecursionError):
        raise Unusable("it is not one JSON object") from None
    if not isinstance(found, dict):
        raise Unusable("it is not one JSON object")
    error_class = _class(found.get("class"))
    cause = _cause(found.get("cause"))
    evidence = _evidence(found.get("evidence"), known)
    action = cause.action if cause is not None else error_class.action
    if found.get("action") != action:
        raise Unusable("action is not the action of the chosen cause, or without one of the chosen class")
    if cause is not None and all(each == TEXT for each in evidence):
        raise Unusable("a cause needs evidence whose id begins with fact: or event:")
    return Choice(
        error_class=error_class,
        cause=cause,
        evidence=evidence,
        parameters=Parameters(
            seconds=_number(found.get("seconds"), "seconds", MAX_SECONDS),
            concurrency=_number(found.get("concurrency"), "concurrency", MAX_CONCURRENCY),
        ),
    )


def with_choice(diagnosis: Diagnosis, choice: Choice) -> Diagnosis:
    """Return the diagnosis after a model's choice.

    A documented code, a person's word and whatever is surer than a model keep their class, and a cause that facts or
    words named stays: what is known beats what is thought.
    """
    evidence = (*diagnosis.evidence, *(each for each in choice.evidence if each not in diagnosis.evidence))
    agrees = choice.error_class is diagnosis.error_class
    is_surer = diagnosis.confidence > CONFIDENCE and not agrees
    keeps_class = diagnosis.ground in FIRM or choice.error_class is ErrorClass.UNKNOWN or is_surer
    if not keeps_class:
        confidence = max(CONFIDENCE, diagnosis.confidence) if agrees else CONFIDENCE
        ground = diagnosis.ground if agrees and diagnosis.confidence > CONFIDENCE else Ground.MODEL
        why = (
            diagnosis.why
            if ground is not Ground.MODEL
            else f"a model chose it, resting on {', '.join(choice.evidence)}"
        )
        rule = diagnosis.rule if agrees else None
        diagnosis = replace(
            diagnosis, error_class=choice.error_class, confidence=confidence, ground=ground, why=why, rule=rule
        )
    if diagnosis.cause is None and choice.cause is not None and (agrees or not keeps_class):
        why = f"a model names it, resting on {', '.join(choice.evidence)}"
        diagnosis = replace(diagnosis, cause=choice.cause, cause_why=why)
    return replace(diagnosis, evidence=evidence)


def _class(value: Any) -> ErrorClass:
    if not isinstance(value, str) or value not in set(ErrorClass):
        raise Unusable("class is none of the list")
    return ErrorClass(value)


def _cause(value: Any) -> Cause | None:
    if value is None:
        return None
    if not isinstance(value, str) or value not in set(Cause):
        raise Unusable("cause is neither null nor one of the list")
    return Cause(value)


def _evidence(value: Any, known: Collection[str]) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or len(value) > MAX_CITED:
        raise Unusable(f"evidence is not a list of one to {MAX_CITED} ids")
    if not all(isinstance(each, str) and each in known for each in value):
        raise Unusable("evidence names an id that is not in the list")
    return tuple(dict.fromkeys(value))


def _number(value: Any, name: str, most: int) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise Unusable(f"{name} is neither null nor a whole number from 1 to {most}")
    return value
