"""The pages about metrics and logs list what the code has, and nothing else."""

import re

from prometheus_client import CollectorRegistry

from sealane_telemetry.exchange_log import ATTEMPT_FIELDS, EXCHANGE_FIELDS
from sealane_telemetry.log_line import FIELDS
from sealane_telemetry.metrics import RouterMetrics
from tests.architecture.house import ROOT


def _table(page: str, first_column: str) -> list[tuple[str, ...]]:
    """The rows of the Markdown table whose first column has this heading."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    match = re.search(rf"^\| {first_column} \|.*\n\|[ -|]+\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert match is not None, f"docs/{page} has no table that begins with {first_column!r}"
    return [tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip("|"))) for row in match[1].splitlines()]


def test_every_metric_is_documented_as_it_is() -> None:
    """``docs/metrics.md`` has name, type, labels, unit and meaning of each metric, and no other metric."""
    families = RouterMetrics(CollectorRegistry()).families

    assert [
        (
            f"`{family.name}`",
            family.kind,
            ", ".join(f"`{label}`" for label in family.label_names) or "–",
            family.unit,
            family.meaning,
        )
        for family in families
    ] == _table("metrics.md", "metric")


def test_every_field_of_an_exchange_line_is_documented() -> None:
    """``docs/logs.md`` lists the fields of an exchange's line, in order."""
    assert [(f"`{name}`", meaning) for name, meaning in EXCHANGE_FIELDS.items()] == _table("logs.md", "field")


def test_every_field_of_an_attempt_is_documented() -> None:
    """``docs/logs.md`` lists the fields of an attempt, in order."""
    expected = [(f"`{name}`", meaning) for name, meaning in ATTEMPT_FIELDS.items()]

    assert expected == _table("logs.md", "attempt field")


def test_every_field_of_an_event_is_documented() -> None:
    """``docs/logs.md`` lists every field that our own loggers may use, by name."""
    expected = sorted((f"`{name}`", field.kind.value, field.meaning) for name, field in FIELDS.items())

    assert expected == sorted(_table("logs.md", "event field"))
