"""Marks tell length and sameness, and nothing else."""

import re

from sealane_telemetry.error_text.marks import MARK, Marks, without_marks


def test_a_mark_has_class_length_and_a_short_hash() -> None:
    """The form is what others match."""
    key = Marks(b"secret").key("sk-abc", "sk-")
    text = Marks(b"secret").text("a prompt")

    assert re.fullmatch(r"<key:sk-:6:[0-9a-f]{6}>", key)
    assert re.fullmatch(r"<text:8:[0-9a-f]{6}>", text)
    assert re.fullmatch(MARK, key)
    assert re.fullmatch(MARK, text)


def test_one_text_has_one_mark_with_one_secret() -> None:
    """Two events about one text can be matched, by whoever has the secret alone."""
    assert Marks(b"a").text("x") == Marks(b"a").text("x")
    assert Marks(b"a").text("x") != Marks(b"b").text("x")
    assert Marks(b"a").text("x") != Marks(b"a").text("y")


def test_what_is_no_text_has_a_mark_all_the_same() -> None:
    """A lone surrogate is hashed like anything else."""
    assert Marks(b"a").text("\ud800").startswith("<text:1:")


def test_a_text_without_its_marks() -> None:
    """Whoever compares wordings does not compare marks."""
    assert without_marks("key <key:sk-:6:abcdef> and <text:8:012345>.") == "key   and  ."
