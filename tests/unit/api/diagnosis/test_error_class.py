"""Classes, causes and actions are closed, and each class and cause calls for one action."""

import re

import pytest

from sealane_api.diagnosis.error_class import Action, Cause, ErrorClass
from tests.architecture.house import ROOT


@pytest.mark.parametrize("error_class", ErrorClass)
def test_every_class_calls_for_an_action(error_class: ErrorClass) -> None:
    """One of the list, and nothing only where nothing is wrong."""
    assert isinstance(error_class.action, Action)
    assert (error_class.action is Action.NONE) == (error_class is ErrorClass.NONE)


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_calls_for_an_action(cause: Cause) -> None:
    """A cause that calls for nothing would be no cause."""
    assert cause.action not in {Action.NONE, Action.ASK_HUMAN}


def test_no_action_is_without_a_class_or_a_cause() -> None:
    """The list holds nothing that never happens."""
    assert {each.action for each in (*ErrorClass, *Cause)} == set(Action)


def test_the_page_tells_each_class_with_its_action() -> None:
    """``docs/diagnosis.md`` has them all, each class in a row with its action."""
    page = (ROOT / "docs" / "diagnosis.md").read_text(encoding="utf-8")
    rows = [set(re.findall(r"[a-z0-9_]+", line)) for line in page.splitlines() if line.startswith("|")]

    assert [each.value for each in ErrorClass if not any({each.value, each.action.value} <= row for row in rows)] == []
    assert [each.value for each in Cause if not any({each.value, each.action.value} <= row for row in rows)] == []
