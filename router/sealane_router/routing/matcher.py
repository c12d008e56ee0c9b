"""Finds the rule that serves a model: exact beats longest prefix beats regex, then once more without an alias."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sealane_api.ownership import fold
from sealane_api.route_table import DialectName, Pattern, PatternKind, Route, RouteTable, Rule
from sealane_router.errors import ModelNotFound
from sealane_router.providers.registry import ALIASES

from .claims import ClaimIndex, RuleClaim

#: Characters of the longest name that is looked up; nothing has a longer one, and it is repeated in headers.
MAX_NAME = 1024

_CACHED_NAMES = 4096
_CACHED_LENGTH = 256
_SHOWN_PATTERNS = 4


@dataclass(frozen=True, slots=True)
class Match:
    """Who serves a model.

    ``canonical`` is what is forwarded unless a target names another model: the exact pattern's spelling, else
    the client's own. ``alias`` is what was stripped (``moonshot/``), None when the name matched as written.
    """

    route: Route
    rule: Rule
    pattern: Pattern
    canonical: str
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Considered:
    """One rule and why it serves a name or does not.

    ``pattern`` is its best one that matches, None when none does. ``matched`` says that one matches,
    ``serves`` that it is the one that decides.
    """

    route: Route
    rule: Rule
    pattern: Pattern | None
    matched: bool
    serves: bool
    reason: str


class Matcher:
    """Answers for one table; pure but for a bounded memory of names that matched.

    ``claims`` are those of the table's routes, ``trials`` those of its candidates (None: it has none), which decide
    nothing here: see :mod:`.splits`. What did not change since the matcher ``before`` is taken over from it.

    Raises:
        MatcherError: a regex is none, or all of them need more memory than they may take.
    """

    __slots__ = ("_known", "claims", "table", "trials")

    def __init__(self, table: RouteTable, before: "Matcher | None" = None) -> None:
        self.table = table
        claims = None if before is None else before.claims
        trials = None if before is None else before.trials
        self.claims: ClaimIndex = ClaimIndex(table.routes, claims)
        self.trials: ClaimIndex | None = ClaimIndex(table.candidates, trials) if table.candidates else None
        self._known: dict[str, Match] = {}

    def match(self, name: str) -> Match | None:
        """The rule that serves ``name``, or None: an unknown model is never sent to the nearest rule."""
        known = self._known.get(name)
        if known is not None:
            return known
        found, _ = self._decide(name)
        # Misses are not kept: they cost a few microseconds, and anybody can invent them without end.
        if found is not None and len(name) <= _CACHED_LENGTH:
            if len(self._known) >= _CACHED_NAMES:
                self._known.clear()
            self._known[name] = found
        return found

    def considered(self, name: str) -> tuple[Considered, ...]:
        """Every rule and why: first the one that serves ``name``, then those that match, then the rest."""
        match, refused = self._decide(name)
        decisive = match or refused
        matched: dict[tuple[str, str], list[Pattern]] = {}
        if decisive is not None:
            stripped = len(decisive.alias or "")
            for claim in self.claims.every(fold(name[stripped:])):
                matched.setdefault((claim.route.key, claim.rule.name), []).append(claim.pattern)
        judged = [
            _judged(route, rule, matched.get((route.key, rule.name), []), match, refused)
            for route in self.table.routes
            for rule in route.rules
        ]
        return tuple(sorted(judged, key=lambda each: (not each.serves, not each.matched)))

    def _decide(self, name: str) -> tuple[Match | None, Match | None]:
        """The match, and the one that was refused because the alias names another dialect."""
        for spelling in spellings(name):
            claim = self.claims.find(spelling.folded)
            if claim is not None:
                match = spelling.match(claim)
                return (match, None) if spelling.fits(claim) else (None, match)
        return None, None


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to read the name of a model: as written, or without the alias of a ``dialect``."""

    text: str
    folded: str
    alias: str | None = None
    dialect: DialectName | None = None

    def match(self, claim: RuleClaim) -> Match:
        """What ``claim`` makes of the name."""
        exact = claim.pattern.kind is PatternKind.EXACT
        canonical = claim.pattern.text if exact else self.text
        return Match(claim.route, claim.rule, claim.pattern, canonical, self.alias)

    def fits(self, claim: RuleClaim) -> bool:
        """Whether all that the rule targets is of the alias's dialect."""
        return self.dialect is None or all(target.provider.dialect is self.dialect for target in claim.rule.targets)


def spellings(name: str) -> Iterator[Spelling]:
    """The ways to read ``name``, in the order in which they are looked up; none of what no rule could hold."""
    if not 0 < len(name) <= MAX_NAME:
        return
    try:
        folded = fold(name)
    except UnicodeEncodeError:  # half of a surrogate pair: no text that a provider could be sent
        return
    yield Spelling(name, folded)
    alias = folded[: folded.find("/") + 1]
    dialect = ALIASES.get(alias)
    if dialect is not None and len(alias) < len(name):
        yield Spelling(name[len(alias) :], folded[len(alias) :], alias, dialect)


def model_not_found(name: str) -> ModelNotFound:
    """What the client of an unknown model gets."""
    shown = name if len(name) <= 100 else f"{name[:100]}…"
    return ModelNotFound(f"The model {shown!r} does not exist: no route claims it.", param="model")


def _judged(
    route: Route, rule: Rule, patterns: Sequence[Pattern], match: Match | None, refused: Match | None
) -> Considered:
    decisive = match or refused
    if not patterns or decisive is None:
        return Considered(route, rule, None, False, False, f"none of its patterns matches: {_written(rule)}")
    best = patterns[0]
    stripped = "" if decisive.alias is None else f", once {decisive.alias} is stripped"
    if decisive.rule is not rule:
        pattern, place = decisive.pattern, f"{decisive.route.key}, rule {decisive.rule.name}"
        winner = f"{pattern.kind} {pattern.text} of {place}"
        return Considered(route, rule, best, True, False, f"{best.kind} {best.text} comes after {winner}{stripped}")
    if match is None:
        reason = f"{best.kind} {best.text} matches{stripped}, but a target is of another dialect"
        return Considered(route, rule, best, True, False, reason)
    return Considered(route, rule, best, True, True, f"{best.kind} {best.text} comes first{stripped}")


def _written(rule: Rule) -> str:
    first = ", ".join(f"{pattern.kind} {pattern.text}" for pattern in rule.patterns[:_SHOWN_PATTERNS])
    rest = len(rule.patterns) - _SHOWN_PATTERNS
    return f"{first} and {rest} more" if rest > 0 else first
