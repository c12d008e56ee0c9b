"""An error's wording is told from somebody's sentence by its words, their neighbours and its place."""

import pytest

from sealane_telemetry.error_text.prose import Place, is_chinese_wording, is_of_the_trade, is_wording, place_behind


def test_a_known_wording_is_one_everywhere_but_behind_what_shows_an_input() -> None:
    """Behind ``input:`` even a familiar sentence has to be very familiar."""
    words = ["rate", "limit", "exceeded", "for", "your", "organization"]

    assert is_wording(words, 0, Place.BEGINNING)
    assert is_wording(words, 0, Place.BEHIND_COLON)


@pytest.mark.parametrize(
    "sentence",
    [
        "please write the password of the account into the file",
        "you are a helpful assistant",
        "set the price in the table",
    ],
)
def test_a_sentence_of_common_words_is_none(sentence: str) -> None:
    """All of these words occur in errors; together they say something else."""
    assert not is_wording(sentence.split(), 0, Place.BEGINNING)


def test_unknown_words_make_a_sentence_somebodys() -> None:
    """A few are names; many are a text."""
    words = ["rate", "limit", "exceeded", "for"]

    assert is_wording(words, 1, Place.BEGINNING)
    assert not is_wording(words, 6, Place.BEGINNING)


def test_one_or_two_known_words_say_nothing_of_anybody() -> None:
    """``Warning:`` stays."""
    assert is_wording(["warning"], 0, Place.BEHIND_COLON)
    assert is_wording([], 0, Place.SHOWN)


def test_chinese_is_judged_by_its_characters() -> None:
    """Familiar runs are wordings."""
    assert is_chinese_wording("系统检测到输入或生成内容可能包含不安全或敏感内容", Place.BEGINNING)
    assert not is_chinese_wording("请把这份合同翻译成英文", Place.BEGINNING)


def test_what_stands_before_a_colon_says_what_to_expect() -> None:
    """``input:`` shows what somebody sent; ``failed:`` goes on with the error."""
    assert place_behind(["invalid", "prompt"], Place.BEGINNING) is Place.SHOWN
    assert place_behind(["request", "failed"], Place.BEGINNING) is Place.BEGINNING
    assert place_behind(["request", "failed"], Place.BEHIND_COLON) is Place.SENTENCE
    assert place_behind(["model"], Place.BEGINNING) is Place.BEHIND_COLON


def test_words_of_the_trade_may_stand_alone() -> None:
    """They tell the error and no person."""
    assert is_of_the_trade("quota")
    assert not is_of_the_trade("letter")
