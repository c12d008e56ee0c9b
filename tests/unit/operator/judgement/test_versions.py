"""Copies of one object are ordered by their resourceVersion."""

import pytest

from sealane_operator.judgement.versions import is_older


@pytest.mark.parametrize(
    ("one", "other", "older"),
    [("9", "10", True), ("10", "9", False), ("9", "9", False), ("a", "b", False), ("", "1", False)],
)
def test_numbers_are_compared_as_numbers(one: str, other: str, older: bool) -> None:
    """Nine comes before ten; what is no number is never older."""
    assert is_older({"metadata": {"resourceVersion": one}}, {"metadata": {"resourceVersion": other}}) is older
