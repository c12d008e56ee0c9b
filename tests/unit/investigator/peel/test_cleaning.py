"""What terminals and chat threads add to a text is taken off again."""

import pytest

from sealane_investigator.peel.cleaning import MAX_TEXT, clean, one_line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mError\x1b[0m: \x1b]0;title\x07slow", "Error: slow"),
        ("│ 429 Too Many Requests │", " 429 Too Many Requests "),
        ("> 429 slow\n> down", "429 slow\ndown"),
        ("```json\nslow\n```", "\nslow\n"),
        ("余额不足，请充值：立即！", "余额不足,请充值:立即!"),
        ("Azure OpenAI’s “policy”", 'Azure OpenAI\'s "policy"'),
        ("{&quot;error&quot;: &#39;slow&amp;#39; &lt;b&gt;", "{\"error\": 'slow' &lt;b&gt;"),
        ("a\r\nb\u200bc\x00", "a\nbc"),
    ],
)
def test_marks_of_a_terminal_are_taken_off(text: str, expected: str) -> None:
    """Escapes, frames, quote marks, fences; full-width punctuation becomes ASCII."""
    assert clean(text) == expected


def test_what_is_beyond_the_limit_is_not_read() -> None:
    """A text of any length is answered in time."""
    assert len(clean("a" * (MAX_TEXT + 5))) == MAX_TEXT


def test_one_line_has_single_blanks() -> None:
    """Whatever stood between two words."""
    assert one_line("  a \n\t b  ") == "a b"
