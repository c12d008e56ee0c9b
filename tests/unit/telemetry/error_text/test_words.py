"""The list of words is a list of words."""

from sealane_telemetry.error_text.words import WORDS


def test_words_are_in_lower_case_and_of_letters() -> None:
    """Whoever asks has only to lower the case."""
    assert {word for word in WORDS if not (word.isascii() and word.isalpha() and word == word.lower())} == set()


def test_there_are_enough_and_not_all() -> None:
    """Errors need some thousand words; a dictionary has a hundred thousand."""
    assert 1_500 < len(WORDS) < 4_000
