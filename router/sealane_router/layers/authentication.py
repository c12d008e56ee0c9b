"""Who is calling: the first thing known of an exchange, before a byte of its body is waited for."""

import time
from collections.abc import Callable

from sealane_router.exchange import Exchange, Handler, Layer
from sealane_router.policy.authentication import Authenticator
from sealane_router.policy.service_account_tokens import NO_REVIEWS, PresentedToken, Reviews


def authentication(current: Callable[[], Authenticator], reviews: Reviews = NO_REVIEWS) -> Layer:
    """Sets ``exchange.caller``; raises Unauthenticated, or AuthenticationUnavailable where ``reviews`` cannot say."""

    def layer(handler: Handler) -> Handler:
        async def authenticate(exchange: Exchange) -> None:
            head = exchange.head
            caller = current().identify(head.get(b"authorization"), head.get(b"x-api-key"), time.time())
            if isinstance(caller, PresentedToken):
                account = reviews.known(caller) or await reviews.ask(caller)
                caller = current().caller_of(account)
            exchange.caller = caller
            exchange.tenant = caller.tenant
            await handler(exchange)

        return authenticate

    return layer
