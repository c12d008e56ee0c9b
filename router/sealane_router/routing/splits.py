"""Which arm of a route serves an exchange while a candidate revision is on trial.

A model is matched on the claims of both arms together. What both claim is split by the candidate's weight, each
exchange by itself; what one of them claims is served by that one and says nothing about the other. A candidate of
weight 0 is not there at all, and none takes a text that another route's stable revision claims too.

Theory of operation. A candidate owns a model if the model would be matched to it were it the stable revision of its
route. That depends on names only, so it is looked up once per name and kept; weights and chance are asked each time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sealane_api.ownership import Claim
from sealane_api.route_table import PatternKind, Route

from .claims import ClaimIndex, RuleClaim
from .matcher import Match, Matcher, Spelling, spellings

_CACHED_NAMES = 4096
_CACHED_LENGTH = 256
_KINDS = list(PatternKind)

#: The share of a route's traffic that a revision of it may have as candidate now, in percent.
Weight = Callable[[str, int], int]


class Arm(StrEnum):
    """Which of a route's two revisions."""

    STABLE = "stable"
    CANDIDATE = "candidate"


@dataclass(frozen=True, slots=True)
class Outlook:
    """Who may serve a model now.

    ``candidate`` is set only while it has a weight and owns the model; it then serves ``weight`` percent: all where
    ``stable`` is None. ``counted`` is False where the arms cannot be compared, because only one of them owns the
    model.
    """

    stable: Match | None
    candidate: Match | None = None
    weight: int = 0
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who serves one exchange, whether as candidate, and whether that counts in the comparison of the arms."""

    match: Match
    is_candidate: bool
    counted: bool


class Splits:
    """The candidates of a table beside its stable routes; pure but for ``weight``, ``random`` and kept names."""

    __slots__ = ("_known", "_matcher", "_random", "_revisions", "_trials", "_weight")

    def __init__(self, matcher: Matcher, trials: ClaimIndex, *, weight: Weight, random: Callable[[], float]) -> None:
        """``trials`` are the claims of the candidates of ``matcher``'s table; ``random`` is in [0, 1)."""
        self._matcher = matcher
        self._trials = trials
        self._weight = weight
        self._random = random
        self._revisions = {route.key: int(route.revision) for route in matcher.table.candidates}
        self._known: dict[str, tuple[Match, ...]] = {}

    def choose(self, name: str) -> Chosen | None:
        """The arm that serves one exchange for the model ``name``; None when nobody does."""
        outlook = self.outlook(name)
        candidate = outlook.candidate
        if candidate is not None and (outlook.stable is None or self._random() * 100 < outlook.weight):
            return Chosen(candidate, is_candidate=True, counted=outlook.counted)
        return None if outlook.stable is None else Chosen(outlook.stable, is_candidate=False, counted=outlook.counted)

    def outlook(self, name: str) -> Outlook:
        """Who may serve the model ``name`` now, before chance decides."""
        stable = self._matcher.match(name)
        for trial in self._owning(name):
            weight = self.weight(trial.route.key)
            if not weight:
                continue
            if stable is not None and stable.route.key == trial.route.key:
                return Outlook(stable, trial, weight)
            return Outlook(None, trial, 100, counted=False)
        return Outlook(stable, counted=stable is None or not self.weight(stable.route.key))

    def weight(self, route: str) -> int:
        """The share that the candidate of ``route`` may have now, in percent; 0 also where there is none."""
        revision = self._revisions.get(route)
        return 0 if revision is None else self._weight(route, revision)

    def live(self) -> Sequence[Route]:
        """The candidates that have a weight now."""
        return [route for route in self._matcher.table.candidates if self.weight(route.key)]

    def _owning(self, name: str) -> tuple[Match, ...]:
        """What each candidate that owns ``name`` makes of it, in order of precedence."""
        known = self._known.get(name)
        if known is None:
            known = self._find_owning(name)
            if len(name) <= _CACHED_LENGTH:
                if len(self._known) >= _CACHED_NAMES:
                    self._known.clear()
                self._known[name] = known
        return known

    def _find_owning(self, name: str) -> tuple[Match, ...]:
        owning: list[Match] = []
        decided: set[str] = set()
        holders: list[Route] = []
        for spelling in spellings(name):
            stables = _deciding(self._matcher.claims, spelling)
            for claim in self._trials.every(spelling.folded):
                key = claim.route.key
                # Another route's stable that holds the name as written comes before whoever holds it without alias.
                if key in decided or any(holder.key != key for holder in holders):
                    continue
                rivals = [each for each in stables if each.route.key != key]
                if any(_subject(claim) == _subject(each) for each in rivals):
                    continue  # the text is another route's: it is claimed in vain, and the next claim counts
                decided.add(key)
                if (not rivals or _beats(claim, rivals[0])) and spelling.fits(claim):
                    owning.append(spelling.match(claim))
            holders = [claim.route for claim in stables]
        return tuple(owning)


def _deciding(claims: ClaimIndex, spelling: Spelling) -> list[RuleClaim]:
    """The stable claims that hold a name, of each text only its owner's: a rival of the owner claims in vain."""
    owners: dict[object, RuleClaim] = {}
    for claim in claims.every(spelling.folded):
        owners.setdefault(_subject(claim), claim)
    return list(owners.values())


def _beats(claim: RuleClaim, stable: RuleClaim) -> bool:
    """Whether a candidate's claim comes before one of another route's stable; both hold the same name."""
    kind, other = claim.pattern.kind, stable.pattern.kind
    if kind is not other:
        return _KINDS.index(kind) < _KINDS.index(other)
    if kind is PatternKind.PREFIX:
        return len(claim.pattern.text) > len(stable.pattern.text)
    return claim.seniority < stable.seniority


def _subject(claim: RuleClaim) -> object:
    return Claim(claim.pattern, claim.route.key, claim.rule.name).subject
