"""Wrappers are taken off one after another, at both ends."""

import pytest

from sealane_investigator.peel.wrappers import bracketed, strip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[ERROR] Query failed: litellm.AuthenticationError: MoonshotException - Invalid key", "Invalid key"),
        ("Error: [provider.api_error] 400 The request was rejected", "The request was rejected"),
        ("slow down · Retrying in 60 seconds… (attempt 1/10)", "slow down"),
        ("slow down (request id: 20250423020142736330894dLoIRrS6)", "slow down"),
        ("slow down (HTTP response code was 400).", "slow down"),
        ("slow down If this persists, run `kimi export", "slow down"),
        ("openai.APIError: slow down')", "slow down"),
        ("Failed to pull image: x", "Failed to pull image: x"),
        ("slow down", "slow down"),
        ("", ""),
    ],
)  # fmt: skip
def test_what_is_left_is_the_errors_own_words(text: str, expected: str) -> None:
    """A wording that looks like a wrapper stays: nothing would be left of it."""
    assert strip(text)[0] == expected


def test_the_wrappers_have_names() -> None:
    """Outermost first, each once."""
    assert strip("[ERROR] litellm.APIError: litellm.APIError: HTTP 500: slow")[1] == ["level", "litellm", "status"]


def test_bigmodel_puts_code_and_message_in_brackets() -> None:
    """With a request's id or without, cut or whole."""
    assert bracketed("429 · [1313][Your account is limited.][2026abcd12]") == ("1313", "Your account is limited.")
    assert bracketed("[1214][prompt 参数非法") == ("1214", "prompt 参数非法")
    assert bracketed("[1] [2]") is None
