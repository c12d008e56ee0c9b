"""How long each part of an attempt may take."""

from sealane_router.errors import GatewayFault
from sealane_router.exchange import Exchange, Handler, Layer


def deadline() -> Layer:
    """Sets the attempt's deadlines: those of the rule, for a stream or for anything else."""

    def layer(handler: Handler) -> Handler:
        async def limit_time(exchange: Exchange) -> None:
            attempt, rule, json = exchange.attempt, exchange.rule, exchange.json
            if attempt is None or rule is None or json is None:
                raise GatewayFault("the exchange reached the deadline without an attempt")
            attempt.deadlines = rule.stream_deadlines if json.stream else rule.deadlines
            await handler(exchange)

        return limit_time

    return layer
