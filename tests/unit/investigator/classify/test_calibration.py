"""Confidence is a step function for each ground."""

import pytest

from sealane_investigator.classify.calibration import (
    UNSEEN,
    Calibration,
    Steps,
    read_calibration,
    shipped_calibration,
    write_calibration,
)
from sealane_investigator.incident.diagnosis import Ground

_CALIBRATION = Calibration({Ground.MESSAGE: Steps((0.0, 0.5), (0.6, 0.9))})


@pytest.mark.parametrize(("agreement", "confidence"), [(0.0, 0.6), (0.49, 0.6), (0.5, 0.9), (1.0, 0.9)])
def test_a_step_holds_from_its_start(agreement: float, confidence: float) -> None:
    """The last start that is not above the agreement."""
    assert _CALIBRATION.confidence(Ground.MESSAGE, agreement) == confidence


def test_a_ground_that_was_never_seen_has_its_own_worth() -> None:
    """A status alone is unsure."""
    assert _CALIBRATION.confidence(Ground.STATUS, 1.0) == UNSEEN[Ground.STATUS] < 0.5


def test_a_calibration_survives_being_written_and_read() -> None:
    """As JSON."""
    assert read_calibration(write_calibration(_CALIBRATION)) == _CALIBRATION


def test_the_shipped_steps_never_fall() -> None:
    """More agreement is never less sure."""
    steps = shipped_calibration().steps

    assert {Ground.MESSAGE, Ground.CODE, Ground.STATUS, Ground.SIMILARITY} <= set(steps)
    assert all(list(one.values) == sorted(one.values) and one.starts[0] < 0.1 for one in steps.values())
    assert all(0 < value < 1 for one in steps.values() for value in one.values)
