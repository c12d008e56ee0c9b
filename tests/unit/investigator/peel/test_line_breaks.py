"""A word that a terminal broke is whole again; two words stay two."""

import pytest

from sealane_investigator.peel.line_breaks import joined


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The engine is curre\nntly overloaded", "The engine is currently overloaded"),
        ("please try a\ngain after 1 seconds", "please try again after 1 seconds"),
        ("limit: 262144 (re quested: 269030)", "limit: 262144 (requested: 269030)"),
        ("considered high\n risk", "considered high risk"),
        ("Azure OpenAI's\ncontent management", "Azure OpenAI's content management"),
        ("No\n    endpoints found", "No endpoints found"),
        ("a beca\nuse", "a because"),
    ],
)
def test_the_vocabulary_tells_a_broken_word_from_two(text: str, expected: str) -> None:
    """Halves of which one is no word are one word, if there is such a word."""
    assert joined(text) == expected
