"""Metadata is Kubernetes' own, and a name is a name."""

import pytest

from tests.support.resources import ABSENT, FULL, Bounds, accepted, admitted, edited, refused

#: The values that are admitted and refused at each path of FULL.
BOUNDS: Bounds = [
    ("metadata.name", ["a" * 1, "a" * 63, "0", "a-b"], ["", "a" * 64, "A", "a_b", "a.b", "-a", "a-", 1, ABSENT]),
    ("metadata.namespace", ["a" * 63, ABSENT], ["", "a" * 64, "A"]),
    ("metadata.labels", [{}, {"a": ""}, ABSENT], [{"a": 1}, [], "a"]),
    ("metadata.creationTimestamp", ["2026-11-22T23:00:00Z", ABSENT], ["2026-11-22", "2026-11-22T23:00:00+01:00", 1]),
    ("metadata.labls", [], [{}]),
]


@pytest.mark.parametrize(("path", "value"), admitted(BOUNDS))
def test_a_value_within_its_bounds_is_admitted(path: str, value: object) -> None:
    """At the limits themselves."""
    assert accepted(edited(FULL, path, value))


@pytest.mark.parametrize(("path", "value"), refused(BOUNDS))
def test_a_value_beyond_its_bounds_is_refused(path: str, value: object) -> None:
    """Just past the limits, and of other types."""
    assert not accepted(edited(FULL, path, value))
