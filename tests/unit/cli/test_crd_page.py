"""The tables of ``docs/crd.md``."""

import pytest

from sealane_api.crd.schema import structural_schema
from sealane_api.resource.rollout import RolloutSpec
from sealane_cli.crd_page import rows, with_fields

PAGE = "before\n<!-- fields: written by `make crds` -->\nold\n<!-- end of fields -->\nafter\n"


def test_the_tables_stand_between_their_marks() -> None:
    """What people wrote around them stays, and a second time changes nothing."""
    page = with_fields(PAGE)

    assert page.startswith("before\n<!-- fields")
    assert page.endswith("<!-- end of fields -->\nafter\n")
    assert "\nold\n" not in page
    assert with_fields(page) == page


@pytest.mark.parametrize("page", ["", PAGE.replace("<!-- end of fields -->\n", ""), "<!-- end of fields -->\n"])
def test_a_page_without_its_marks_is_refused(page: str) -> None:
    """Rather than written over."""
    with pytest.raises(ValueError, match="lost its marks"):
        with_fields(page)


def test_a_field_stands_before_those_within_it() -> None:
    """With its whole path, and whether it must be written."""
    found = [(path, required) for path, _, required in rows(structural_schema(RolloutSpec))]

    assert found[:4] == [("strategy", False), ("steps", False), ("steps[].weight", True), ("steps[].hold", False)]


@pytest.mark.parametrize(
    "row",
    [
        "| `providers` | 1-16 objects | required |",
        "| `providers[].name` | text of 1-63 characters | required |",
        "| `providers[].dialect` | `Moonshot`, `Zai`, `OpenAI` | `OpenAI` |",
        "| `providers[].breaker` | object |  |",
        "| `providers[].breaker.window` | duration | `30s` |",
        "| `providers[].maxConcurrency` | integer from 1 | `200` |",
        "| `rules[].targets[].set` | at most 16 members, any JSON |  |",
        "| `rules[].targets[].remove` | at most 16 of: text of 1-256 characters |  |",
        "| `rollout.steps` | 1-20 objects | `[{weight: 10, hold: 1m}, {weight: 50, hold: 2m}]` |",
        "| `rollout.steps[].weight` | integer 1-100 | required |",
        "| `suspend` | boolean | `false` |",
        "| `stable.hash` | text of 64 characters | required |",
        "| `lastRollback.at` | time | required |",
    ],
)
def test_a_row_says_what_to_write(row: str) -> None:
    """Path, type with its bounds, and the default."""
    assert row in with_fields(PAGE)
