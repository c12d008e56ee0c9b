"""Sentences are joined to one message that can be read."""

from sealane_operator.judgement.refusal import joined


def test_few_sentences_stand_below_each_other() -> None:
    """Each has a line of its own."""
    assert joined(["one", "two"]) == "one\ntwo"


def test_many_sentences_are_counted() -> None:
    """Ten are shown; the rest is seen after the first corrections."""
    lines = joined([str(number) for number in range(25)]).splitlines()

    assert lines == [*(str(number) for number in range(10)), "and 15 more"]


def test_a_message_is_bounded() -> None:
    """It fits into a condition whatever was written in a spec."""
    assert len(joined(["x" * 5000])) == 4096
