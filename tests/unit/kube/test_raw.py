"""Objects are read whatever their shape."""

import pytest

from sealane_kube.raw import mapping_at, mappings, seconds_at, text_at


def test_what_is_there_is_returned() -> None:
    """A path leads to a mapping or a text."""
    item = {"metadata": {"name": "a", "labels": {"x": "y"}}}

    assert (mapping_at(item, "metadata", "labels"), text_at(item, "metadata", "name")) == ({"x": "y"}, "a")


def test_what_is_not_there_is_empty() -> None:
    """A part that is missing, null or of another shape is no error."""
    item = {"metadata": None, "spec": "text", "list": [1, {"a": 1}, None]}

    assert mapping_at(item, "metadata", "labels") == {}
    assert text_at(item, "spec", "name") == ""
    assert text_at(None, "name") == ""
    assert mappings(item["list"]) == [{"a": 1}]
    assert mappings("text") == []


@pytest.mark.parametrize("text", ["2026-11-18T12:00:00Z", "2026-11-18T12:00:00.000000+00:00", "2026-11-18T12:00:00"])
def test_a_time_is_seconds(text: str) -> None:
    """Of the zone that it names, of UTC where it names none."""
    assert seconds_at({"metadata": {"creationTimestamp": text}}, "metadata", "creationTimestamp") == 1_795_003_200.0


@pytest.mark.parametrize("value", ["", "soon", None, 5])
def test_what_is_no_time_is_none(value: object) -> None:
    """Whoever wrote it."""
    assert seconds_at({"at": value}, "at") is None
