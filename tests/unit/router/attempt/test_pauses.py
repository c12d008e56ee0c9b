"""Pauses of rate limited models."""

import math

import pytest

from sealane_router.attempt.pauses import Pauses


@pytest.mark.parametrize(
    ("stated", "expected"),
    [(None, 1.0), (0.0, 1.0), (-3.0, 1.0), (math.nan, 1.0), (7.5, 7.5), (60.0, 60.0), (3600.0, 60.0)],
)
def test_a_pause_lasts_as_stated_within_bounds(stated: float | None, expected: float) -> None:
    """One second when nothing was stated, a minute at most."""
    pauses = Pauses()

    pauses.pause("kimi-k2", stated, 100.0)

    assert pauses.remaining("kimi-k2", 100.0) == expected


def test_only_the_model_pauses() -> None:
    """Other models of the provider go on."""
    pauses = Pauses()

    pauses.pause("kimi-k2", 10.0, 100.0)

    assert pauses.remaining("kimi-k3", 100.0) == 0.0


def test_a_pause_ends() -> None:
    """At its end nothing is left of it, and a timer that fires a hair early is not refused."""
    pauses = Pauses()
    pauses.pause("kimi-k2", 10.0, 100.0)

    assert pauses.remaining("kimi-k2", 109.0) == 1.0
    assert pauses.remaining("kimi-k2", 109.999) == 0.0
    assert not pauses.ends


def test_a_shorter_pause_does_not_cut_a_longer_one() -> None:
    """The later end holds."""
    pauses = Pauses()

    pauses.pause("kimi-k2", 30.0, 100.0)
    pauses.pause("kimi-k2", None, 101.0)

    assert pauses.remaining("kimi-k2", 101.0) == 29.0


def test_the_pauses_are_bounded() -> None:
    """Beyond 1,024 models the one that ends first makes room."""
    pauses = Pauses()
    for number in range(1024):
        pauses.pause(f"model-{number}", 10.0 + number / 1024, 100.0)

    pauses.pause("one-more", 5.0, 100.0)
    pauses.pause("one-more", 6.0, 100.0)

    assert len(pauses.ends) == 1024
    assert pauses.remaining("model-0", 100.0) == 0.0
    assert pauses.remaining("model-1", 100.0) > 0.0
    assert pauses.remaining("one-more", 100.0) == 6.0


def test_pauses_that_ended_make_room_first() -> None:
    """Nothing that still holds is dropped for something that is over."""
    pauses = Pauses()
    pauses.pause("long", 50.0, 100.0)
    for number in range(1023):
        pauses.pause(f"model-{number}", 1.0, 100.0)

    pauses.pause("one-more", 60.0, 105.0)

    assert set(pauses.ends) == {"long", "one-more"}
