"""Who is calling: the first thing known of an exchange, before a byte of its body is waited for."""

import time
from collections.abc import Callable

from sealane_router.exchange import Exchange, Handler, Layer
from sealane_router.policy.authentication import Authenticator


def authentication(current: Callable[[], Authenticator]) -> Layer:
    """Sets ``exchange.caller``; raises Unauthenticated."""

    def layer(handler: Handler) -> Handler:
        async def authenticate(exchange: Exchange) -> None:
            head = exchange.head
            caller = exchange.caller = current().authenticate(
                head.get(b"authorization"), head.get(b"x-api-key"), time.time()
            )
            exchange.tenant = caller.tenant
            await handler(exchange)

        return authenticate

    return layer
