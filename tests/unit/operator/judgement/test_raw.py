"""Objects are read whatever their shape."""

from sealane_operator.judgement.raw import mapping_at, mappings, text_at


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
