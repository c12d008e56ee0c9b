"""Tries again until an attempt is answered or the plan has nothing left; the plan itself decides what is next."""

from sealane_router.attempt.plan import AttemptPlan
from sealane_router.errors import AttemptFailed, GatewayFault
from sealane_router.exchange import Exchange, Handler, Layer


def retrying() -> Layer:
    """Calls the next layer once per attempt; that one chooses the target, and raises when none is left."""

    def layer(handler: Handler) -> Handler:
        async def retry(exchange: Exchange) -> None:
            rule, match = exchange.rule, exchange.match
            if rule is None or match is None:
                raise GatewayFault("the exchange reached retrying without a rule")
            exchange.plan = AttemptPlan(rule.targets, match.canonical)
            while True:
                try:
                    await handler(exchange)
                except AttemptFailed as failed:
                    exchange.last_failure = failed.failure
                else:
                    return

        return retry

    return layer
