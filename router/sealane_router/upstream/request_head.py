"""Which request headers reach a provider, and the bytes of a request's head.

The client's credentials, cookies and hop-by-hop headers stay here; so does what names the client's address. All
else passes as it came.
"""

from collections.abc import Iterable, Sequence

Header = tuple[bytes, bytes]

#: RFC 9110 §7.6.1, with the older names that proxies still meet.
HOP_BY_HOP = frozenset(
    {
        b"connection", b"keep-alive", b"proxy-connection", b"proxy-authenticate", b"proxy-authorization", b"te",
        b"trailer", b"transfer-encoding", b"upgrade", b"http2-settings",
    }
)  # fmt: skip

#: The client's identity at the gateway, and what the gateway says itself.
_OURS = frozenset(
    {
        b"host", b"content-length", b"expect", b"accept-encoding", b"authorization", b"x-api-key", b"api-key",
        b"cookie", b"x-goog-api-key", b"openai-organization", b"openai-project", b"forwarded", b"x-forwarded-for",
        b"x-forwarded-host", b"x-forwarded-proto", b"x-forwarded-port", b"x-real-ip", b"x-request-id", b"via",
        b"x-client-ip", b"true-client-ip", b"cf-connecting-ip", b"x-original-forwarded-for",
        b"x-envoy-external-address",
    }
)  # fmt: skip

WITHHELD = HOP_BY_HOP | _OURS
_NOTHING: frozenset[bytes] = frozenset()


def connection_tokens(headers: Iterable[Header]) -> frozenset[bytes]:
    """The header names that ``Connection`` declares hop-by-hop; ``headers`` have lower-case names."""
    values = [value for name, value in headers if name == b"connection"]
    if not values:
        return _NOTHING
    return frozenset(token.strip().lower() for token in b",".join(values).split(b","))


def forwarded(headers: Sequence[Header]) -> bytes:
    """The client's headers that pass, as header lines."""
    lines = []
    nominates = False
    for header in headers:
        if header[0] not in WITHHELD:
            lines.append(b"%b: %b\r\n" % header)
        elif header[0] == b"connection":
            nominates = True
    nominated = connection_tokens(headers) if nominates else _NOTHING
    if not nominated <= WITHHELD:
        return forwarded([header for header in headers if header[0] not in nominated and header[0] != b"connection"])
    return b"".join(lines)
