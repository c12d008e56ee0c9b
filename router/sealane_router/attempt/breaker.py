"""The circuit breaker of one provider: closed, open, half-open.

Who may send holds a token. Every closed period has one token that all its attempts share, every probe has
one of its own, and a token is worthless as soon as its period is over: a result from before the opening, or
from an earlier half-open period, changes nothing.
"""

from collections import deque
from collections.abc import Callable
from enum import StrEnum

from sealane_api.route_table import BreakerPolicy

#: The window is this many buckets, the current one included; nothing older than the window is ever counted,
#: and at least nine tenths of the window always are.
_BUCKETS = 10

#: An open time is drawn from the last fifth before its nominal length, so that replicas that opened
#: together do not probe together and ``max_open_for`` is never exceeded.
_JITTER = 0.2

#: What ``retry_after`` says while every probe is out: their answers may come at any moment.
_PROBE_WAIT = 1.0


class BreakerState(StrEnum):
    """Closed lets everything through, open nothing, half-open a few probes."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker:
    """Opens on too many failures in the window or in a row, and closes again after successful probes.

    A refused ``acquire`` returns 0; any other token must reach exactly one of ``succeed``, ``answered``,
    ``fail`` and ``release``. A second call with a probe's token is ignored; the shared token of a closed
    period cannot tell, so whoever hands it on (the gate's permit) settles once.

    ``on_transition`` is called with each new state. Half-open begins with the first probe, so a breaker
    nobody asks stays ``open`` for the hook, while :meth:`state` already says ``half_open``.
    """

    __slots__ = (
        "_bucket_end",
        "_bucket_width",
        "_failures",
        "_last_token",
        "_next_open_for",
        "_on_transition",
        "_open_until",
        "_passed",
        "_past",
        "_policy",
        "_probes",
        "_random",
        "_requests",
        "_state",
        "_streak",
        "closed_token",
    )

    def __init__(
        self,
        policy: BreakerPolicy,
        *,
        random: Callable[[], float],
        on_transition: Callable[[BreakerState], None] | None = None,
    ) -> None:
        self._policy = policy
        self._random = random
        self._on_transition = on_transition
        self._state = BreakerState.CLOSED
        #: The token of the closed period, 0 unless closed: the hot path reads it instead of asking.
        self.closed_token = 1
        self._last_token = 1
        self._probes: set[int] = set()  # at most half_open_max
        self._passed = 0
        self._open_until = 0.0
        self._next_open_for = policy.open_for
        self._bucket_width = policy.window / _BUCKETS
        self._bucket_end = 0.0
        self._past: deque[tuple[int, int]] = deque(maxlen=_BUCKETS - 1)  # (requests, failures) of a bucket
        self._requests = 0  # in the current bucket
        self._failures = 0
        self._streak = 0

    def state(self, now: float) -> BreakerState:
        """The state an exchange would meet at ``now``."""
        if self._state is BreakerState.OPEN and now >= self._open_until:
            return BreakerState.HALF_OPEN
        return self._state

    def available(self, now: float) -> bool:
        """Whether :meth:`acquire` would return a token."""
        if self.closed_token:
            return True
        if self._state is BreakerState.OPEN:
            return now >= self._open_until
        return len(self._probes) < self._policy.half_open_max

    def acquire(self, now: float) -> int:
        """A token to send with, or 0 when nothing may be sent."""
        return self.closed_token or self._acquire_probe(now)

    def succeed(self, token: int, now: float) -> None:
        """The attempt ended well."""
        if token and token == self.closed_token:
            if now >= self._bucket_end:
                self._rotate(now)
            self._requests += 1
            self._streak = 0
        else:
            self.answered(token)

    def answered(self, token: int) -> None:
        """The provider did its part but refused the request itself (a 400, a policy refusal).

        A probe has passed, because the provider is there and thinks. In a closed breaker nothing is
        counted: a client that sends a thousand bad requests must not hide that the good ones fail.
        """
        if token in self._probes:
            self._probes.remove(token)
            self._passed += 1
            if self._passed >= self._policy.close_after:
                self._close()

    def fail(self, token: int, now: float) -> None:
        """The attempt failed in a way that counts; a failed probe reopens at once."""
        if token and token == self.closed_token:
            if now >= self._bucket_end:
                self._rotate(now)
            self._requests += 1
            self._failures += 1
            self._streak += 1
            if self._is_too_much():
                self._open(now)
        elif token in self._probes:
            self._open(now)

    def release(self, token: int) -> None:
        """Nothing was learned (the client left, a 429): a probe's place is free again."""
        self._probes.discard(token)

    def trip(self, now: float) -> None:
        """A health check failed: opens as failures do. One that passes is no reason to close."""
        if self.state(now) is not BreakerState.OPEN:
            self._open(now)

    def retry_after(self, now: float) -> float:
        """Seconds until a probe could be admitted; 0 when :meth:`acquire` would succeed."""
        if self.available(now):
            return 0.0
        if self._state is BreakerState.OPEN:
            return self._open_until - now
        return _PROBE_WAIT

    def reconfigure(self, policy: BreakerPolicy, now: float) -> None:
        """Takes a reloaded policy and keeps the state; only another window starts counting afresh."""
        if policy.window != self._policy.window:
            self._bucket_width = policy.window / _BUCKETS
            self._forget()
            self._bucket_end = now + self._bucket_width
        self._policy = policy
        self._open_until = min(self._open_until, now + policy.max_open_for)
        if self._state is BreakerState.CLOSED:
            self._next_open_for = policy.open_for
        else:
            self._next_open_for = min(max(self._next_open_for, policy.open_for), policy.max_open_for)

    def _acquire_probe(self, now: float) -> int:
        if self._state is BreakerState.OPEN:
            if now < self._open_until:
                return 0
            self._passed = 0
            self._enter(BreakerState.HALF_OPEN)
        if len(self._probes) >= self._policy.half_open_max:
            return 0
        self._last_token += 1
        self._probes.add(self._last_token)
        return self._last_token

    def _is_too_much(self) -> bool:
        policy = self._policy
        if self._streak >= policy.consecutive_failures:
            return True
        requests, failures = self._requests, self._failures
        for bucket_requests, bucket_failures in self._past:
            requests += bucket_requests
            failures += bucket_failures
        return requests >= policy.min_requests and failures * 100 >= requests * policy.failure_percent

    def _rotate(self, now: float) -> None:
        steps = int((now - self._bucket_end) / self._bucket_width) + 1
        self._past.append((self._requests, self._failures))
        for _ in range(min(steps, _BUCKETS) - 1):
            self._past.append((0, 0))
        self._requests = self._failures = 0
        self._bucket_end += steps * self._bucket_width

    def _forget(self) -> None:
        self._past.clear()
        self._requests = self._failures = self._streak = 0

    def _open(self, now: float) -> None:
        self.closed_token = 0
        self._probes.clear()
        self._forget()
        self._open_until = now + self._next_open_for * (1 - _JITTER * self._random())
        self._next_open_for = min(self._next_open_for * 2, self._policy.max_open_for)
        self._enter(BreakerState.OPEN)

    def _close(self) -> None:
        self._probes.clear()
        self._last_token += 1
        self.closed_token = self._last_token
        self._next_open_for = self._policy.open_for
        self._enter(BreakerState.CLOSED)

    def _enter(self, state: BreakerState) -> None:
        if state is not self._state:
            self._state = state
            if self._on_transition is not None:
                self._on_transition(state)
