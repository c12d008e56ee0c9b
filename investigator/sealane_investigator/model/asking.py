"""Asks a model about one incident: whether at all, one call, at most one repair, and never longer than its time.

Whatever goes wrong, the diagnosis of the rules stands: this module never raises and never waits beyond its bound.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sealane_api.diagnosis.error_class import Cause
from sealane_api.diagnosis.error_event import Origin
from sealane_investigator.errors import InvestigatorError
from sealane_investigator.incident.diagnosis import Diagnosis
from sealane_investigator.incident.incident import Trigger
from sealane_investigator.recommend.exact_change import NO_PARAMETERS, Parameters
from sealane_telemetry.logs import get_logger

from .answer import FIRM, Choice, Unusable, read_answer, with_choice
from .endpoint import ModelFailed, StubAnswered
from .limits import Limits
from .question import Question, evidence_for, messages, repair, schema

#: Seconds for both calls together, waiting for one's turn included; a call needs so many to be begun.
TOTAL = 25.0
LEAST = 3.0

#: What became of a question; the values of a metric's label.
OUTCOMES = (
    "answered", "repaired", "not_worth_it", "busy", "rate", "budget", "unusable", "stub", "timeout", "connect",
    "status", "refused", "oversized", "garbage", "store",
)  # fmt: skip

_log = get_logger("sealane.investigator.model")


class Model(Protocol):
    """Answers messages with a text."""

    async def complete(
        self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any] | None, seconds: float
    ) -> str:
        """Return one answer. Raises ModelFailed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """The diagnosis, better or as it was, and the numbers that the model chose."""

    diagnosis: Diagnosis
    parameters: Parameters = NO_PARAMETERS


class Asker:
    """``ask`` it about an incident; ``count`` is told the outcome of each question, one of :data:`OUTCOMES`."""

    def __init__(
        self,
        model: Model,
        limits: Limits,
        *,
        count: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._limits = limits
        self._count = count
        self._clock = clock
        self._is_stub = False

    async def ask(self, question: Question) -> Opinion:
        """Return a better opinion, or the diagnosis as it is; never raises."""
        if self._is_stub or not worth_asking(question):
            self._count("stub" if self._is_stub else "not_worth_it")
            return Opinion(diagnosis=question.diagnosis)
        ends = self._clock() + TOTAL
        async with self._limits.turn() as has_turn:
            if not has_turn:
                self._count("busy")
                return Opinion(diagnosis=question.diagnosis)
            try:
                choice, outcome = await self._choice(question, ends)
            except StubAnswered:
                self._is_stub = True
                _log.error("model_is_the_stub_provider", remedy="name a real model's address; none is asked any more")
                choice, outcome = None, "stub"
            except ModelFailed as error:
                choice, outcome = None, error.kind
            except InvestigatorError:
                choice, outcome = None, "store"
        self._count(outcome)
        if choice is None:
            _log.info("model_not_heard", reason=outcome)
            return Opinion(diagnosis=question.diagnosis)
        return Opinion(diagnosis=with_choice(question.diagnosis, choice), parameters=choice.parameters)

    async def _choice(self, question: Question, ends: float) -> tuple[Choice | None, str]:
        """One call and at most one repair, each recorded before it is made. Raises InvestigatorError."""
        known = evidence_for(question)
        asked = messages(question)
        form: dict[str, Any] | None = schema(list(known))
        refused = await self._limits.admit()
        if refused is not None:
            return None, refused
        try:
            return read_answer(await self._model.complete(asked, form, ends - self._clock()), known), "answered"
        except Unusable as complaint:
            asked = repair(asked, str(complaint))
        except ModelFailed as error:
            if error.kind != "refused":
                raise
            form = None  # perhaps it is the schema that it does not know
        left = ends - self._clock()
        if left < LEAST:
            return None, "unusable"
        refused = await self._limits.admit()
        if refused is not None:
            return None, refused
        try:
            return read_answer(await self._model.complete(asked, form, left), known), "repaired"
        except Unusable:
            return None, "unusable"


def worth_asking(question: Question) -> bool:
    """Whether a model may and should be asked: never about ourselves, an outage, or what a code or a person settled.

    Whoever asks for it by hand gets it all the same, for the cause may still be open.
    """
    if question.incident.origin is Origin.SELF or question.event.origin is Origin.SELF:
        return False
    if question.diagnosis.cause is Cause.PROVIDER_INCIDENT:
        return False
    if question.trigger is Trigger.ASKED:
        return True
    return question.diagnosis.ground not in FIRM
