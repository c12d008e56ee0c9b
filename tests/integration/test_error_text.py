"""Whatever is planted in an error text, wherever it stands, is gone when the text is redacted."""

import json
import re
from collections.abc import Callable, Mapping

import pytest

from sealane_telemetry.error_text.redaction import ErrorTextRedactor
from tests.support.planted import KEYS, PRIVATE, SHAPES, characters_left, left_of

_REDACTOR = ErrorTextRedactor(b"a secret of these tests")
#: Ways in which the same text is written into an error.
_WRITTEN: Mapping[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "in JSON": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "in JSON in JSON": lambda text: json.dumps(json.dumps(text, ensure_ascii=False)[1:-1], ensure_ascii=False)[1:-1],
    "in ASCII": lambda text: json.dumps(text)[1:-1],
}


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("written", _WRITTEN)
def test_no_key_survives(kind: str, written: str) -> None:
    """Of none ten characters in a row."""
    key = KEYS[kind]
    planted = _WRITTEN[written](key.replace("|", ""))
    for shape in SHAPES:
        shown = _REDACTOR.redact(shape.replace("%s", planted))

        assert characters_left(key, shown) == [], shown


@pytest.mark.parametrize("kind", PRIVATE)
@pytest.mark.parametrize("written", _WRITTEN)
def test_no_private_text_survives(kind: str, written: str) -> None:
    """Of no sentence, file or number more than three words in a row, and of a short one not the whole."""
    private = PRIVATE[kind]
    for shape in SHAPES:
        shown = _REDACTOR.redact(shape.replace("%s", _WRITTEN[written](private)))

        assert left_of(private, shown, shape) <= min(3, len(re.findall(r"[^\W_]+", private)) - 1), shown
        assert _REDACTOR.redact(shown) == shown
