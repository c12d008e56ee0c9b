"""Comments of ``values.yaml`` become descriptions and a table."""

import json
from pathlib import Path
from typing import Any

import pytest

from sealane_cli.chart.copies import CHART
from sealane_cli.chart.values_page import (
    BEGIN,
    END,
    UndescribedError,
    comments,
    pages,
    with_descriptions,
    with_required,
    with_table,
)

_VALUES = """\
# About the file, and no key.

# The data plane.
router:
  # How many
  # there are.
  replicas: 3
  # A number | a share.
  budget: null
  # Bounds.
  resources:
    # no comment of a value
    limits: {memory: 1Gi}
"""

_SCHEMA: dict[str, Any] = {
    "properties": {
        "router": {
            "properties": {
                "replicas": {"type": "integer"},
                "budget": {"$ref": "#/$defs/budget"},
                "resources": {"type": "object"},
            }
        }
    },
    "$defs": {"budget": {"anyOf": [{"type": "null"}, {"enum": ["a", "b"]}]}},
}

_DESCRIBED = {
    "router": "The data plane.",
    "router.replicas": "How many there are.",
    "router.budget": "A number | a share.",
    "router.resources": "Bounds.",
}


def test_a_comment_belongs_to_the_key_below_it() -> None:
    """Of several lines too; one that stands apart belongs to none."""
    assert comments(_VALUES) == {**_DESCRIBED, "router.resources.limits": "no comment of a value"}


def test_the_schema_says_what_the_comments_say() -> None:
    """Every value gets its description, and the schema that was given stays as it was."""
    described = with_descriptions(_SCHEMA, _DESCRIBED)

    router = described["properties"]["router"]
    assert router["description"] == "The data plane."
    assert router["properties"]["replicas"] == {"type": "integer", "description": "How many there are."}
    assert "description" not in _SCHEMA["properties"]["router"]


@pytest.mark.parametrize(
    ("comment", "gone", "told"),
    [
        ("router.replica", "", "router.replica is not in the schema"),
        ("", "router.budget", "router.budget has no comment"),
    ],
)
def test_a_value_that_only_one_knows_is_named(comment: str, gone: str, told: str) -> None:
    """A key that was renamed in one of the two files, or one without a word about it."""
    given = {path: text for path, text in _DESCRIBED.items() if path != gone} | ({comment: "x"} if comment else {})

    with pytest.raises(UndescribedError, match=told):
        with_descriptions(_SCHEMA, given)


def test_what_templates_count_on_cannot_be_taken_away() -> None:
    """Groups, numbers, switches and words; not what may be null, is empty by default, or is a list or a map."""
    text = {"type": "string"}
    group = {"replicas": {"type": "integer"}, "budget": {"$ref": "#/$defs/budget"}, "resources": {"type": "object"}}
    schema = {
        "properties": {"router": {"properties": group}, "tag": text, "policy": text, "extra": {"type": "array"}},
        "$defs": _SCHEMA["$defs"],
    }
    values = {"router": {"replicas": 3, "budget": "a", "resources": {}}, "tag": "", "policy": "Never", "extra": []}

    required = with_required(schema, values)

    assert required["required"] == ["router", "policy"]
    assert required["properties"]["router"]["required"] == ["replicas"]
    assert "required" not in schema


def test_the_table_has_a_row_for_each_value() -> None:
    """Type, default and description; what is around it stays."""
    values = {"router": {"replicas": 3, "budget": None, "resources": {"limits": {"memory": "1Gi"}}}}
    page = with_table(f"before\n{BEGIN}\nold\n{END}\nafter\n", with_descriptions(_SCHEMA, _DESCRIBED), values)

    assert page.splitlines() == [
        "before",
        BEGIN,
        "| Value | Type | Default | What it does |",
        "| --- | --- | --- | --- |",
        "| `router.replicas` | integer | `3` | How many there are. |",
        "| `router.budget` | null or one of `a`, `b` | `null` | A number \\| a share. |",
        '| `router.resources` | object | `{"limits": {"memory": "1Gi"}}` | Bounds. |',
        END,
        "after",
    ]


def test_a_page_without_a_place_for_it_is_no_page() -> None:
    """Both marks have to be there."""
    with pytest.raises(UndescribedError, match="lacks"):
        with_table(f"before\n{BEGIN}\nold\n", with_descriptions(_SCHEMA, _DESCRIBED), {})


def test_both_pages_are_made_of_the_files_of_a_chart(tmp_path: Path) -> None:
    """The schema and the README, by their paths."""
    folder = tmp_path / CHART
    folder.mkdir(parents=True)
    (folder / "values.yaml").write_text("# Its number.\nnumber: 1\n")
    (folder / "values.schema.json").write_text(json.dumps({"properties": {"number": {"type": "integer"}}}))
    (folder / "README.md").write_text(f"{BEGIN}\n{END}\n")

    found = pages(tmp_path)

    schema = json.loads(found[folder / "values.schema.json"])
    assert schema["properties"]["number"]["description"] == "Its number."
    assert "| `number` | integer | `1` | Its number. |" in found[folder / "README.md"]
