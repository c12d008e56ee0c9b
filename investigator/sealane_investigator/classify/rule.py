"""One message rule: wordings that mean one class, whoever writes them.

A pattern is a regular expression for lower-case text with single spaces, in which ``…`` stands for up to 60 characters;
``+`` and ``*`` end after 40, so that matching takes time linear in the length of the text.
The literals that it needs are looked for first, so that a rule that does not fit costs a few substring searches.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_investigator.classify.literals import required_literals, without_contained
from sealane_investigator.classify.wording import Wording

#: A condition on the numbers of a match, for wordings that mean one class or another by them.
type_of_condition = Callable[[re.Match[str], Wording], bool]

#: What is left alone (an escape, a class), and what is not.
_PARTS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[+*…]")
_BOUNDED = {"…": r".{0,60}?", "+": "{1,40}", "*": "{0,40}"}


class Pattern:
    """A wording, and the literals of which every match contains one; compiled when one of them is met first."""

    def __init__(self, pattern: str) -> None:
        """Take a rule's pattern, which is read when it is first asked."""
        self.source = pattern

    @cached_property
    def literals(self) -> tuple[str, ...]:
        """Strings of which every match contains one; raises :class:`ValueError` for a pattern without any."""
        return without_contained(required_literals(self.source))

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(bounded(self.source))

    def search(self, text: str) -> re.Match[str] | None:
        """Return the first match, after the cheap question whether there can be one."""
        for literal in self.literals:
            if literal in text:
                return self._compiled.search(text)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Wordings of one class.

    A ``hint`` is a wording too weak to beat a documented code. ``unless`` names words that say otherwise. ``anywhere``
    rules look at the whole text before any rule looks at the message: who speaks for many says it outside.
    ``groups`` are the groups of the labelled messages that the rule was written from; empty when it was written from
    documentation and knowledge of the field.
    """

    name: str
    error_class: ErrorClass
    patterns: tuple[Pattern, ...]
    hint: bool = False
    anywhere: bool = False
    unless: re.Pattern[str] | None = None
    condition: type_of_condition | None = None
    groups: frozenset[str] = frozenset()

    def matches(self, text: str, wording: Wording) -> bool:
        """Whether ``text``, one of the two of ``wording``, says this."""
        return any((match := pattern.search(text)) and self._holds(match, text, wording) for pattern in self.patterns)

    def _holds(self, match: re.Match[str], text: str, wording: Wording) -> bool:
        if self.unless is not None and self.unless.search(text):
            return False
        return self.condition is None or self.condition(match, wording)


def rule(
    name: str,
    error_class: ErrorClass,
    *patterns: str,
    hint: bool = False,
    anywhere: bool = False,
    unless: str | None = None,
    condition: type_of_condition | None = None,
    groups: tuple[str, ...] = (),
) -> Rule:
    """Return a rule of the given wordings."""
    return Rule(
        name=name,
        error_class=error_class,
        patterns=tuple(Pattern(pattern) for pattern in patterns),
        hint=hint,
        anywhere=anywhere,
        unless=None if unless is None else re.compile(bounded(unless)),
        condition=condition,
        groups=frozenset(groups),
    )


def bounded(pattern: str) -> str:
    """Return the regular expression that a pattern stands for: gaps written out, and no repetition without an end."""
    return _PARTS.sub(lambda part: _BOUNDED.get(part[0], part[0]), pattern)
