"""What an error is, why, how sure that is, and on what grounds."""

from dataclasses import dataclass
from enum import StrEnum

from sealane_api.diagnosis.error_class import Action, Cause, ErrorClass

#: Below this confidence the best guess is said to be unsure.
UNSURE_BELOW = 0.5


class Ground(StrEnum):
    """What a class rests on; confidence is calibrated for each."""

    CODE = "code"
    EXCEPTION = "exception"
    MESSAGE = "message"
    TYPE = "type"
    STATUS = "status"
    SIMILARITY = "similarity"
    MODEL = "model"
    PERSON = "person"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The best guess. ``why`` is one sentence for a person; ``rule`` names the rule that fired.

    ``evidence`` are ids of what was looked at (``text``, ``code``, ``fact:…``), for a reader who wants to check.
    """

    error_class: ErrorClass
    confidence: float
    ground: Ground
    why: str
    rule: str | None = None
    cause: Cause | None = None
    cause_why: str | None = None
    evidence: tuple[str, ...] = ()

    @property
    def action(self) -> Action:
        """What to do, by the class."""
        return self.error_class.action

    @property
    def cause_action(self) -> Action | None:
        """What to do, by the cause."""
        return self.cause.action if self.cause is not None else None

    @property
    def unsure(self) -> bool:
        """Whether somebody should look before acting on it."""
        return self.confidence < UNSURE_BELOW
