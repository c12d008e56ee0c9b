"""How long a retry waits."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane_router.attempt.backoff import backoff


def test_the_ceiling_doubles_up_to_the_cap() -> None:
    """100 ms, 200 ms, 400 ms ... and two seconds from the sixth retry on."""
    ceilings = [backoff(number, lambda: 1.0) for number in range(1, 10)]

    assert ceilings == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 2.0, 2.0])


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_the_jitter_is_full(number: int, draw: float) -> None:
    """Anything from zero to the ceiling, for any number of retries."""
    wait = backoff(number, lambda: draw)

    assert wait is not None
    assert 0 <= wait <= 2.0


@pytest.mark.parametrize("stated", [0.2, 1.0, 5.0])
def test_a_stated_wait_is_kept_to_the_letter(stated: float) -> None:
    """No jitter shortens or prolongs what the provider asked for."""
    assert backoff(1, lambda: 0.5, stated) == stated


@pytest.mark.parametrize("stated", [5.001, 60.0, math.inf])
def test_a_longer_wait_is_no_retry(stated: float) -> None:
    """Nobody is kept waiting for more than five seconds."""
    assert backoff(1, lambda: 0.5, stated) is None


@pytest.mark.parametrize("stated", [0.0, -1.0, math.nan])
def test_a_wait_of_nothing_states_nothing(stated: float) -> None:
    """A zero would send every client back at the same moment; the jitter holds."""
    assert backoff(1, lambda: 0.5, stated) == pytest.approx(0.05)
