"""The headers of an answer: what passes from the provider, and what the gateway says."""

import pytest

from sealane_api.failure import FailureClass
from sealane_router.errors import Failure
from sealane_router.exchange import Attempt, Exchange
from sealane_router.relay.answer_head import gateway_lines, provider_lines
from tests.support.exchanges import matched, provider_of, request_of, serving_of, table_of

ID = b"0" * 32


def lines_of(exchange: Exchange) -> dict[str, str]:
    """The gateway's lines as a dict."""
    return dict(line.split(": ", 1) for line in gateway_lines(exchange).decode().split("\r\n") if line)


@pytest.mark.parametrize(
    "name",
    [
        b"connection", b"keep-alive", b"transfer-encoding", b"content-length", b"trailer", b"upgrade", b"te",
        b"proxy-authenticate", b"set-cookie", b"alt-svc", b"strict-transport-security", b"nel", b"report-to", b"date",
        b"access-control-allow-origin", b"x-ratelimit-limit-requests", b"x-ratelimit-remaining-tokens",
        b"x-sealane-route", b"x-sealane-request-id",
    ],
)  # fmt: skip
def test_what_is_not_the_client_s_business_is_withheld(name: bytes) -> None:
    """Framing, cookies, the connection to the provider, its limits, and our own names."""
    assert provider_lines([(name, b"1"), (b"x-kept", b"2")]) == b"x-kept: 2\r\n"


def test_all_else_passes_in_order() -> None:
    """Repeated headers too, with the provider's own bytes."""
    headers = [
        (b"content-type", b"application/json"),
        (b"x-a", b"1"),
        (b"x-a", b"\xff"),
        (b"content-encoding", b"gzip"),
    ]
    assert (
        provider_lines(headers)
        == b"content-type: application/json\r\nx-a: 1\r\nx-a: \xff\r\ncontent-encoding: gzip\r\n"
    )


def test_the_provider_s_request_id_has_another_name() -> None:
    """``x-request-id`` is the gateway's."""
    assert provider_lines([(b"x-request-id", b"abc")]) == b"x-provider-request-id: abc\r\n"


def test_headers_that_connection_names_are_withheld() -> None:
    """They were meant for the gateway alone."""
    headers = [(b"connection", b"close, X-Hop"), (b"x-hop", b"1"), (b"x-kept", b"2")]
    assert provider_lines(headers) == b"x-kept: 2\r\n"


def test_before_anything_is_known_the_gateway_tells_its_id() -> None:
    """And that nothing was sent."""
    exchange, _ = request_of()
    assert gateway_lines(exchange) == b"x-sealane-attempts: 0\r\nx-sealane-request-id: %b\r\nx-request-id: %b\r\n" % (
        ID,
        ID,
    )


def test_the_gateway_tells_who_answered() -> None:
    """Route, revision, provider, model and attempts; limits behind them."""
    provider = provider_of("http://127.0.0.1:9/v1")
    serving = serving_of(table_of(provider))
    exchange, _ = request_of()
    matched(exchange, serving)
    exchange.limit_headers = b"x-ratelimit-limit-requests: 5\r\n"
    target = serving.table.routes[0].rules[0].targets[0]
    runtime = serving.providers[provider.route, provider.name]
    exchange.attempts += [Attempt(target, runtime, fallback=False, retry=False) for _ in range(2)]
    exchange.attempts[0].failure = Failure(FailureClass.CONNECT)
    assert lines_of(exchange) == {
        "x-sealane-route": "default/assistants",
        "x-sealane-revision": "7",
        "x-sealane-provider": "moonshot",
        "x-sealane-model": "kimi-k3",
        "x-sealane-attempts": "2",
        "x-sealane-request-id": ID.decode(),
        "x-request-id": ID.decode(),
        "x-ratelimit-limit-requests": "5",
    }


def test_a_model_s_name_beyond_ascii_is_escaped() -> None:
    """A header cannot hold it."""
    provider = provider_of("http://127.0.0.1:9/v1")
    serving = serving_of(table_of(provider))
    exchange, _ = request_of('{"model":"kimi-中"}'.encode())
    matched(exchange, serving)
    runtime = serving.providers[provider.route, provider.name]
    exchange.attempts.append(Attempt(serving.table.routes[0].rules[0].targets[0], runtime, fallback=False, retry=False))
    assert lines_of(exchange)["x-sealane-model"] == "kimi-%E4%B8%AD"


def test_the_gateways_account_at_the_provider_is_not_the_clients_business() -> None:
    """Organisations and the account's own limits stay here."""
    headers = [
        (b"openai-organization", b"org-1"),
        (b"msh-org-id", b"org-2"),
        (b"anthropic-ratelimit-tokens-remaining", b"7"),
        (b"x-kept", b"1"),
    ]

    assert provider_lines(headers) == b"x-kept: 1\r\n"
