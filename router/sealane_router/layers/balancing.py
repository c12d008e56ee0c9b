"""Which target the next attempt goes to; waits first where the plan asks for it."""

import time

from sealane_router.aio.timer import pause
from sealane_router.exchange import Attempt, Exchange, Handler, Layer


def balancing() -> Layer:
    """Sets ``exchange.attempt``; raises the exchange's final error when no target is left."""

    def layer(handler: Handler) -> Handler:
        async def balance(exchange: Exchange) -> None:
            plan = exchange.plan
            now = time.monotonic()
            choice = plan.next(now, exchange.last_failure)
            if choice is None:
                raise plan.error(now, exchange.last_failure)
            if choice.delay:
                await pause(choice.delay)
            target = choice.target
            runtime = exchange.rule.providers[target.provider.name]
            exchange.attempt = Attempt(target, runtime, fallback=choice.is_fallback, retry=choice.is_retry)
            await handler(exchange)

        return balance

    return layer
