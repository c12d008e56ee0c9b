"""Which words an error template may be made of."""

from sealane_telemetry.error_text.words import WORDS


def is_word(word: str) -> bool:
    """Return whether ``word``, in lower case, is a word of error templates."""
    return word in WORDS
