"""The claims of many routes on model names, looked up in a time that hardly depends on their number.

Theory of operation. Names are folded (ASCII case only). Exact names are one dict. Prefixes are one sorted
list: every prefix of a name sorts at or before it, and whatever sorts between a prefix and the name starts
with that prefix too, so the longest match is the last entry not after the name, or one of the listed prefixes
of that entry, which are linked from it. Regexes are one ``re2.Set`` in order of precedence: all are matched
in one pass of linear time. So the number of patterns hardly matters, and no name can make matching slow.

Routes may claim the same text: then all are kept in order of seniority (the older route, then its name, then the
rule's name), and the first decides. An index made from the one before it takes over whatever did not change, so that
one changed route among thousands costs little.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

import re2

from sealane_api.ownership import Claim, fold
from sealane_api.route_table import Pattern, PatternKind, Route, Rule

#: Bytes that all regexes may take together, compiled and while matching.
REGEX_MEMORY = 64 * 1024 * 1024
_CASES_OF_ASCII = str.maketrans("\N{KELVIN SIGN}\N{LATIN SMALL LETTER LONG S}", "\ufffd\ufffd")


class MatcherError(ValueError):
    """The table's regexes cannot be compiled; the message names the one, or says that they are too many."""


class RuleClaim(NamedTuple):
    """One pattern of one rule of one route."""

    route: Route
    rule: Rule
    pattern: Pattern

    @property
    def seniority(self) -> tuple[object, ...]:
        """Sorts the owner of a text first."""
        return Claim(self.pattern, self.route.key, self.rule.name, self.route.created).seniority


#: Who claims each folded text, owners first; never empty.
_Claims = dict[str, tuple[RuleClaim, ...]]


class _Prefix(NamedTuple):
    """A folded prefix; ``parent`` is the longest other one that it starts with."""

    text: str
    claims: tuple[RuleClaim, ...]
    parent: "_Prefix | None"


class ClaimIndex:
    """The claims of ``routes``; ``before`` is an index whose unchanged parts (the same Route objects) are taken over.

    Raises:
        MatcherError: a regex is none, or all of them need more memory than they may take.
    """

    __slots__ = ("_by_prefix", "_claims", "_exact", "_prefix_texts", "_prefixes", "_regexes", "_set")

    def __init__(self, routes: Iterable[Route], before: "ClaimIndex | None" = None) -> None:
        known = {} if before is None else before._claims
        exact = {} if before is None else before._exact
        by_prefix = {} if before is None else before._by_prefix
        prefixes = [] if before is None else before._prefixes
        regexes = [] if before is None else before._regexes
        compiled = None if before is None else before._set
        self._claims: dict[str, tuple[RuleClaim, ...]] = {}
        old, new = dict(known), list[RuleClaim]()
        for route in routes:
            claims = known.get(route.key, ())
            if claims and claims[0].route is route:
                del old[route.key]
            else:
                claims = _claims_of(route)
                new += claims
            self._claims[route.key] = claims
        gone = [claim for claims in old.values() for claim in claims]
        self._exact: _Claims = _updated(exact, PatternKind.EXACT, gone, new)
        self._by_prefix: _Claims = _updated(by_prefix, PatternKind.PREFIX, gone, new)
        self._prefixes: list[_Prefix] = _linked(self._by_prefix, prefixes)
        self._prefix_texts: list[str] = [prefix.text for prefix in self._prefixes]
        self._regexes: list[RuleClaim] = _regexes_in_order(regexes, gone, new)
        self._set: re2.Set | None = compiled if _texts(regexes) == _texts(self._regexes) else _compiled(self._regexes)

    def find(self, folded: str) -> RuleClaim | None:
        """The claim that decides on a folded name: exact, else the longest prefix, else the most senior regex."""
        exact = self._exact.get(folded)
        if exact is not None:
            return exact[0]
        prefix = self._longest_prefix(folded)
        if prefix is not None:
            return prefix.claims[0]
        matching = self._matching(folded)
        return self._regexes[min(matching)] if matching else None

    def every(self, folded: str) -> Iterator[RuleClaim]:
        """Every claim that holds a folded name, in order of precedence."""
        yield from self._exact.get(folded, ())
        prefix = self._longest_prefix(folded)
        while prefix is not None:
            yield from prefix.claims
            prefix = prefix.parent
        for index in sorted(self._matching(folded)):
            yield self._regexes[index]

    def contested(self) -> Iterator[tuple[RuleClaim, RuleClaim]]:
        """Each claim on a text that an older route owns, behind its owner's."""
        regexes: dict[str, RuleClaim] = {}
        for claim in self._regexes:
            owner = regexes.setdefault(claim.pattern.text, claim)
            if owner.route is not claim.route:
                yield owner, claim
        for claims in (*self._exact.values(), *self._by_prefix.values()):
            if len(claims) > 1:
                yield from ((claims[0], claim) for claim in claims[1:] if claim.route is not claims[0].route)

    def _longest_prefix(self, folded: str) -> _Prefix | None:
        index = bisect_right(self._prefix_texts, folded)
        prefix = self._prefixes[index - 1] if index else None
        while prefix is not None and not folded.startswith(prefix.text):
            prefix = prefix.parent
        return prefix

    def _matching(self, folded: str) -> Collection[int]:
        return self._set.Match(_for_regexes(folded)) or () if self._set is not None else ()


def _for_regexes(folded: str) -> str:
    """RE2 folds Unicode: these two letters would match k and s, here alone of all patterns."""
    return folded if folded.isascii() else folded.translate(_CASES_OF_ASCII)


def _claims_of(route: Route) -> tuple[RuleClaim, ...]:
    return tuple(RuleClaim(route, rule, pattern) for rule in route.rules for pattern in rule.patterns)


def _updated(before: _Claims, kind: PatternKind, gone: Iterable[RuleClaim], added: Iterable[RuleClaim]) -> _Claims:
    """``before`` without the claims of ``kind`` that are gone and with those that were added."""
    after = dict(before)
    left: set[int] = set()
    for claim in gone:
        if claim.pattern.kind is kind:
            left.add(id(claim))
            text = fold(claim.pattern.text)
            if rest := tuple(other for other in after.get(text, ()) if id(other) not in left):
                after[text] = rest
            else:
                after.pop(text, None)
    for claim in added:
        if claim.pattern.kind is kind:
            text = fold(claim.pattern.text)
            rivals = after.get(text)
            after[text] = (claim,) if rivals is None else tuple(sorted((*rivals, claim), key=_seniority))
    return after


def _linked(by_text: _Claims, before: Sequence[_Prefix]) -> list[_Prefix]:
    """The prefixes in order; entries of ``before`` that say the same are taken over, not made again."""
    known = {prefix.text: prefix for prefix in before}
    linked: list[_Prefix] = []
    for text in sorted(by_text):
        parent = linked[-1] if linked else None
        while parent is not None and not text.startswith(parent.text):
            parent = parent.parent
        claims, same = by_text[text], known.get(text)
        if same is None or same.claims is not claims or same.parent is not parent:
            same = _Prefix(text, claims, parent)
        linked.append(same)
    return linked


def _regexes_in_order(
    before: Sequence[RuleClaim], gone: Iterable[RuleClaim], added: Iterable[RuleClaim]
) -> list[RuleClaim]:
    left = {id(claim) for claim in gone}
    kept = [claim for claim in before if id(claim) not in left]
    new = [claim for claim in added if claim.pattern.kind is PatternKind.REGEX]
    return sorted([*kept, *new], key=_seniority) if new else kept


def _texts(claims: Iterable[RuleClaim]) -> list[str]:
    return [claim.pattern.text for claim in claims]


def _seniority(claim: RuleClaim) -> tuple[object, ...]:
    return claim.seniority


def _compiled(regexes: Sequence[RuleClaim]) -> "re2.Set | None":
    if not regexes:
        return None
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = REGEX_MEMORY
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
