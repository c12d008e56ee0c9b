"""Regexes are judged as routers judge them."""

import pytest

from sealane_operator.judgement.regex import MAX_REGEX_MEMORY, check_regex
from sealane_router.routing import regex as routers


@pytest.mark.parametrize("text", ["kimi-.*", "(a|b)+", "(", "(?=a)", r"\1", "a{1001}", "((a{100}){100}){100}", "[z-a]"])
def test_operator_and_router_say_the_same(text: str) -> None:
    """What one accepts the other accepts, and the complaints are equal."""
    assert check_regex(text) == routers.check_regex(text)


def test_a_complaint_is_a_text() -> None:
    """People read what RE2 says."""
    assert "missing" in (check_regex("(") or "")


def test_the_memory_is_the_routers() -> None:
    """An expression that fits here fits there."""
    assert MAX_REGEX_MEMORY == routers.MAX_REGEX_MEMORY
