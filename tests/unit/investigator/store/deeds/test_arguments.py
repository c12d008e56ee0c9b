"""Arguments of deeds: what is wrong is refused with what to write."""

from collections.abc import Callable, Mapping

import pytest

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_investigator.errors import DeedRefused
from sealane_investigator.store.deeds import arguments as read


def _word(arguments: Mapping[str, object], name: str) -> ErrorClass | None:
    return read.word(arguments, name, ErrorClass)


@pytest.mark.parametrize(
    ("reader", "value", "expected"),
    [
        (read.text, "hello", "hello"),
        (read.optional_text, None, None),
        (read.time, 1_700_000_000, 1_700_000_000.0),
        (read.time, None, None),
        (read.number, 7, 7),
        (read.truth, False, False),
        (_word, "rate_limit", ErrorClass.RATE_LIMIT),
        (_word, None, None),
        (read.revisions, {"a/b": 3}, {"a/b": 3}),
        (read.revisions, {}, {}),
        (read.revisions, None, None),
    ],
)
def test_what_is_right_is_read(
    reader: Callable[[Mapping[str, object], str], object], value: object, expected: object
) -> None:
    """As it is meant."""
    assert reader({"x": value}, "x") == expected


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        (read.text, ""),
        (read.text, None),
        (read.text, "x" * (read.MAX_TEXT + 1)),
        (read.optional_text, 5),
        (read.time, "tomorrow"),
        (read.time, True),
        (read.time, float("nan")),
        (read.time, 1e12),
        (read.number, "7"),
        (read.number, 0),
        (read.number, True),
        (read.number, 1 << 60),
        (read.truth, "yes"),
        (_word, "grumpiness"),
        (_word, ["rate_limit"]),
        (read.revisions, ["a/b"]),
        (read.revisions, {"a/b": "3"}),
        (read.revisions, {"a/b": True}),
        (read.revisions, {str(number): 1 for number in range(1_001)}),
    ],
)
def test_what_is_wrong_is_refused_by_name(reader: Callable[[Mapping[str, object], str], object], value: object) -> None:
    """The text says which argument, and does not repeat its value."""
    with pytest.raises(DeedRefused, match=r"^x: "):
        reader({"x": value}, "x")


@pytest.mark.parametrize("value", [[1], {"1": 1}, {1: "1"}, {1: True}])
def test_versions_are_numbers_of_numbers(value: object) -> None:
    """They belong to no deed, and may be left out."""
    assert read.versions({}) == {}
    assert read.versions({"versions": {1: 2}}) == {1: 2}
    with pytest.raises(DeedRefused, match=r"^versions: "):
        read.versions({"versions": value})
