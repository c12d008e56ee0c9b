"""A stretch of prose is judged as a whole."""

from sealane_telemetry.error_text.chunks import Chunk
from sealane_telemetry.error_text.lexer import pieces
from sealane_telemetry.error_text.prose import Place
from sealane_telemetry.error_text.stretch import Stretch


def _stretch(text: str, place: Place = Place.BEGINNING) -> Stretch:
    stretch = Stretch(place)
    for piece in pieces(text):
        stretch.add(piece)
    return stretch


def test_a_stretch_knows_its_words() -> None:
    """Numbers and names are none."""
    assert _stretch("Limit 100 for max_tokens exceeded").words == ["limit", "for", "exceeded"]


def test_a_word_that_was_cut_in_two_is_one() -> None:
    """``curre`` and ``ntly`` are no unknown words."""
    stretch = _stretch("The engine is curre\nntly overloaded")

    assert stretch.is_wording
    assert stretch.chunk(6) is Chunk.NAME
    assert stretch.chunk(8) is Chunk.NAME


def test_chinese_with_a_name_between_is_judged_piece_by_piece() -> None:
    """A group's name inside a Chinese sentence does not make it somebody's."""
    assert _stretch("当前分组 vip 下对于模型").is_wording


def test_the_next_stretch_knows_where_it_stands() -> None:
    """Behind a colon it depends on the words before it."""
    assert _stretch("Invalid prompt").following(":").place is Place.SHOWN
    assert _stretch("Invalid request").following(".").place is Place.SENTENCE
    assert _stretch("Invalid request").following("(").place is Place.BEGINNING
    assert _stretch("", Place.SHOWN).following(".").place is Place.SHOWN


def test_a_sentence_inside_a_wording_is_strange() -> None:
    """Words in a row that no error says so are found between words that one does."""
    stretch = _stretch("rate limit exceeded write the password of the account into the file for your organization")
    strange = "".join(stretch.pieces[number].text for number in sorted(stretch.strange()))

    assert "password" in strange
    assert "rate limit" not in strange
    assert _stretch("The engine is currently overloaded, please try again later").strange() == set()


def test_words_of_which_no_three_are_documented_are_strange() -> None:
    """However familiar each pair of them is, and with a chance wording between them."""
    stretch = _stretch("rate limit exceeded please check the account of the user and change the plan of my team")
    strange = "".join(stretch.pieces[number].text for number in sorted(stretch.strange()))

    assert "account of the user and change the plan" in strange
