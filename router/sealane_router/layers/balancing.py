"""Which target the next attempt goes to; waits first where the plan asks for it."""

import time

from sealane_router.aio.timer import pause
from sealane_router.errors import GatewayFault
from sealane_router.exchange import Attempt, Exchange, Handler, Layer


def balancing() -> Layer:
    """Sets ``exchange.attempt``; raises the exchange's final error when no target is left."""

    def layer(handler: Handler) -> Handler:
        async def balance(exchange: Exchange) -> None:
            plan, rule = exchange.plan, exchange.rule
            if plan is None or rule is None:
                raise GatewayFault("the exchange reached balancing without a plan")
            now = time.monotonic()
            choice = plan.next(now, exchange.last_failure)
            if choice is None:
                raise plan.error(now, exchange.last_failure)
            if choice.delay:
                await pause(choice.delay)
            target = choice.target
            exchange.attempt = Attempt(
                target, rule.providers[target.provider.name], fallback=choice.is_fallback, retry=choice.is_retry
            )
            await handler(exchange)

        return balance

    return layer
