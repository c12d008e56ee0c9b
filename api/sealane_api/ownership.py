"""Who owns a model name, and who may claim it. Pure functions of claims and grants.

A model has one owner, cluster-wide: two claims of the same kind on the same folded text are a conflict. Claims of
different kinds are none, because exact beats prefix beats regex, and a longer prefix beats a shorter one.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sealane_api.route_table import Pattern, PatternKind


def fold(name: str) -> str:
    """Return ``name`` with the letters A to Z lower-cased and all others as they are: how model names are compared."""
    return name.lower() if name.isascii() else name.encode().lower().decode()


@dataclass(frozen=True, slots=True)
class Claim:
    """A rule's claim on a pattern; ``route`` is ``namespace/name``, ``created`` RFC 3339 in UTC or empty."""

    pattern: Pattern
    route: str
    rule: str
    created: str = ""

    @property
    def subject(self) -> tuple[PatternKind, str]:
        """What two claims must share to be in conflict; a regex is not folded, for ``\\D`` is not ``\\d``."""
        kind, text = self.pattern.kind, self.pattern.text
        return (kind, text if kind is PatternKind.REGEX else fold(text))

    @property
    def seniority(self) -> tuple[bool, str, str, str, PatternKind, str]:
        """Sorts owners first: the older route, then ``namespace/name``, then the rule; unknown age is youngest."""
        return (not self.created, self.created, self.route, self.rule, self.pattern.kind, self.pattern.text)


@dataclass(frozen=True, slots=True)
class Conflict:
    """One pattern claimed more than once: its ``owner``, and the others in order of seniority."""

    owner: Claim
    others: tuple[Claim, ...]


def conflicts(claims: Iterable[Claim]) -> list[Conflict]:
    """Return the patterns that are claimed more than once, ordered by their owners' seniority."""
    by_subject: defaultdict[tuple[PatternKind, str], list[Claim]] = defaultdict(list)
    for claim in claims:
        by_subject[claim.subject].append(claim)
    found = []
    for rivals in by_subject.values():
        if len(rivals) > 1:
            owner, *others = sorted(rivals, key=lambda claim: claim.seniority)
            found.append(Conflict(owner, tuple(others)))
    return sorted(found, key=lambda conflict: conflict.owner.seniority)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a namespace may claim: everything (``*``), all names with a prefix (``kimi-*``), or one name (``kimi-k3``).

    ``text`` is folded and without the star.
    """

    text: str
    is_prefix: bool

    @classmethod
    def parse(cls, text: str) -> "Grant":
        """Read a grant; raises :class:`ValueError` for an empty text or a star that is not at the end."""
        stem = text.removesuffix("*")
        if not text or "*" in stem:
            raise ValueError(f"found {text!r}; write *, a prefix with * at its end, or a model name")
        return cls(fold(stem), is_prefix=stem != text)

    def permits(self, pattern: Pattern) -> bool:
        """Tell whether every name that ``pattern`` matches is granted; a regex could match any."""
        if self.is_prefix and not self.text:
            return True
        match pattern.kind:
            case PatternKind.EXACT:
                name = fold(pattern.text)
                return name.startswith(self.text) if self.is_prefix else name == self.text
            case PatternKind.PREFIX:
                return self.is_prefix and fold(pattern.text).startswith(self.text)
            case PatternKind.REGEX:
                return False


#: What the release namespace is granted.
EVERYTHING = Grant("", is_prefix=True)


def permitted(pattern: Pattern, grants: Iterable[Grant]) -> bool:
    """Tell whether one of a namespace's grants covers ``pattern`` whole."""
    return any(grant.permits(pattern) for grant in grants)
