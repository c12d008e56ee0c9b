"""The one decision: which class an error has, and on what grounds.

The message beats the code, the code the type, the type the status; where only a vague type or the status speaks, the
likeness to known messages decides when it is clear enough.
"""

import re
from dataclasses import dataclass

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_investigator.classify import healthy, rulebook, tables
from sealane_investigator.classify.calibration import Calibration, shipped_calibration
from sealane_investigator.classify.completing import completions
from sealane_investigator.classify.rule import Rule
from sealane_investigator.classify.similarity import Likeness, Similarity, shipped_similarity
from sealane_investigator.classify.wording import Wording, wording_of
from sealane_investigator.incident.diagnosis import Diagnosis, Ground
from sealane_investigator.incident.peeled import Peeled

#: From here on a likeness is worth more than a status, a vague type or nothing at all; below it is chance.
CLEAR_LIKENESS = 0.25
#: A status that few things have is beaten only by this.
SURE_LIKENESS = 0.6
#: A fault of somebody's own program is like everything.
LIKENESS_OF_FAULTS = 0.6


#: What interpreters say about a mistake in a program or a file that it misses.
_FAULT = re.compile(
    r"is not (a function|defined|iterable|callable)\b|before initialization|cannot read propert|positional argument|"
    r"unexpected keyword|assertion ?(error|failed)|nullpointer|null pointer|index out of (range|bounds)|keyerror|"
    r"(type|name|value|reference|index|module|import|attribute|zerodivision)(notfound)?error\b|\benoent\b|"
    r"segmentation fault|no such file or directory|no module named"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A class with its ground before confidence is known; ``agreement`` is how likely the other evidence finds it."""

    error_class: ErrorClass
    ground: Ground
    rule: str | None
    why: str
    agreement: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What decisions rest on beside the rules: the trained model, its calibration, and rules that are left out."""

    similarity: Similarity
    calibration: Calibration
    off: frozenset[str] = frozenset()
    rules: bool = True


def shipped_knowledge() -> Knowledge:
    """Return what the package ships; read once."""
    return Knowledge(similarity=shipped_similarity(), calibration=shipped_calibration())


def classify(peeled: Peeled, knowledge: Knowledge | None = None) -> Diagnosis:
    """Return the best guess for an error and how sure it is; never fails."""
    known = knowledge or shipped_knowledge()
    verdict = decide(peeled, known)
    confidence = known.calibration.confidence(verdict.ground, verdict.agreement)
    return Diagnosis(
        error_class=verdict.error_class,
        confidence=round(confidence, 3),
        ground=verdict.ground,
        why=verdict.why,
        rule=verdict.rule,
        evidence=_evidence(verdict.ground),
    )


def decide(peeled: Peeled, known: Knowledge) -> Verdict:
    """Return the class with its ground.

    A message that breaks off is read to its end where all known wordings that it has begun mean the same.
    """
    completed = [_decide(one, known) for one in completions(peeled)]
    if len({verdict.error_class for verdict in completed}) == 1:
        return completed[0]
    return _decide(peeled, known)


def _decide(peeled: Peeled, known: Knowledge) -> Verdict:
    wording = wording_of(peeled)
    likeness = known.similarity.likeness(wording)
    found = _by_evidence(wording, known)
    if found is not None and not _vague(found, likeness):
        error_class, ground, name, why = found
        return _verdict(error_class, ground, name, why, likeness)
    if likeness.best is not None and likeness.probability >= _enough(wording, found):
        why = f"it is most like known messages of {likeness.best.value}"
        return _verdict(likeness.best, Ground.SIMILARITY, None, why, likeness)
    if found is not None:
        error_class, ground, name, why = found
        return _verdict(error_class, ground, name, why, likeness)
    return Verdict(
        error_class=ErrorClass.UNKNOWN, ground=Ground.NOTHING, rule=None, why="nothing known fits", agreement=0.0
    )


_Found = tuple[ErrorClass, Ground, str | None, str]


def _enough(wording: Wording, found: _Found | None) -> float:
    """From which probability on a likeness holds."""
    if found is None:
        return LIKENESS_OF_FAULTS if _FAULT.search(wording.text) else CLEAR_LIKENESS
    only_status = found[1] is Ground.STATUS and wording.status in tables.TELLING_STATUSES
    return SURE_LIKENESS if only_status else CLEAR_LIKENESS


def _verdict(error_class: ErrorClass, ground: Ground, name: str | None, why: str, likeness: Likeness) -> Verdict:
    return Verdict(
        error_class=error_class,
        ground=ground,
        rule=name,
        why=why,
        agreement=likeness.probabilities.get(error_class, 0.0),
    )


def _vague(found: _Found, likeness: Likeness) -> bool:
    """Whether evidence says so little that a clear likeness to something else beats it."""
    error_class, ground, _, _ = found
    weak = ground is Ground.STATUS or (ground in (Ground.TYPE, Ground.EXCEPTION) and error_class in tables.VAGUE)
    return weak and likeness.best is not None and likeness.best is not error_class


def _by_evidence(wording: Wording, known: Knowledge) -> _Found | None:
    """Return the first evidence in the order of its weight."""
    if found := healthy.healthy(wording):
        return found[1], Ground.MESSAGE, found[0], "the text is an answer, not an error"
    if known.rules and (rule := rulebook.outermost(wording, known.off)):
        return _of_rule(rule)
    if found_class := tables.by_firm_code(wording.peeled):
        return found_class, Ground.CODE, None, f"the code {wording.peeled.code} is documented to mean only this"
    if found_class := tables.by_firm_type(wording.peeled):
        return found_class, Ground.TYPE, None, f"the type {wording.peeled.type} is documented to mean only this"
    if found_class := tables.by_telling_name(wording.peeled):
        return found_class, Ground.EXCEPTION, None, "the exception's name means this"
    if known.rules and (rule := rulebook.strong(wording, known.off)):
        return _of_rule(rule)
    if found_class := tables.by_code(wording.peeled):
        return (
            found_class,
            Ground.CODE,
            None,
            f"the code {wording.peeled.code or 'of the exception'} is documented to mean this",
        )
    if known.rules and (rule := rulebook.around(wording, known.off)):
        return _of_rule(rule)
    if (found_class := tables.by_exception(wording.peeled)) and found_class not in tables.VAGUE:
        return found_class, Ground.EXCEPTION, None, f"the exception {wording.peeled.exceptions[-1]} means this"
    if (found_class := tables.by_type(wording.peeled)) and found_class not in tables.VAGUE:
        return found_class, Ground.TYPE, None, f"the type {wording.peeled.type} means this"
    if known.rules and (rule := rulebook.hinted(wording, known.off)):
        return _of_rule(rule)
    return _by_what_is_left(wording)


def _by_what_is_left(wording: Wording) -> _Found | None:
    if wording.status is not None and wording.status < 400 and wording.status >= 200:
        return ErrorClass.NONE, Ground.STATUS, None, f"the status is {wording.status} and no word speaks of an error"
    if (by_status := tables.by_status(wording.status)) is not None:
        return by_status, Ground.STATUS, None, f"only the status {wording.status} says anything"
    if found_class := tables.by_type(wording.peeled) or tables.by_exception(wording.peeled):
        return found_class, Ground.TYPE, None, "only a type that says little speaks"
    return None


def _of_rule(rule: Rule) -> _Found:
    return rule.error_class, Ground.MESSAGE, rule.name, f"its wording is that of rule {rule.name}"


def _evidence(ground: Ground) -> tuple[str, ...]:
    return {
        Ground.CODE: ("code", "text"),
        Ground.TYPE: ("type",),
        Ground.STATUS: ("status",),
        Ground.NOTHING: (),
    }.get(ground, ("text",))
