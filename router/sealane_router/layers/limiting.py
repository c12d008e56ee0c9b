"""The rule's and the tenant's requests and tokens per minute: checked before, debited by what was really used."""

import time
from collections.abc import Callable

from sealane_router.errors import ClientGone, GatewayError, LimitExceeded
from sealane_router.exchange import Exchange, Handler, Layer
from sealane_router.policy.authentication import Caller
from sealane_router.policy.limits import (
    LimitRefusal,
    RequestLimits,
    admit,
    debit_tokens,
    estimate_tokens,
    rate_limit_headers,
)

LimitedHook = Callable[[Exchange, LimitRefusal], None]


def limiting(tenant_limits: Callable[[Caller], RequestLimits], limited: LimitedHook) -> Layer:
    """Admits the exchange by both limits; raises LimitExceeded. ``limited`` is told of each refusal."""

    def layer(handler: Handler) -> Handler:
        async def limit(exchange: Exchange) -> None:
            applying = _applying(exchange, tenant_limits)
            if not applying:
                await handler(exchange)
                return
            refusal = admit(applying, time.monotonic())
            exchange.limit_headers = _lines(applying)
            if refusal is not None:
                limited(exchange, refusal)
                raise LimitExceeded(
                    f"the limit of {refusal.kind} per minute is used up", retry_after=refusal.retry_after
                )
            used = 0
            try:
                await handler(exchange)
                used = _used(exchange)
            except ClientGone:
                # Leaving early is no way to be served for nothing.
                used = _used(exchange)
                raise
            except GatewayError:
                # Cut off behind the commit; before it, a refused or failed exchange has used nothing.
                used = _used(exchange) if exchange.response.started else 0
                raise
            finally:
                debit_tokens(applying, used, time.monotonic())

        return limit

    return layer


def _applying(exchange: Exchange, tenant_limits: Callable[[Caller], RequestLimits]) -> list[RequestLimits]:
    both = (exchange.rule.limits, tenant_limits(exchange.caller))
    return [limits for limits in both if not limits.unlimited]


def _used(exchange: Exchange) -> int:
    """Tokens by the provider's count, else by size; nothing when no provider was asked."""
    used = max(exchange.input_tokens, 0) + max(exchange.output_tokens, 0)
    if used or not exchange.attempts:
        return used
    return estimate_tokens(exchange.request_bytes, exchange.response.bytes_sent)


def _lines(applying: list[RequestLimits]) -> bytes:
    headers = rate_limit_headers(applying, time.monotonic())
    return b"".join(f"{name}: {value}\r\n".encode("ascii") for name, value in headers)
