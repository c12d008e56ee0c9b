"""What a pattern cannot match without."""

import re

import pytest

from sealane_investigator.classify.literals import required_literals, without_contained
from sealane_investigator.classify.rule import bounded
from sealane_investigator.classify.rulebook import RULES


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        ("rate limit", {"rate limit"}),
        (r"rate[- _]limit\w*", {"limit"}),
        ("(invalid|incorrect) api", {"invalid", "incorrect"}),
        ("colou?r of", {"colo"}),
        ("(a|of) window", {" window"}),
        (r"(?!never)exceeds? your quota", {"exceed"}),
        (r"\b(tpm|rpm)\b", {"tpm", "rpm"}),
        (r"limit:? (?P<limit>[\d,]{1,12})", {"limit"}),
        ("并发", {"并发"}),
        (r"\(1011\)", {"(1011)"}),
    ],
)
def test_the_best_literals_are_found(pattern: str, literals: set[str]) -> None:
    """The longest that every match has; of brackets, one of each alternative."""
    assert required_literals(pattern) == literals


@pytest.mark.parametrize("pattern", [r"\d+", "(a|longer)", "x*", "", "(open"])
def test_a_pattern_without_a_literal_is_refused(pattern: str) -> None:
    """It would have to be tried on every message."""
    with pytest.raises(ValueError, match="no literal"):
        required_literals(pattern)


def test_what_contains_another_need_not_be_looked_for() -> None:
    """Who has the longer has the shorter."""
    assert without_contained(frozenset({"limited", "limit", "quota"})) == ("limit", "quota")


def test_no_repetition_of_a_rule_is_without_an_end() -> None:
    """That is what makes matching linear."""
    sources = [bounded(pattern.source) for rule in RULES for pattern in rule.patterns]
    endless = re.compile(r"(?<!\\)[+*](?![^\[]*\])|\{\d+,\}")

    assert [source for source in sources if endless.search(re.sub(r"\[[^\]]*\]", "", source))] == []
