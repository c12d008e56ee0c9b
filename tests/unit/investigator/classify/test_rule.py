"""A rule by itself: gaps, words that say otherwise, conditions on numbers."""

import re

import pytest

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_investigator.classify.rule import bounded, rule
from sealane_investigator.classify.wording import Wording, wording_of
from sealane_investigator.peel.peeling import peel


def _wording(text: str) -> Wording:
    return wording_of(peel(text))


def _matches(pattern: str, text: str, unless: str | None = None) -> bool:
    wording = _wording(text)
    return rule("x", ErrorClass.UNKNOWN, pattern, unless=unless).matches(wording.message, wording)


@pytest.mark.parametrize(
    ("text", "found"),
    [("Quota was EXCEEDED", True), ("quota " + "x" * 61 + "exceeded", False), ("exceeded quota", False)],
)
def test_a_gap_is_at_most_sixty_characters(text: str, found: bool) -> None:
    """What stands further apart does not belong together."""
    assert _matches("quota…exceeded", text) is found


def test_words_that_say_otherwise_win() -> None:
    """The rule then says nothing."""
    assert not _matches("rate limit", "the rate limit per day", unless="per day")


def test_a_condition_decides_on_numbers() -> None:
    """The same words mean one thing or the other."""

    def above(match: re.Match[str], _: Wording) -> bool:
        return int(match[1]) > 10

    found = rule("x", ErrorClass.UNKNOWN, r"asked for (\d+)", condition=above)

    assert [found.matches(text, _wording(text)) for text in ("asked for 11", "asked for 10")] == [True, False]


def test_a_pattern_without_a_literal_is_refused() -> None:
    """It would cost every message a search."""
    with pytest.raises(ValueError, match="no literal"):
        _matches(r"\w+", "anything")


def test_repetition_gets_an_end() -> None:
    """Classes and escapes keep what looks like repetition."""
    assert bounded(r"a+ [+*] \+ b*") == r"a{1,40} [+*] \+ b{0,40}"
