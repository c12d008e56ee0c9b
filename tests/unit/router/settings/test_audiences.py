"""Whom a token was made for."""

import pytest

from sealane_router.settings.audiences import audience


@pytest.mark.parametrize("text", ["sealane", "https://gateway.example/v1?x=1", "a", "x" * 253])
def test_an_audience_is_one_word(text: str) -> None:
    """Whatever a cluster's own are like."""
    assert audience(text) == text


@pytest.mark.parametrize("text", ["", "a b", "a,b", "a'b", 'a"b', "a\n", "ä", "x" * 254])
def test_what_could_break_a_message_is_none(text: str) -> None:
    """It is quoted to callers; and one router has one audience."""
    with pytest.raises(ValueError, match="write one audience"):
        audience(text)
