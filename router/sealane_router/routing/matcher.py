"""Finds the rule that serves a model: exact beats longest prefix beats regex, then once more without an
alias.

Theory of operation. Names are folded (ASCII case only). Exact names are one dict. Prefixes are one sorted
list: every prefix of a name sorts at or before it, and whatever sorts between a prefix and the name starts
with that prefix too, so the longest match is the last entry not after the name, or one of the listed prefixes
of that entry, which are linked from it. Regexes are one ``re2.Set`` in order of precedence: all are matched
in one pass of linear time. So the number of patterns hardly matters, and no name can make matching slow.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import re2

from sealane_api.ownership import Claim, fold
from sealane_api.route_table import Pattern, PatternKind, Route, RouteTable, Rule
from sealane_router.errors import ModelNotFound
from sealane_router.providers.registry import ALIASES

#: Characters of the longest name that is looked up; nothing has a longer one, and it is repeated in headers.
MAX_NAME = 1024

_CACHED_NAMES = 4096
_CACHED_LENGTH = 256
#: Bytes that all regexes may take together, compiled and while matching.
_REGEX_MEMORY = 64 * 1024 * 1024
_SHOWN_PATTERNS = 4
_CASES_OF_ASCII = str.maketrans("\N{KELVIN SIGN}\N{LATIN SMALL LETTER LONG S}", "\ufffd\ufffd")


class MatcherError(ValueError):
    """The table's regexes cannot be compiled; the message names the one, or says that they are too many."""


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


class _Claim(NamedTuple):
    route: Route
    rule: Rule
    pattern: Pattern


class _Prefix(NamedTuple):
    """A folded prefix; ``parent`` is the longest other one that it starts with."""

    text: str
    claim: _Claim
    parent: "_Prefix | None"


class Matcher:
    """Answers for one table; pure but for a bounded memory of names that matched.

    Raises:
        MatcherError: a regex is none, or all of them need more memory than they may take.
    """

    __slots__ = ("_exact", "_known", "_prefix_texts", "_prefixes", "_regexes", "_set", "table")

    def __init__(self, table: RouteTable) -> None:
        claims = _by_seniority(table)
        self.table = table
        self._exact = _by_text(claims, PatternKind.EXACT)
        self._prefixes = _linked(sorted(_by_text(claims, PatternKind.PREFIX).items()))
        self._prefix_texts = [prefix.text for prefix in self._prefixes]
        self._regexes = [claim for claim in claims if claim.pattern.kind is PatternKind.REGEX]
        self._set = _compiled(self._regexes)
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
            for claim in self._all(fold(name[stripped:])):
                matched.setdefault((claim.route.key, claim.rule.name), []).append(claim.pattern)
        judged = [
            _judged(route, rule, matched.get((route.key, rule.name), []), match, refused)
            for route in self.table.routes
            for rule in route.rules
        ]
        return tuple(sorted(judged, key=lambda each: (not each.serves, not each.matched)))

    def _decide(self, name: str) -> tuple[Match | None, Match | None]:
        """The match, and the one that was refused because the alias names another dialect."""
        if not 0 < len(name) <= MAX_NAME:
            return None, None
        try:
            folded = fold(name)
        except UnicodeEncodeError:  # half of a surrogate pair: no text that a provider could be sent
            return None, None
        claim = self._find(folded)
        if claim is not None:
            return _match(claim, name, None), None
        alias = folded[: folded.find("/") + 1]
        dialect = ALIASES.get(alias)
        if dialect is None or len(alias) == len(name):
            return None, None
        claim = self._find(folded[len(alias) :])
        if claim is None:
            return None, None
        match = _match(claim, name[len(alias) :], alias)
        if any(target.provider.dialect is not dialect for target in claim.rule.targets):
            return None, match
        return match, None

    def _find(self, folded: str) -> _Claim | None:
        exact = self._exact.get(folded)
        if exact is not None:
            return exact
        prefix = self._longest_prefix(folded)
        if prefix is not None:
            return prefix.claim
        matching = self._set.Match(_for_regexes(folded)) if self._set is not None else None
        return self._regexes[min(matching)] if matching else None

    def _longest_prefix(self, folded: str) -> _Prefix | None:
        index = bisect_right(self._prefix_texts, folded)
        prefix = self._prefixes[index - 1] if index else None
        while prefix is not None and not folded.startswith(prefix.text):
            prefix = prefix.parent
        return prefix

    def _all(self, folded: str) -> Iterator[_Claim]:
        """Every claim that holds a name, in order of precedence."""
        exact, prefix = self._exact.get(folded), self._longest_prefix(folded)
        if exact is not None:
            yield exact
        while prefix is not None:
            yield prefix.claim
            prefix = prefix.parent
        if self._set is not None:
            for index in sorted(self._set.Match(_for_regexes(folded)) or ()):
                yield self._regexes[index]


def _for_regexes(folded: str) -> str:
    """RE2 folds Unicode: these two letters would match k and s, here alone of all patterns."""
    return folded if folded.isascii() else folded.translate(_CASES_OF_ASCII)


def model_not_found(name: str) -> ModelNotFound:
    """What the client of an unknown model gets."""
    shown = name if len(name) <= 100 else f"{name[:100]}…"
    return ModelNotFound(f"The model {shown!r} does not exist: no route claims it.", param="model")


def _by_seniority(table: RouteTable) -> list[_Claim]:
    """Every claim; of two that hold one name, the earlier decides: the older route, then the rule name."""
    return sorted(
        (_Claim(route, rule, pattern) for route in table.routes for rule in route.rules for pattern in rule.patterns),
        key=lambda claim: Claim(claim.pattern, claim.route.key, claim.rule.name, claim.route.created).seniority,
    )


def _by_text(claims: Iterable[_Claim], kind: PatternKind) -> dict[str, _Claim]:
    found: dict[str, _Claim] = {}
    for claim in claims:
        if claim.pattern.kind is kind:
            found.setdefault(fold(claim.pattern.text), claim)
    return found


def _linked(ordered: Iterable[tuple[str, _Claim]]) -> list[_Prefix]:
    linked: list[_Prefix] = []
    for text, claim in ordered:
        parent = linked[-1] if linked else None
        while parent is not None and not text.startswith(parent.text):
            parent = parent.parent
        linked.append(_Prefix(text, claim, parent))
    return linked


def _compiled(regexes: Sequence[_Claim]) -> "re2.Set | None":
    if not regexes:
        return None
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = _REGEX_MEMORY
    together = re2.Set.FullMatchSet(options)
    for route, rule, pattern in regexes:
        try:
            together.Add(pattern.text)
        except re2.error as error:
            raise MatcherError(
                f"route {route.key}, rule {rule.name}: {pattern.text[:100]!r} is no RE2 regex"
            ) from error
    try:
        # Compiling also runs the automaton once, so a Set that compiles does not run out of memory later.
        together.Compile()
    except re2.error as error:
        raise MatcherError(f"{len(regexes)} regexes need too much memory together; write prefixes") from error
    return together


def _match(claim: _Claim, name: str, alias: str | None) -> Match:
    exact = claim.pattern.kind is PatternKind.EXACT
    return Match(claim.route, claim.rule, claim.pattern, claim.pattern.text if exact else name, alias)


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
