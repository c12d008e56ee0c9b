"""``docs/operator.md`` and the operator say the same."""

import re

from prometheus_client import CollectorRegistry

from sealane_operator.settings.model import Settings
from sealane_telemetry.operator_metrics import OperatorMetrics
from tests.architecture.house import PACKAGES, ROOT

_PAGE = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
_ROLLOUT = (ROOT / "docs" / "rollout.md").read_text(encoding="utf-8")

#: Where code gives a reason: a refusal, a condition, an Event.
_REASONS = re.compile(
    r"""(?:Refusal\(|Aspect\(\s*"(?:True|False|Unknown)",|Note\(\s*"(?:Normal|Warning)",)\s*"([A-Z][A-Za-z]+)\""""
)


def _rows(heading: str) -> list[tuple[str, ...]]:
    """The rows of the table whose first column has this heading."""
    found = re.search(rf"^\| {heading} \|.*\n\|[ -|]+\n((?:\|.*\n)+)", _PAGE, re.MULTILINE)
    assert found is not None
    return [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in found[1].splitlines()]


def test_every_setting_is_documented_as_it_is() -> None:
    """One row for each, in their order, with flag, unit and default, and no other row."""
    documented = [row[:4] for row in _rows("Variable")]

    assert documented == [
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
    families = OperatorMetrics(CollectorRegistry()).families

    assert _rows("operator metric") == [
        (
            f"`{family.name}`",
            family.kind,
            ", ".join(f"`{label}`" for label in family.label_names) or "–",
            family.unit,
            family.meaning,
        )
        for family in families
    ]


def test_every_reason_is_documented() -> None:
    """Whoever reads one in a condition or an Event finds what it means."""
    sources = [path.read_text(encoding="utf-8") for path in PACKAGES["sealane_operator"].rglob("*.py")]
    reasons = {reason for source in sources for reason in _REASONS.findall(source)}
    told = set(re.findall(r"`([A-Z][A-Za-z]+)`", _PAGE + _ROLLOUT))

    assert len(reasons) > 30
    assert reasons - told == set()
