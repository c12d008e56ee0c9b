"""Times are written and read as Kubernetes does."""

import pytest

from sealane_operator.judgement.times import seconds_of, timestamp


def test_a_time_comes_back() -> None:
    """Whole seconds survive; a fraction is dropped."""
    assert seconds_of(timestamp(1_700_000_000.9)) == 1_700_000_000.0


@pytest.mark.parametrize("text", [None, "", "yesterday", "2026-13-41T00:00:00Z", "2026-11-22T23:00:00+01:00"])
def test_anything_else_is_no_time(text: str | None) -> None:
    """A hand-edited time is None, not an error."""
    assert seconds_of(text) is None
