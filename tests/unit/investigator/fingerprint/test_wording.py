"""What varies between two occurrences of one template is not compared."""

import pytest

from sealane_investigator.fingerprint.wording import LEADING_WORDS, breaks_off, leading_words, name_words, squeezed
from sealane_investigator.incident.peeled import Peeled


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rate limit: 5 per MIN!", "ratelimit5permin"),
        ("considered high\\n risk", "consideredhighrisk"),
        ("in C:\\new", "incnew"),
        ("余额不足,请充值。", "余额不足请充值"),
        ("key <key:sk-:51:abcdef> and <text:3:012345> end", "keyandend"),
        ("curre\nntly", "currently"),
    ],
)
def test_letters_digits_and_characters_count(text: str, expected: str) -> None:
    """Blanks, case, punctuation and what redaction put there do not."""
    assert squeezed(text) == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Limit of 5 requests for model gpt-4o at https://a.b/c reached", "limit of requests for model at reached"),
        ("account 'alice' of alice@example.com is limited", "account of is limited"),
        ("pod worker-747ccfb9db-78qds failed", "pod failed"),
        ("Blergh the zorp is limited", "the is limited"),
        ("该令牌所属项目已被管理员冻结请联系管理员", "该令牌所属项目已被管理员冻结"),
    ],
)
def test_names_and_values_are_no_words(message: str, expected: str) -> None:
    """Models, hosts, people, numbers, and words of no vocabulary."""
    assert " ".join(leading_words(message)) == expected


def test_what_is_cut_behind_the_leading_words_changes_nothing() -> None:
    """So a text that was cut later is the same."""
    message = "the request was refused by the server because the account has no access to this model at all"

    assert len(leading_words(message)) == LEADING_WORDS
    assert leading_words(message) == leading_words(message[:78])


def test_a_name_is_words() -> None:
    """Of its last part."""
    assert name_words("httpx.ReadTimeout") == "read timeout"
    assert name_words("rate_limit_error") == "rate limit error"


@pytest.mark.parametrize(
    ("message", "cut", "expected"),
    [
        ("the engine is currentl", False, True),
        ("the engine is currently", True, True),
        ("the engine is currently", False, False),
        ("no such model: gpt-4o", False, False),
        ("try https://a.b/docs", False, False),
        ("", False, False),
    ],
)
def test_half_a_word_and_an_open_object_show_that_a_message_breaks_off(message: str, cut: bool, expected: bool) -> None:
    """A name is no half of a word."""
    assert breaks_off(Peeled(text=message, message=message, cut=cut)) is expected
