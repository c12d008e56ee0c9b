"""``docs/investigator.md`` and the investigator say the same."""

import re

from prometheus_client import CollectorRegistry

from sealane_investigator.interfaces import ChangeOf, Deed
from sealane_investigator.model.asking import OUTCOMES
from sealane_investigator.server.access.token_file import Right
from sealane_investigator.server.refusals import CODES
from sealane_investigator.settings.model import Settings
from sealane_telemetry.investigator_metrics import InvestigatorMetrics
from tests.architecture.house import ROOT

_PAGE = (ROOT / "docs" / "investigator.md").read_text(encoding="utf-8")


def _rows(heading: str) -> list[tuple[str, ...]]:
    """The rows of the table whose first column has this heading."""
    found = re.search(rf"^\| {heading} \|.*\n\|[ -|]+\n((?:\|.*\n)+)", _PAGE, re.MULTILINE)
    assert found is not None
    return [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in found[1].splitlines()]


def test_every_setting_is_documented_as_it_is() -> None:
    """One row for each, in their order, with flag, unit and default, and no other row."""
    assert [row[:4] for row in _rows("Variable")] == [
        (
            f"`{variable.name}`",
            f"`{variable.flag}`",
            variable.unit,
            f"`{variable.default}`" if variable.default else "empty",
        )
        for variable in Settings.variables()
    ]


def test_the_page_names_no_setting_that_does_not_exist() -> None:
    """Prose and examples too."""
    assert set(re.findall(r"SEALANE_[A-Z_]*[A-Z]", _PAGE)) <= {variable.name for variable in Settings.variables()}


def test_every_metric_is_documented_as_it_is() -> None:
    """Name, type, labels, unit and meaning of each, and no other metric."""
    assert _rows("investigator metric") == [
        (
            f"`{family.name}`",
            family.kind,
            ", ".join(f"`{label}`" for label in family.label_names) or "–",
            family.unit,
            family.meaning,
        )
        for family in InvestigatorMetrics(CollectorRegistry()).families
    ]


def test_every_error_code_is_documented_as_it_is() -> None:
    """With its status and what it means."""
    assert _rows("code") == [(f"`{code}`", str(status), meaning) for code, (status, meaning) in CODES.items()]


def test_every_right_deed_kind_and_outcome_is_documented() -> None:
    """Whoever meets one finds it."""
    assert {row[0] for row in _rows("right")} == {f"`{right}`" for right in Right}
    for word in (*Deed, *ChangeOf, *OUTCOMES):
        assert f"`{word}`" in _PAGE or f'"{word}"' in _PAGE, word
