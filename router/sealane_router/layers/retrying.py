"""Tries again until an attempt is answered or the plan has nothing left; the plan itself decides what is next."""

from collections.abc import Callable

from sealane_router.attempt.plan import AttemptPlan
from sealane_router.errors import AttemptFailed, Failure
from sealane_router.exchange import Exchange, Handler, Layer

FailedHook = Callable[[Exchange, Failure], None]


def retrying(noted: FailedHook | None = None) -> Layer:
    """Calls the next layer once per attempt; that one chooses the target, and raises when none is left.

    ``noted`` is told of each failed attempt when it has failed, whatever becomes of the exchange.
    """

    def layer(handler: Handler) -> Handler:
        async def retry(exchange: Exchange) -> None:
            exchange.plan = AttemptPlan(exchange.rule.targets, exchange.match.canonical)
            while True:
                try:
                    await handler(exchange)
                except AttemptFailed as failed:
                    exchange.last_failure = failed.failure
                    if noted is not None:
                        noted(exchange, failed.failure)
                else:
                    return

        return retry

    return layer
