"""The fields of a rule have exactly the bounds their page says."""

import pytest

from sealane_api.failure import FALLBACK_CONDITIONS
from tests.support.resources import ABSENT, FULL, Bounds, accepted, admitted, edited, refused

#: The values that are admitted and refused at each path of FULL.
BOUNDS: Bounds = [
    ("spec.rules.0.name", ["a", "a" * 63], ["", "a" * 64, "glm", "Kimi", True, ABSENT]),
    ("spec.rules.0.critical", [True, False, ABSENT], ["false", 0]),
    (
        "spec.rules.0.models",
        [[{"exact": "a"}], [{"prefix": str(i)} for i in range(16)]],
        [[], [{"prefix": str(i)} for i in range(17)], ABSENT, {"exact": "a"}, ["kimi-k3"]],
    ),
    (
        "spec.rules.0.models.0",
        [{"exact": "a"}, {"regex": "a"}],
        [{}, {"exact": "a", "prefix": "a"}, {"exact": "a", "prefix": "b", "regex": "c"}, "a", {"suffix": "a"}],
    ),
    (
        "spec.rules.0.models.0.prefix",
        ["a", "a" * 256, "模型", "a b", "Kimi-"],
        ["", "a" * 257, "a\n", "a\x00", "a\x7f", "a\x85", 12, True],
    ),
    ("spec.rules.0.models.1.exact", ["a", "a" * 256], ["", "a" * 257, "\t"]),
    ("spec.rules.0.models.2.regex", ["a", "a" * 256], ["", "a" * 257, "\t"]),
    (
        "spec.rules.0.targets",
        [[{"provider": "zai"}] * 16],
        [[], [{"provider": "zai"}] * 17, ABSENT, {"provider": "zai"}, ["zai"]],
    ),
    ("spec.rules.0.targets.0.provider", ["zai"], ["glm", "", "Zai", ABSENT]),
    ("spec.rules.0.targets.0.weight", [0, 1, 2**31 - 1, ABSENT], [-1, 2**31, "1", 1.5]),
    ("spec.rules.1.targets.0.weight", [1], [0]),
    ("spec.rules.0.targets.1.model", ["a", "a" * 256, ABSENT], ["", "a" * 257, "a\x1f", 4.7]),
    (
        "spec.rules.0.targets.1.set",
        [{}, {str(i): i for i in range(16)}, ABSENT],
        [{str(i): i for i in range(17)}, [], {"": 1}, {"a" * 257: 1}, {"model": "a"}, {"a": None}],
    ),
    (
        "spec.rules.0.targets.1.remove",
        [[], [str(i) for i in range(16)], ABSENT],
        [[str(i) for i in range(17)], [""], ["a" * 257], ["model"], ["b", "b"], ["a"], "thinking", [1]],
    ),
    ("spec.rules.0.fallback", [ABSENT], [{}, {"targets": []}, {"when": ["Connect"]}, []]),
    (
        "spec.rules.0.fallback.when",
        [*([one.value] for one in FALLBACK_CONDITIONS), ABSENT],
        [[], ["InvalidRequest"], ["PolicyRefusal"], ["BrokenStream"], ["connect"], ["Connect", "Connect"], "Connect"],
    ),
    (
        "spec.rules.0.fallback.targets",
        [[{"provider": "zai"}] * 16, [{"provider": "zai", "weight": 0}]],
        [[{"provider": "zai"}] * 17, [{"provider": "glm"}], ABSENT],
    ),
    ("spec.rules.0.retry", [{}, ABSENT], [3]),
    ("spec.rules.0.retry.maxAttempts", [1, 10, ABSENT], [0, 11]),
    ("spec.rules.0.retry.budgetPercent", [0, 100, ABSENT], [-1, 101]),
    ("spec.rules.0.timeouts", [{}, ABSENT], ["60s", {"total": "60s"}]),
    ("spec.rules.0.timeouts.connect", ["1ms", ABSENT], ["0s", 3]),
    ("spec.rules.0.timeouts.firstByte", ["10m", ABSENT], ["0s", 60]),
    ("spec.rules.0.timeouts.idle", ["1h", ABSENT], ["", 60]),
    ("spec.rules.0.limits", [{}, ABSENT], [6000]),
    ("spec.rules.0.limits.requestsPerMinute", [1, 2**31 - 1, ABSENT], [0, 2**31]),
    ("spec.rules.0.limits.tokensPerMinute", [1, 2**53 - 1, ABSENT], [0, 2**53]),
]


@pytest.mark.parametrize(("path", "value"), admitted(BOUNDS))
def test_a_value_within_its_bounds_is_admitted(path: str, value: object) -> None:
    """At the limits themselves."""
    assert accepted(edited(FULL, path, value))


@pytest.mark.parametrize(("path", "value"), refused(BOUNDS))
def test_a_value_beyond_its_bounds_is_refused(path: str, value: object) -> None:
    """Just past the limits, and of other types."""
    assert not accepted(edited(FULL, path, value))
