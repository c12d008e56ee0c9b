"""What one provider admits: breaker, credential, pauses and concurrency slots behind one door."""

from collections.abc import Callable
from enum import StrEnum

from sealane_api.failure import BREAKER_FAILURES, FailureClass
from sealane_api.route_table import BreakerPolicy, Provider
from sealane_router.errors import Failure

from .breaker import Breaker, BreakerState
from .credential_parking import CredentialParking
from .pauses import Pauses

#: When a slot will be free is not known; this is what a client is told.
_SLOT_WAIT = 1.0


class Refusal(StrEnum):
    """Why a gate admits nothing now; where several hold, the first of them in this order is told."""

    OPEN = "open"
    PARKED = "parked"
    PAUSED = "paused"
    FULL = "full"


class Permit:
    """The right to make one attempt; it goes back to its gate by ``settle`` or ``abandon``."""

    __slots__ = ("breaker_token", "credential_token", "held", "model")

    def __init__(self, model: str, breaker_token: int, credential_token: int) -> None:
        self.model = model
        self.breaker_token = breaker_token
        self.credential_token = credential_token
        self.held = True


class ProviderGate:
    """The gate of one provider object in one revision arm; every attempt at the provider passes it.

    ``in_use``, ``max_concurrency`` and ``last_success`` (monotonic seconds, None: none yet) may be read at any time.
    ``model`` is always the name sent to the provider. ``on_transition`` is called with each new breaker state.
    """

    __slots__ = ("_breaker", "_parking", "_pauses", "in_use", "last_success", "max_concurrency")

    def __init__(
        self,
        provider: Provider,
        *,
        random: Callable[[], float],
        on_transition: Callable[[BreakerState], None] | None = None,
    ) -> None:
        self._breaker = Breaker(provider.breaker, random=random, on_transition=on_transition)
        self._parking = CredentialParking(provider.breaker)
        self._pauses = Pauses()
        self.max_concurrency = provider.max_concurrency
        self.in_use = 0
        self.last_success: float | None = None

    @property
    def parked(self) -> bool:
        """Whether the provider's credential is set aside."""
        return self._parking.parked

    @property
    def pauses_begun(self) -> int:
        """Pauses since the start."""
        return self._pauses.begun

    @property
    def closed(self) -> bool:
        """Whether the breaker is closed, at whatever time; for who looks at thousands of gates."""
        return self._breaker.closed_token != 0

    def breaker_state(self, now: float) -> BreakerState:
        """The breaker's state as an exchange would meet it."""
        return self._breaker.state(now)

    def refusal(self, model: str, now: float) -> Refusal | None:
        """Why :meth:`acquire` would refuse, or None when it would not."""
        if not self._breaker.closed_token and not self._breaker.available(now):
            return Refusal.OPEN
        if not self._parking.shared_token and not self._parking.available(now):
            return Refusal.PARKED
        if self._pauses.ends and self._pauses.remaining(model, now):
            return Refusal.PAUSED
        if self.in_use >= self.max_concurrency:
            return Refusal.FULL
        return None

    def acquire(self, model: str, now: float) -> Permit | None:
        """A permit for one attempt, or None when :meth:`refusal` says why not."""
        if self.refusal(model, now) is not None:
            return None
        self.in_use += 1
        return Permit(
            model,
            self._breaker.closed_token or self._breaker.acquire(now),
            self._parking.shared_token or self._parking.acquire(now),
        )

    def settle(self, permit: Permit, failure: Failure | None, now: float) -> None:
        """Takes the permit back and learns from how the attempt ended (``failure`` None: well).

        A permit settles once: later calls, ``abandon`` included, do nothing, so that a ``finally`` may
        abandon whatever an earlier line has not settled.
        """
        if not permit.held:
            return
        permit.held = False
        self.in_use -= 1
        if failure is None:
            self.last_success = now
            self._breaker.succeed(permit.breaker_token, now)
            self._parking.succeed(permit.credential_token)
        else:
            self._learn_for_breaker(permit.breaker_token, failure.failure_class, now)
            self._learn_for_credential(permit.credential_token, failure, now)
            if failure.failure_class is FailureClass.RATE_LIMITED:
                self._pauses.pause(permit.model, failure.retry_after, now)

    def abandon(self, permit: Permit) -> None:
        """Takes the permit back from an attempt that nothing was learned from: the client left."""
        if not permit.held:
            return
        permit.held = False
        self.in_use -= 1
        self._breaker.release(permit.breaker_token)
        self._parking.release(permit.credential_token)

    def pause_remaining(self, model: str, now: float) -> float:
        """Seconds until the model's pause ends; 0 when it has none."""
        return self._pauses.remaining(model, now)

    def retry_after(self, model: str, now: float) -> float:
        """Seconds until an attempt could be admitted; 0 when :meth:`acquire` would succeed."""
        wait = max(
            self._breaker.retry_after(now),
            self._parking.retry_after(now),
            self._pauses.remaining(model, now),
        )
        return max(wait, _SLOT_WAIT) if self.in_use >= self.max_concurrency else wait

    def trip(self, now: float) -> None:
        """A health check of the provider failed."""
        self._breaker.trip(now)

    def credential_changed(self) -> None:
        """The Secret has another value."""
        self._parking.credential_changed()

    def reconfigure(self, policy: BreakerPolicy, max_concurrency: int, now: float) -> None:
        """Takes a reloaded policy and keeps the state; permits above a lower maximum run to their end."""
        self._breaker.reconfigure(policy, now)
        self._parking.reconfigure(policy)
        self.max_concurrency = max_concurrency

    def _learn_for_breaker(self, token: int, failure_class: FailureClass, now: float) -> None:
        """What counts is in ``BREAKER_FAILURES``; a refused request shows life."""
        if failure_class in BREAKER_FAILURES:
            self._breaker.fail(token, now)
        elif failure_class in (FailureClass.INVALID_REQUEST, FailureClass.POLICY_REFUSAL):
            self._breaker.answered(token)
        else:
            # 401, an empty balance and 429 come from the provider's front door, which works in most outages.
            self._breaker.release(token)

    def _learn_for_credential(self, token: int, failure: Failure, now: float) -> None:
        match failure.failure_class:
            case FailureClass.UNAUTHORIZED:
                self._parking.unauthorized(token, now)
            case FailureClass.QUOTA_EXHAUSTED:
                self._parking.exhausted(token, failure.reset_after, now)
            case FailureClass.BROKEN_STREAM:
                # There was content before it broke, and nobody generates for a credential that is refused.
                self._parking.succeed(token)
            case _:
                # Some providers look at the request first and at the credential or the balance later.
                self._parking.release(token)
