"""Our own codes in words."""

import re
from pathlib import Path

import pytest

import sealane_router
from sealane_api.failure import FailureClass
from sealane_router import errors
from sealane_router.report.wording import ANSWERED, EXPIRED_KEY, NO_KEY, TRUNCATED, WORDS, WRONG_KEY, words_of
from sealane_telemetry.error_text.redaction import ErrorTextRedactor

_CODE = re.compile(
    r"(?:FailureClass\.\w+, |StaleConnection\(|_waited_for = |errno\.\w+: |error\.errno or 0, |code=|head_done else )"
    r'"([a-z_]+)"'
)


def _codes() -> set[str]:
    root = Path(sealane_router.__file__).parent
    sources = [*(root / "upstream").glob("*.py"), *(root / "relay").glob("*.py")]
    return {code for path in sources for code in _CODE.findall(path.read_text(encoding="utf-8"))}


def test_every_code_of_the_router_has_words() -> None:
    """And no others, so that a new code is not told without any."""
    assert _codes() == set(WORDS)


@pytest.mark.parametrize(
    "words", sorted({*WORDS.values(), *ANSWERED.values(), TRUNCATED, NO_KEY, EXPIRED_KEY, WRONG_KEY})
)
def test_the_words_stay_when_they_are_redacted(words: str) -> None:
    """They are those of error messages and of nobody's prompt."""
    assert ErrorTextRedactor(b"a key of this test").redact(words) == words


def test_only_answers_that_exist_have_words() -> None:
    """By the codes of the tree of errors."""
    assert set(ANSWERED) <= {kind.code for kind in vars(errors).values() if hasattr(kind, "code")}


@pytest.mark.parametrize(
    ("code", "failure_class", "words"),
    [
        ("connection_closed", FailureClass.CONNECT, "Connection closed before the response was complete"),
        ("connection_closed", FailureClass.BROKEN_STREAM, TRUNCATED),
        ("idle_timeout", FailureClass.BROKEN_STREAM, "Read timed out"),
        ("1302", FailureClass.RATE_LIMITED, ""),
        (None, None, ""),
    ],
)
def test_a_code_is_told_by_when_it_came(code: str | None, failure_class: str | None, words: str) -> None:
    """A connection that is lost behind the commit has cut an answer; a provider's code has the provider's words."""
    assert words_of(code, failure_class) == words
