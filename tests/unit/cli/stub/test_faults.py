"""The closed list of faults and how they are written."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane_cli.stub.faults import FAULTS, Fault, FaultError, parse_fault, parse_faults

_DOCS = Path(__file__).parents[4] / "docs" / "stub-provider.md"


def test_a_fault_is_read_with_its_argument() -> None:
    """A colon and an equals sign mean the same."""
    assert parse_fault("status:503") == parse_fault("status=503") == Fault("status", 503)


def test_a_fault_without_argument_takes_its_default() -> None:
    """The default fills the number."""
    assert Fault("html").whole == 502


def test_a_fault_can_be_limited_to_a_personality() -> None:
    """The personality stands before a slash."""
    assert parse_fault("zai/delay:0.5") == Fault("delay", 0.5, only="zai")


def test_several_faults_are_read_in_order() -> None:
    """Blank parts are skipped."""
    assert [fault.name for fault in parse_faults(["cut", " ", "delay:1"])] == ["cut", "delay"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("explode", "no fault is named 'explode'"),
        ("azure/cut", "no personality is named 'azure'"),
        ("status:abc", "'abc' is not a number"),
        ("delay:nan", "'nan' is not a number"),
        ("delay:inf", "not within 0 to 3600"),
        ("status:200", "not within 400 to 599"),
        ("many:2.5", "not a whole number"),
        ("cut:1", "takes no argument"),
        ("code", "needs an argument"),
    ],
)
def test_a_wrong_fault_is_refused_with_its_reason(text: str, says: str) -> None:
    """The text says what is wrong and what would do."""
    with pytest.raises(FaultError, match=re.escape(says)):
        parse_fault(text)


def test_too_many_faults_at_once_are_refused() -> None:
    """Eight are the limit."""
    with pytest.raises(FaultError, match="at most 8"):
        parse_faults(["cut"] * 9)


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_fault_or_a_fault_error(text: str) -> None:
    """Nothing else ever comes out of parsing."""
    try:
        fault = parse_fault(text)
    except FaultError:
        return
    assert fault.name in FAULTS


def test_every_fault_is_documented() -> None:
    """The page's table of faults and the code name the same faults with the same defaults."""
    page = _DOCS.read_text(encoding="utf-8").partition("\n## Faults\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([a-z0-9-]+)(?::([A-Z]+))?` \|([^|]*)\|", page, flags=re.MULTILINE)
    documented = {name: (bool(argument), default.strip()) for name, argument, default in rows}
    coded = {
        name: (
            bool(kind.unit),
            "" if not kind.unit else "–" if kind.default is None else f"{kind.default:.10g}",
        )
        for name, kind in FAULTS.items()
    }

    assert coded == documented
