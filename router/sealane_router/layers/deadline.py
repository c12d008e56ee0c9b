"""How long each part of an attempt may take."""

from sealane_router.exchange import Exchange, Handler, Layer


def deadline() -> Layer:
    """Sets the attempt's deadlines: those of the rule, for a stream or for anything else."""

    def layer(handler: Handler) -> Handler:
        async def limit_time(exchange: Exchange) -> None:
            rule = exchange.rule
            exchange.attempt.deadlines = rule.stream_deadlines if exchange.stream else rule.deadlines
            await handler(exchange)

        return limit_time

    return layer
