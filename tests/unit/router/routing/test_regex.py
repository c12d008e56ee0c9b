"""Regexes are RE2's, and RE2 says what is wrong with them."""

import pytest

from sealane_router.routing.regex import check_regex


@pytest.mark.parametrize("text", ["kimi-.*", "(kimi|moonshot)-k[0-9]+", "a{1000}", "(?i)x", "模型.*", "x" * 256])
def test_an_expression_of_re2_is_admitted(text: str) -> None:
    """In any script."""
    assert check_regex(text) is None


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("(a", "missing ): (a"),
        ("[z-a]", "invalid character class range: z-a"),
        (r"\1", r"invalid escape sequence: \1"),
        ("(?=x)", "invalid perl operator: (?="),
        ("a{1001}", "invalid repetition size: {1001}"),
        (r"\pN{500}", "pattern too large - compile failed"),
    ],
)
def test_any_other_is_refused_in_re2s_words(text: str, complaint: str) -> None:
    """Back references, look-around and monsters among them."""
    assert check_regex(text) == complaint
