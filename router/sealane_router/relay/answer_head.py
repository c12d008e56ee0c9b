"""The headers a client gets: the provider's, less what is not the client's business, plus the gateway's."""

from urllib.parse import quote

from sealane_router.exchange import Exchange
from sealane_router.upstream.request_head import HOP_BY_HOP, connection_tokens

#: Framing is ours; cookies, alternative services, transport policy and the account are between gateway and provider;
#: limits are replaced by the gateway's own.
_WITHHELD = HOP_BY_HOP | {
    b"content-length", b"set-cookie", b"alt-svc", b"strict-transport-security", b"nel", b"report-to", b"date",
    b"access-control-allow-origin", b"access-control-expose-headers", b"access-control-allow-credentials",
    b"openai-organization", b"openai-project", b"anthropic-organization-id", b"msh-org-id", b"msh-uid", b"msh-gid",
}  # fmt: skip
#: ``x-request-id`` is the gateway's own.
_RENAMED = {b"x-request-id": b"x-provider-request-id"}
_WITHHELD_PREFIXES = (b"x-ratelimit-", b"anthropic-ratelimit-", b"x-sealane-")


def provider_lines(headers: list[tuple[bytes, bytes]]) -> bytes:
    """The provider's headers (lower-case names) that pass, as lines; its request id passes under another name."""
    lines = []
    nominates = False
    for name, value in headers:
        if name in _WITHHELD:
            nominates = nominates or name == b"connection"
        elif not name.startswith(_WITHHELD_PREFIXES):
            lines.append(b"%b: %b\r\n" % (_RENAMED.get(name, name), value))
    nominated = connection_tokens(headers) if nominates else frozenset()
    if not nominated <= _WITHHELD:
        return provider_lines([item for item in headers if item[0] not in nominated and item[0] != b"connection"])
    return b"".join(lines)


def gateway_lines(exchange: Exchange) -> bytes:
    """Which route, revision, provider and model answered, after how many attempts; on errors too."""
    attempts = exchange.attempts
    rule = exchange.rule.answer_lines if exchange.matched else b""
    served = ""
    if attempts:
        target = attempts[-1].target
        model = target.model or exchange.match.canonical
        shown = model if model.isascii() else quote(model)
        served = f"x-sealane-provider: {target.provider.name}\r\nx-sealane-model: {shown}\r\n"
    request_id = exchange.request_id
    ours = (
        f"{served}x-sealane-attempts: {len(attempts)}\r\nx-sealane-request-id: {request_id}\r\n"
        f"x-request-id: {request_id}\r\n"
    )
    return rule + ours.encode("ascii") + exchange.limit_headers
