"""Tries again until an attempt is answered or the plan has nothing left; the plan itself decides what is next."""

from sealane_router.attempt.plan import AttemptPlan
from sealane_router.errors import AttemptFailed
from sealane_router.exchange import Exchange, Handler, Layer


def retrying() -> Layer:
    """Calls the next layer once per attempt; that one chooses the target, and raises when none is left."""

    def layer(handler: Handler) -> Handler:
        async def retry(exchange: Exchange) -> None:
            exchange.plan = AttemptPlan(exchange.rule.targets, exchange.match.canonical)
            while True:
                try:
                    await handler(exchange)
                except AttemptFailed as failed:
                    exchange.last_failure = failed.failure
                else:
                    return

        return retry

    return layer
