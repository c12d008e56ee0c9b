"""Parked credentials: what parks them, and what brings them back."""

import math
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sealane_api.route_table import BreakerPolicy
from sealane_router.attempt.credential_parking import CredentialParking

POLICY = BreakerPolicy(open_for=15.0, max_open_for=60.0)


def parking_of() -> CredentialParking:
    return CredentialParking(POLICY)


def parked(now: float = 100.0) -> CredentialParking:
    parking = parking_of()
    parking.exhausted(parking.acquire(now), None, now)
    assert parking.parked
    return parking


def test_one_unauthorized_does_not_park() -> None:
    """A single 401 may be a mistake of the provider."""
    parking = parking_of()

    parking.unauthorized(parking.acquire(100.0), 100.0)

    assert not parking.parked
    assert parking.retry_after(100.0) == 0.0


def test_two_unauthorized_in_a_row_park() -> None:
    """The second one is a verdict."""
    parking = parking_of()

    for _ in range(2):
        parking.unauthorized(parking.acquire(100.0), 100.0)

    assert parking.parked
    assert parking.acquire(114.9) == 0
    assert parking.retry_after(101.0) == 14.0


def test_a_success_between_two_unauthorized_starts_over() -> None:
    """In a row means that nothing worked in between."""
    parking = parking_of()

    for _ in range(5):
        parking.unauthorized(parking.acquire(100.0), 100.0)
        parking.succeed(parking.acquire(100.0))

    assert not parking.parked


def test_what_says_nothing_does_not_interrupt_the_row() -> None:
    """A released attempt is as if it had not been."""
    parking = parking_of()

    parking.unauthorized(parking.acquire(100.0), 100.0)
    parking.release(parking.acquire(100.0))
    parking.unauthorized(parking.acquire(100.0), 100.0)

    assert parking.parked


def test_an_exhausted_quota_parks_until_the_stated_reset() -> None:
    """One is enough, and the provider knows best when to come back."""
    parking = parking_of()

    parking.exhausted(parking.acquire(100.0), 3600.0, 100.0)

    assert parking.acquire(3699.0) == 0
    assert parking.acquire(3700.0)


@pytest.mark.parametrize("reset_after", [None, 0.0, -5.0, math.nan])
def test_without_a_usable_reset_it_is_tried_after_the_open_time(reset_after: float | None) -> None:
    """A reset in the past states nothing."""
    parking = parking_of()

    parking.exhausted(parking.acquire(100.0), reset_after, 100.0)

    assert parking.retry_after(100.0) == 15.0


def test_a_reset_beyond_reason_is_bounded() -> None:
    """A misread date parks for a month, not for ever."""
    parking = parking_of()

    parking.exhausted(parking.acquire(0.0), math.inf, 0.0)

    assert parking.retry_after(0.0) == 31 * 86_400.0


def test_one_probe_at_a_time() -> None:
    """While the probe is out the credential stays parked for everybody else."""
    parking = parked()

    probe = parking.acquire(115.0)
    assert probe
    assert parking.acquire(115.0) == 0
    assert parking.retry_after(115.0) == 1.0
    parking.release(probe)

    assert parking.parked
    assert parking.acquire(115.0)


def test_a_successful_probe_ends_the_parking() -> None:
    """One success is proof enough, and later waits start at the beginning."""
    parking = parked()

    parking.succeed(parking.acquire(115.0))

    assert not parking.parked
    parking.exhausted(parking.acquire(116.0), None, 116.0)
    assert parking.retry_after(116.0) == 15.0


def test_each_refused_probe_doubles_the_wait_up_to_the_maximum() -> None:
    """15, 30, 60 and then always 60 seconds; one Unauthorized is enough for a probe."""
    parking = parked()

    now, waits = 100.0, []
    for _ in range(1100):
        waits.append(parking.retry_after(now))
        now += waits[-1]
        parking.unauthorized(parking.acquire(now), now)

    assert waits[:5] == [15.0, 30.0, 60.0, 60.0, 60.0]
    assert max(waits) == 60.0


def test_a_changed_secret_ends_the_parking_at_once() -> None:
    """Another value is another credential."""
    parking = parked()

    parking.credential_changed()

    assert not parking.parked
    assert parking.acquire(100.0)


def test_answers_to_the_old_value_say_nothing_about_the_new_one() -> None:
    """Attempts that were under way with the old key neither park nor warn."""
    parking = parking_of()
    old = [parking.acquire(100.0) for _ in range(3)]

    parking.credential_changed()
    parking.unauthorized(old[0], 100.0)
    parking.unauthorized(old[1], 100.0)
    parking.exhausted(old[2], None, 100.0)

    assert not parking.parked


def test_a_late_success_from_before_the_parking_does_not_end_it() -> None:
    """Its request was judged before the credential was."""
    parking = parking_of()
    early = parking.acquire(100.0)
    parking.exhausted(parking.acquire(100.0), None, 100.0)

    parking.succeed(early)
    parking.release(early)

    assert parking.parked


def test_a_reload_keeps_the_parking() -> None:
    """The time it was given stays, the next wait follows the new policy."""
    parking = parked()

    parking.reconfigure(replace(POLICY, open_for=1.0, max_open_for=20.0))

    assert parking.retry_after(100.0) == 15.0
    parking.unauthorized(parking.acquire(115.0), 115.0)
    assert parking.retry_after(115.0) == 20.0


class AnyHistory(RuleBasedStateMachine):
    """Attempts start and end in any way and any order, time passes, the Secret changes."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.parking = parking_of()
        self.out: list[int] = []
        self.probe = 0

    @rule(seconds=st.sampled_from([0.0, 1.0, 15.0, 60.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def an_attempt_starts(self) -> None:
        available, parked = self.parking.available(self.now), self.parking.parked
        token = self.parking.acquire(self.now)
        assert bool(token) is available
        if token:
            self.out.append(token)
        if token and parked:
            assert not self.probe
            self.probe = token

    @precondition(lambda self: self.out)
    @rule(data=st.data(), end=st.sampled_from(["succeed", "unauthorized", "exhausted", "release"]))
    def an_attempt_ends(self, data: st.DataObject, end: str) -> None:
        token = self.out.pop(data.draw(st.integers(0, len(self.out) - 1)))
        match end:
            case "succeed":
                self.parking.succeed(token)
            case "unauthorized":
                self.parking.unauthorized(token, self.now)
            case "exhausted":
                self.parking.exhausted(token, None, self.now)
            case _:
                self.parking.release(token)
        if token == self.probe:
            self.probe = 0
            assert self.parking.parked is (end != "succeed")
            assert end != "release" or self.parking.available(self.now)

    @rule()
    def the_secret_changes(self) -> None:
        self.parking.credential_changed()
        self.probe = 0
        assert not self.parking.parked

    @invariant()
    def the_wait_is_bounded_and_zero_when_available(self) -> None:
        wait = self.parking.retry_after(self.now)
        assert 0.0 <= wait <= POLICY.max_open_for
        assert (wait == 0.0) is self.parking.available(self.now)


AnyHistory.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
test_any_history_keeps_the_promises = AnyHistory.TestCase
