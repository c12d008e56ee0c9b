"""What all parts share: spelling, closedness, null as absence, findings."""

import pytest
from pydantic import ValidationError

from sealane_api.resource.part import Finding, Part, camel_case, field_names, refuse, repeated


class Sample(Part):
    """A part with a default and a required field."""

    base_url: str
    first_byte: str = "60s"


@pytest.mark.parametrize(
    ("name", "spelling"),
    [("name", "name"), ("base_url", "baseURL"), ("messages_base_url", "messagesBaseURL"), ("open_for", "openFor")],
)
def test_fields_are_spelled_as_kubernetes_spells_them(name: str, spelling: str) -> None:
    """Initialisms are capitals."""
    assert camel_case(name) == spelling


def test_only_the_spelling_of_the_page_is_known() -> None:
    """The attribute's name is an unknown field."""
    assert field_names(Sample) == ["baseURL", "firstByte"]
    assert Sample.model_validate({"baseURL": "x"}).base_url == "x"
    with pytest.raises(ValidationError):
        Sample.model_validate({"base_url": "x"})


def test_null_is_absence_of_known_fields_only() -> None:
    """An unknown field stays unknown, and a required one stays missing."""
    assert Sample.model_validate({"baseURL": "x", "firstByte": None}).first_byte == "60s"
    for document in ({"baseURL": None}, {"baseURL": "x", "other": None}):
        with pytest.raises(ValidationError):
            Sample.model_validate(document)


def test_a_part_does_not_change() -> None:
    """Not even by assignment."""
    with pytest.raises(ValidationError):
        Sample.model_validate({"baseURL": "x"}).first_byte = "1s"  # type: ignore[misc]


def test_nothing_found_is_nothing_refused() -> None:
    """And findings are carried as they are."""
    refuse([])
    with pytest.raises(ValueError, match="a law of the resource is broken"):
        refuse([Finding(("a",), "found b; write c")])


def test_repetitions_are_reported_with_their_first() -> None:
    """Each one after the first."""
    assert repeated(["a", "b", "a", "c", "a"]) == [(2, 0), (4, 0)]
    assert repeated([]) == []
