"""The analysis against chance, with seeds: the innocent pass, the guilty are found in time."""

import random

import pytest

from tests.support.rollout_chances import Fault, Traffic, seconds_to_fail


@pytest.mark.parametrize("traffic", [Traffic(20), Traffic(20, bad=0.05), Traffic(10, bad=0.5), Traffic(40, bad=0.2)])
def test_a_healthy_candidate_is_not_blamed(traffic: Traffic) -> None:
    """Looked at every second of both steps, at good and at bad times of the provider."""
    chance = random.Random(4)

    assert [seconds_to_fail(chance, traffic) for _ in range(8)] == [None] * 8


@pytest.mark.parametrize(
    ("fault", "half", "all_"),
    [
        (Fault(bad=1.0), 1, 2),
        (Fault(bad=0.2), 4, 12),
        (Fault(bad=1.0, begins=30), 2, 3),
        (Fault(bad=0.2, begins=30), 5, 13),
        (Fault(slower=3.0), 4, 10),
    ],
)
def test_a_faulty_candidate_is_found(fault: Fault, half: int, all_: int) -> None:
    """At 200 exchanges a second, of which it has a tenth."""
    chance = random.Random(5)
    found = sorted(seconds_to_fail(chance, Traffic(200), fault, ((10, 60),)) or 999 for _ in range(30))

    assert found[len(found) // 2] <= half
    assert found[-1] <= all_
