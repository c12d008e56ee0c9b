"""A text falls into pieces, and the pieces are the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane_telemetry.error_text.lexer import Kind, Piece, pieces


@given(st.text(max_size=300) | st.text(alphabet="\"'\\{}:, \nab1<>`«»中", max_size=200))
def test_the_pieces_are_the_text(text: str) -> None:
    """Nothing is lost and nothing is added, whatever the text."""
    assert "".join(piece.text for piece in pieces(text)) == text


def _first(text: str, kind: Kind) -> Piece:
    return next(piece for piece in pieces(text) if piece.kind is kind)


def test_a_key_is_known_by_the_colon_behind_it() -> None:
    """A value is no key."""
    found = [piece for piece in pieces('{"message": "slow down"}') if piece.kind is Kind.QUOTE]

    assert [(piece.inside, piece.key) for piece in found] == [("message", True), ("slow down", False)]


def test_an_apostrophe_opens_nothing() -> None:
    """``You've`` and ``model's`` are words."""
    assert [piece for piece in pieces("You've used this model's quota") if piece.kind is Kind.QUOTE] == []


def test_escaped_quotes_close_escaped_quotes() -> None:
    """On its level each string ends where its own mark stands."""
    found = _first(r"{\"a\": \"it said \\\"no\\\" twice\"}"[6:], Kind.QUOTE)

    assert found.inside == r"it said \\\"no\\\" twice"


def test_a_string_that_never_ends_goes_on_to_the_end() -> None:
    """A text cut inside a string is one string to its end."""
    found = _first('x: "cut of', Kind.QUOTE)

    assert (found.inside, found.closed) == ("cut of", False)


@pytest.mark.parametrize("text", ["+49 170 1234567", "alice@example.com", "555-12-3456", "4111 1111 1111 1111"])
def test_people_are_found(text: str) -> None:
    """Addresses and numbers of people are pieces of their own."""
    assert _first(f"call {text} now", Kind.PERSON).text == text


def test_an_address_ends_before_the_full_stop() -> None:
    """The sentence's punctuation is none of the address."""
    assert _first("visit https://a.b/c. Then", Kind.ADDRESS).text == "https://a.b/c"


@pytest.mark.parametrize(
    "number", ["020 7946 0958", "4111 1111 11\n11 1111", "DE89 3704 0044 0532 0130 00", "(415) 555-0132"]
)
def test_groups_of_digits_are_one_number_of_a_person(number: str) -> None:
    """Parted by blanks, hyphens or the end of a line; a date and a time are not."""
    assert [piece.kind for piece in pieces(number)] == [Kind.PERSON]
    assert Kind.PERSON not in {piece.kind for piece in pieces("2026-11-29 12:00:00 limit 10000 used 9800")}
