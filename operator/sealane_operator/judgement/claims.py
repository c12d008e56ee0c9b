"""Which route owns which pattern, and what those are told that do not (DESIGN, law 2).

A pattern belongs to the route whose stable revision claims it. Where no stable one does, it belongs to the route that
was accepted with it first and is about to serve it; where none was, to the oldest that asks.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeAlias

from sealane_api.ownership import EVERYTHING, Claim, Grant, permitted
from sealane_api.problems import shown
from sealane_api.route_table import Pattern, PatternKind
from sealane_kube.raw import Raw, mappings
from sealane_operator.judgement.refusal import Refusal, joined

#: What two claims must share to be in conflict.
Subject: TypeAlias = tuple[PatternKind, str]


class Standing(IntEnum):
    """How a route stands to a pattern; the smaller, the stronger."""

    SERVES = 0
    """Its stable revision claims it."""
    HOLDS = 1
    """A revision that may serve soon or again claims it: candidate, what a bake falls back to, what was accepted."""
    ASKS = 2
    """Its spec claims it and was not judged since the pattern became free."""
    WAITS = 3
    """Its spec claims it and was refused, for this pattern or for another one: it stands in nobody's way."""


@dataclass(frozen=True, slots=True)
class Claimant:
    """A route beside one pattern; ``created`` is RFC 3339 in UTC, empty when unknown."""

    route: str
    created: str
    standing: Standing
    rule: str = ""

    @property
    def seniority(self) -> tuple[Standing, bool, str, str]:
        """Sorts the owner first."""
        return (self.standing, not self.created, self.created, self.route)


@dataclass(frozen=True, slots=True)
class Grants:
    """Which patterns each namespace may claim; with no grants at all, every namespace may claim everything."""

    namespaces: Mapping[str, tuple[Grant, ...]] = field(default_factory=dict)
    release_namespace: str = ""

    def of(self, namespace: str) -> tuple[Grant, ...]:
        """Return what a namespace is granted; nothing when others are and it is not named."""
        if not self.namespaces or namespace == self.release_namespace:
            return (EVERYTHING,)
        return self.namespaces.get(namespace, ())


def claims_of(spec: Raw, *, route: str, created: str = "") -> tuple[Claim, ...]:
    """Return what the rules of a spec or revision claim, as written; parts of another shape claim nothing."""
    return tuple(
        Claim(Pattern(kind, text), route, str(rule.get("name", "")), created)
        for rule in mappings(spec.get("rules"))
        for pattern in mappings(rule.get("models"))
        for kind in PatternKind
        if isinstance(text := pattern.get(kind.value), str) and text
    )


def owner(claimants: Iterable[Claimant]) -> Claimant | None:
    """Return the one route that a pattern belongs to; None when nobody claims it."""
    return min(claimants, key=lambda claimant: claimant.seniority, default=None)


def refusal_of_claims(
    claims: Sequence[Claim], namespace: str, grants: Grants, owner_of: Callable[[Subject], Claimant | None]
) -> Refusal | None:
    """Judge the claims of one spec; ``owner_of`` tells whose a pattern is now."""
    granted = grants.of(namespace)
    outside = [claim for claim in claims if not permitted(claim.pattern, granted)]
    if outside:
        return Refusal("NotPermitted", joined([_not_granted(claim, namespace, granted) for claim in outside]))
    taken = [
        _taken(claim, rival)
        for claim in claims
        if (rival := owner_of(claim.subject)) is not None and rival.route != claim.route
    ]
    return Refusal("Conflicted", joined(taken)) if taken else None


def _not_granted(claim: Claim, namespace: str, granted: Sequence[Grant]) -> str:
    has = ", ".join(f"{grant.text}*" if grant.is_prefix else grant.text for grant in granted[:10]) or "nothing"
    needed = {PatternKind.REGEX: "*", PatternKind.PREFIX: f"{claim.pattern.text}*"}.get(
        claim.pattern.kind, claim.pattern.text
    )
    return (
        f"{_claimed(claim)}, which namespace {namespace} is not granted (it is granted {has}); remove it, or have "
        f"{shown(needed)} added to routes.namespaces of the chart's values"
    )


def _taken(claim: Claim, rival: Claimant) -> str:
    how = {
        Standing.SERVES: "serves it",
        Standing.HOLDS: "was accepted with it before",
        Standing.ASKS: "is older",
        Standing.WAITS: "is older",
    }[rival.standing]
    rule = f"rule {shown(rival.rule)} of " if rival.rule else ""
    return (
        f"{_claimed(claim)}, which belongs to {rule}ProviderRoute {rival.route}: it {how}; remove the pattern here, or "
        f"there: this route is looked at again as soon as it is free"
    )


def _claimed(claim: Claim) -> str:
    return f"rule {shown(claim.rule)} claims {claim.pattern.kind.value} {shown(claim.pattern.text)}"
