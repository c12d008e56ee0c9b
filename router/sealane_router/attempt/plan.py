"""What one exchange does next: an untried target, a fallback, a retry, or an error.

The order, each step only when the one before it offers nothing:

1. an untried target, by weight; those whose gate refuses are skipped;
2. an untried fallback target, in order, when ``fallback.when`` names what happened;
3. the same target again, after a wait, when the rule has no other and its retry budget allows it;
4. the error.

``max_attempts`` bounds all of it, and a request that the provider refused for its content ends it at once.
"""

from dataclasses import replace

from sealane_api.failure import FailureClass
from sealane_router.errors import Failure, GatewayBusy, GatewayError, ProviderFailed, ProviderUnavailable

from .backoff import LONGEST_WAIT, backoff
from .gate import Refusal
from .selection import Choice, TargetSet, choose

#: Another provider would be asked a question that was refused, or the client already has part of the answer.
_FINAL = frozenset(
    {
        FailureClass.INVALID_REQUEST,
        FailureClass.POLICY_REFUSAL,
        FailureClass.BROKEN_STREAM,
    }
)

#: The credential is refused whatever the model: every target behind the same gate has had its turn.
_OF_CREDENTIAL = frozenset({FailureClass.UNAUTHORIZED, FailureClass.QUOTA_EXHAUSTED})

#: What may go away within seconds. A Timeout may too, but it has cost the client a minute already.
_RETRYABLE = frozenset(
    {
        FailureClass.RATE_LIMITED,
        FailureClass.OVERLOADED,
        FailureClass.SERVER_ERROR,
        FailureClass.CONNECT,
    }
)

#: What a skipped target counts as for ``fallback.when``: the class its provider would have answered with.
_CONDITION = {
    Refusal.OPEN: FailureClass.BREAKER_OPEN,
    Refusal.PARKED: FailureClass.BREAKER_OPEN,
    Refusal.PAUSED: FailureClass.RATE_LIMITED,
    Refusal.FULL: FailureClass.OVERLOADED,
}

#: What a client is told where no target can say when it will be back.
_UNKNOWN_WAIT = 1.0


class AttemptPlan:
    """The plan of one exchange for ``model``, the name the client asked for.

    Usage: :meth:`next` with None, then with each failure until it returns None; then :meth:`error`. The
    caller acquires from the choice's gate. A choice without delay is admitted at the same ``now``; a retry
    may be refused after its wait, and then the exchange ends with the failure it had.
    """

    __slots__ = ("_current", "_model", "_targets", "_tried", "attempts")

    def __init__(self, targets: TargetSet, model: str) -> None:
        self._targets = targets
        self._model = model
        self._tried = 0  # bit set of choices
        self._current = 0  # index of the last choice
        #: Choices handed out so far.
        self.attempts = 0

    def next(self, now: float, last: Failure | None = None) -> Choice | None:
        """Where the next attempt goes, ``last`` being what the attempt before it ended with."""
        targets = self._targets
        if last is None:
            targets.budget.exchange(now)
        elif last.failure_class in _FINAL:
            return None
        elif last.failure_class in _OF_CREDENTIAL:
            self._tried |= targets.same_gate[self._current]
        if self.attempts >= targets.max_attempts:
            return None
        index = self._untried_primary(now)
        if index is None and self._may_fall_back(now, last):
            index = self._untried_fallback(now)
        if index is None:
            return None if last is None else self._retry(now, last)
        self._tried |= 1 << index
        self._current = index
        self.attempts += 1
        return targets.choices[index]

    def error(self, now: float, last: Failure | None) -> GatewayError:
        """Why nothing is left: the last failure, or what keeps every target from being tried."""
        if last is not None:
            target = self._targets.choices[self._current].target
            return ProviderFailed(last, provider=target.provider.name, model=target.model or self._model)
        count = len(self._targets.choices) if self._may_fall_back(now, None) else self._targets.primaries
        refusals = [self._refusal(index, now) for index in range(count)]
        if refusals and all(refusal is Refusal.FULL for refusal in refusals):
            return GatewayBusy("every target of the model is at maxConcurrency", retry_after=_UNKNOWN_WAIT)
        wait = min((self._retry_after(index, now) for index in range(count)), default=_UNKNOWN_WAIT)
        return ProviderUnavailable("no target of the model can be tried now", retry_after=wait)

    def _untried_primary(self, now: float) -> int | None:
        targets = self._targets
        if targets.primaries == 1:
            return None if self._tried & 1 or self._refusal(0, now) is not None else 0
        weights = [
            0 if self._tried >> index & 1 or self._refusal(index, now) is not None else weight
            for index, weight in enumerate(targets.weights)
        ]
        return choose(weights, targets.random)

    def _untried_fallback(self, now: float) -> int | None:
        for index in range(self._targets.primaries, len(self._targets.choices)):
            if not self._tried >> index & 1 and self._refusal(index, now) is None:
                return index
        return None

    def _may_fall_back(self, now: float, last: Failure | None) -> bool:
        """Whether ``fallback.when`` names the last failure or, if nothing was sent, why a target was skipped.

        A rule whose primary targets all have weight 0 sends nothing there on purpose; it counts as
        BreakerOpen.
        """
        when = self._targets.when
        if not when:
            return False
        if last is not None:
            return last.failure_class in when
        if not self._targets.primaries:
            return FailureClass.BREAKER_OPEN in when
        refusals = (self._refusal(index, now) for index in range(self._targets.primaries))
        return any(refusal is not None and _CONDITION[refusal] in when for refusal in refusals)

    def _retry(self, now: float, last: Failure) -> Choice | None:
        targets = self._targets
        if len(targets.choices) != 1 or last.failure_class not in _RETRYABLE:
            return None
        if self._refusal(0, now) not in (None, Refusal.PAUSED):
            return None
        wait = backoff(self.attempts, targets.random, last.retry_after)
        if wait is None:
            return None
        # A rate limit without a stated wait pauses the model for longer than the jitter.
        choice = targets.choices[0]
        wait = max(wait, choice.gate.pause_remaining(choice.target.model or self._model, now))
        if wait > LONGEST_WAIT or not targets.budget.try_retry(now):
            return None
        self.attempts += 1
        return replace(choice, is_retry=True, delay=wait)

    def _refusal(self, index: int, now: float) -> Refusal | None:
        choice = self._targets.choices[index]
        return choice.gate.refusal(choice.target.model or self._model, now)

    def _retry_after(self, index: int, now: float) -> float:
        choice = self._targets.choices[index]
        return choice.gate.retry_after(choice.target.model or self._model, now)
