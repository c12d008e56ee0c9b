"""The vocabulary knows what errors say, and no more."""

import re

from sealane_telemetry.error_text.vocabulary import (
    chinese_familiarity,
    documented,
    familiarity,
    in_known_triples,
    is_word,
)


def test_every_word_of_a_documented_wording_is_known() -> None:
    """Nothing of a documented wording is masked for want of a word."""
    wordings = [line.partition(": ")[2] for line in documented().splitlines() if ": " in line and line[0] != "#"]
    plain = [re.sub(r"[`'\"][^`'\"]*[`'\"]", " ", wording) for wording in wordings]
    words = {word.lower() for wording in plain for word in re.findall(r"(?<![A-Za-z])[A-Za-z]{4,}", wording)}

    assert sorted(word for word in words if not is_word(word)) == []


def test_what_only_prompts_talk_about_is_unknown() -> None:
    """A vocabulary of everything would mask nothing."""
    prompts = [
        "grandmother",
        "cake",
        "recipe",
        "dragon",
        "patient",
        "wrong",
        "poem",
        "sister",
        "car",
        "salary",
        "holiday",
    ]

    assert [word for word in prompts if is_word(word)] == ["wrong"]


def test_neighbours_are_familiar_when_an_error_says_them() -> None:
    """The measure is the part of neighbouring pairs."""
    assert familiarity(["engine", "is", "currently", "overloaded"]) == 1.0
    assert familiarity(["overloaded", "engine", "window", "is"]) < 0.5
    assert familiarity(["engine"]) == 1.0


def test_chinese_is_familiar_by_its_characters() -> None:
    """A letter to the boss is not."""
    assert chinese_familiarity("该模型当前访问量过大") == 1.0
    assert chinese_familiarity("帮我写一封辞职信给老板") < 0.3
    assert chinese_familiarity("该") == 1.0
    assert chinese_familiarity("犬") == 0.0


def test_words_are_known_by_threes() -> None:
    """Each pair of these may be familiar; three in a row only where an error says so."""
    assert in_known_triples(["the", "engine", "is", "currently", "overloaded"]) == [True] * 5
    assert in_known_triples(["check", "the", "account", "of", "the", "user"]).count(True) <= 3
    assert in_known_triples(["engine"]) == [False]
