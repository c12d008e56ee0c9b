"""The provider's gate: breaker, parked credential, pause and concurrency slot, held for exactly one attempt."""

import time

from sealane_router.errors import AttemptFailed
from sealane_router.exchange import Exchange, Handler, Layer


def breaking(apart: str = "") -> Layer:
    """Admits the attempt and tells the gate how it ended; a client that left says nothing about the provider.

    Failures of the tenant ``apart`` say nothing either, to the gate and to the comparison of a route's arms: they are
    the investigator's own, and users must not pay for them.
    """

    def layer(handler: Handler) -> Handler:
        async def break_circuit(exchange: Exchange) -> None:
            attempt = exchange.attempt
            gate = attempt.runtime.gate
            now = time.monotonic()
            permit = gate.acquire(attempt.target.model or exchange.match.canonical, now)
            if permit is None:
                # Only after a retry's wait: in between others found the provider worse, or took its last slot.
                raise exchange.plan.error(now, exchange.last_failure)
            attempt.started = now
            exchange.attempts.append(attempt)
            try:
                await handler(exchange)
            except AttemptFailed as failed:
                attempt.failure = failed.failure
                if not _set_apart(exchange, apart):
                    gate.settle(permit, failed.failure, time.monotonic())
                raise
            else:
                if attempt.failure is None or not _set_apart(exchange, apart):
                    gate.settle(permit, attempt.failure, time.monotonic())
            finally:
                attempt.ended = time.monotonic()
                gate.abandon(permit)

        return break_circuit

    return layer


def _set_apart(exchange: Exchange, apart: str) -> bool:
    """Whether the exchange's failures are not to be counted against anybody."""
    if not apart or exchange.tenant != apart:
        return False
    exchange.counted = False
    return True
