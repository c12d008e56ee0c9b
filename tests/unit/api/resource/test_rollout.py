"""The fields of a rollout have exactly the bounds their page says."""

import pytest

from tests.support.resources import ABSENT, FULL, Bounds, accepted, admitted, edited, refused

#: The values that are admitted and refused at each path of FULL.
BOUNDS: Bounds = [
    ("spec.rollout.strategy", ["Canary", "Immediate", ABSENT], ["canary", "BlueGreen", ""]),
    (
        "spec.rollout.steps",
        [[{"weight": i + 1} for i in range(20)], [{"weight": 100}], ABSENT],
        [
            [{"weight": i + 1} for i in range(21)],
            [],
            [{"weight": 1}, {"weight": 1}],
            [{"weight": 2}, {"weight": 1}],
            [{}],
        ],
    ),
    ("spec.rollout.steps.0.weight", [1, 100], [0, 101, ABSENT]),
    ("spec.rollout.steps.0.hold", ["1ms", ABSENT], ["0s"]),
    ("spec.rollout.analysis.minRequests", [1, ABSENT], [0]),
    ("spec.rollout.analysis.maxErrorIncreasePercent", [0, 100, ABSENT], [-1, 101]),
    ("spec.rollout.analysis.maxLatencyIncreasePercent", [0, 1000, ABSENT], [-1]),
    ("spec.rollout.bakeTime", ["1s", ABSENT], ["0s"]),
    ("spec.rollout.progressDeadline", ["1s", ABSENT], ["0s"]),
    (
        "spec.rollout.windows",
        [[], [{"schedule": "* * * * *", "duration": "1h"}] * 16, ABSENT],
        [[{"schedule": "* * * * *", "duration": "1h"}] * 17, [{"schedule": "* * * * *"}], [{"duration": "1h"}]],
    ),
    ("spec.rollout.windows.0.schedule", ["*/5 * * * *"], ["* * * *", "", "60 * * * *", 5, "* " * 128, ABSENT]),
    ("spec.rollout.windows.0.duration", ["1h"], ["0s", ABSENT]),
    (
        "spec.rollout.windows.0.timeZone",
        ["Etc/UTC", "UTC", ABSENT],
        ["", "Europe/Nowhere", "Europe", "/etc/passwd", "../UTC", "a" * 65],
    ),
]


@pytest.mark.parametrize(("path", "value"), admitted(BOUNDS))
def test_a_value_within_its_bounds_is_admitted(path: str, value: object) -> None:
    """At the limits themselves."""
    assert accepted(edited(FULL, path, value))


@pytest.mark.parametrize(("path", "value"), refused(BOUNDS))
def test_a_value_beyond_its_bounds_is_refused(path: str, value: object) -> None:
    """Just past the limits, and of other types."""
    assert not accepted(edited(FULL, path, value))
