"""Which of a client's headers a provider sees."""

import pytest

from sealane_router.upstream.request_head import WITHHELD, connection_tokens, forwarded


@pytest.mark.parametrize(
    "name",
    [
        b"authorization", b"x-api-key", b"api-key", b"x-goog-api-key", b"cookie", b"proxy-authorization",
        b"openai-organization", b"openai-project", b"host", b"content-length", b"transfer-encoding", b"connection",
        b"keep-alive", b"te", b"trailer", b"upgrade", b"expect", b"accept-encoding", b"forwarded", b"x-forwarded-for",
        b"x-real-ip", b"cf-connecting-ip", b"true-client-ip", b"x-client-ip", b"via", b"x-request-id",
    ],
)  # fmt: skip
def test_what_is_not_the_provider_s_business_stays_here(name: bytes) -> None:
    """The caller's credentials and address, and what belongs to this connection."""
    assert name in WITHHELD
    assert forwarded([(name, b"secret"), (b"accept", b"a")]) == b"accept: a\r\n"


def test_all_else_passes_as_it_came() -> None:
    """In order, repeated ones too."""
    headers = [(b"content-type", b"application/json"), (b"x-a", b"1"), (b"x-a", b"2"), (b"traceparent", b"00-\xff")]
    assert forwarded(headers) == (b"content-type: application/json\r\nx-a: 1\r\nx-a: 2\r\ntraceparent: 00-\xff\r\n")


def test_headers_that_connection_names_stay_here() -> None:
    """RFC 9110 §7.6.1: in every spelling of the list."""
    headers = [(b"connection", b"X-Hop,keep-alive , x-other"), (b"connection", b"close"), (b"x-hop", b"1")]
    assert connection_tokens(headers) == {b"x-hop", b"keep-alive", b"x-other", b"close"}
    assert forwarded([*headers, (b"x-other", b"2"), (b"x-kept", b"3")]) == b"x-kept: 3\r\n"


def test_without_a_connection_header_none_is_named() -> None:
    """The usual case."""
    assert connection_tokens([(b"accept", b"connection")]) == frozenset()
