"""The headers a client gets: the provider's, less what is not the client's business, plus the gateway's."""

from urllib.parse import quote

from sealane_router.exchange import Exchange
from sealane_router.upstream.request_head import HOP_BY_HOP, connection_tokens

#: Framing is ours; cookies, alternative services and transport policy are between gateway and provider; limits are
#: replaced by the gateway's own.
_WITHHELD = HOP_BY_HOP | {
    b"content-length", b"set-cookie", b"alt-svc", b"strict-transport-security", b"nel", b"report-to", b"date",
    b"access-control-allow-origin", b"access-control-expose-headers", b"access-control-allow-credentials",
}  # fmt: skip
_WITHHELD_PREFIXES = (b"x-ratelimit-", b"x-sealane-")


def provider_lines(headers: list[tuple[bytes, bytes]]) -> bytes:
    """The provider's headers (lower-case names) that pass, as lines; its request id passes under another name."""
    nominated = connection_tokens(headers)
    lines = bytearray()
    for name, value in headers:
        if name in _WITHHELD or name.startswith(_WITHHELD_PREFIXES) or name in nominated:
            continue
        shown = b"x-provider-request-id" if name == b"x-request-id" else name
        lines += shown + b": " + value + b"\r\n"
    return bytes(lines)


def gateway_lines(exchange: Exchange) -> bytes:
    """Which route, revision, provider and model answered, after how many attempts; on errors too."""
    lines = bytearray()
    if exchange.rule is not None:
        lines += exchange.rule.answer_lines
    attempt = exchange.attempts[-1] if exchange.attempts else None
    if attempt is not None:
        model = attempt.target.model or (exchange.match.canonical if exchange.match else exchange.model)
        shown = model if model.isascii() else quote(model)
        lines += f"x-sealane-provider: {attempt.target.provider.name}\r\nx-sealane-model: {shown}\r\n".encode("ascii")
    lines += (
        f"x-sealane-attempts: {len(exchange.attempts)}\r\nx-sealane-request-id: {exchange.request_id}\r\n"
        f"x-request-id: {exchange.request_id}\r\n"
    ).encode("ascii")
    return bytes(lines) + exchange.limit_headers
