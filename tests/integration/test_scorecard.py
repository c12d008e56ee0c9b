"""The scorecard's rows as tests, and its page."""

import pytest
import uvloop

from tests.scorecard.page import tables, written
from tests.scorecard.row import Case
from tests.scorecard.table import ROWS, SECTIONS
from tests.scorecard.verdict import judged

_CASES = [case for row in ROWS for case in row.cases]


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
def test_a_fault_does_what_its_row_says(case: Case) -> None:
    """Client, breaker, provider and metrics see what the row says; nothing strays and nothing leaks."""
    assert uvloop.run(judged(case)).complaints == ()


def test_no_two_cases_have_the_same_name() -> None:
    """A name finds one row on the page and one test."""
    names = [case.name for case in _CASES]

    assert sorted(set(names)) == sorted(names)


def test_the_page_has_the_rows() -> None:
    """``docs/faults.md`` shows the tables that the rows make; ``make scorecard ARGS=--write`` writes them."""
    assert tables(SECTIONS) == written()
