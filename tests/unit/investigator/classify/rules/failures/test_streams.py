"""Each wording of answers that do not arrive whole finds its rule, wrapped as it was found."""

import pytest

from sealane_investigator.classify.rules.failures import streams
from tests.support.rules_found import names_of_rules, rule_found

_WORDINGS = [
    ("websocket.ping", None, "generic", "关闭, 返回码: 1011, 返回信息: keepalive ping timeout"),
    ("websocket.ping", None, "openai", "websocket: close 1011 (internal server error): keepalive ping timeout"),
    (
        "websocket.ping",
        None,
        "websockets",
        (
            "websockets.exceptions.ConnectionClosedError: received 1011 (internal error) keepalive ping tim"
            "eout; then sent 1011 (internal error) keepalive ping timeout"
        ),
    ),
    ("stream.line", None, "aiohttp", "ValueError: Chunk too big"),
    ("stream.line", None, "generic", "SSE line exceeds maximum buffer size of 65536 bytes"),
    (
        "stream.line",
        None,
        "aiohttp",
        (
            "aiohttp.http_exceptions.LineTooLong: 400, message='Got more than 8190 bytes (9001) when readin"
            "g Status line is too long.'"
        ),
    ),
    ("stream.cut", None, "go", "unexpected EOF"),
    ("stream.cut", None, "generic", "Error: The socket connection was closed unexpectedly while streaming"),
    (
        "stream.cut",
        None,
        "aiohttp",
        (
            "aiohttp.client_exceptions.ClientPayloadError: Response payload is not completed: <TransferEnco"
            "dingError: 400, message='Not enough data to satisfy transfer length header.'>"
        ),
    ),
    ("answer.not_json", 200, "generic", "Upstream returned an empty body"),
    ("answer.not_json", 200, "openai", "Failed to parse response: Unexpected token < in JSON at position 0"),
    (
        "answer.not_json",
        503,
        "dify",
        (
            'req_id: 9e1e2daabe PluginInvokeError: {"args":null,"error_type":"PluginDaemonInnerError","mess'
            "age\":\"encountered an error: invalid character '<' looking for beginning of value status: 503"
            ' Service Unavailable original response: <html>"}'
        ),
    ),
]


@pytest.mark.parametrize(("rule", "status", "provider", "text"), _WORDINGS)
def test_a_wording_finds_its_rule(rule: str, status: int | None, provider: str | None, text: str) -> None:
    """No rule that stands before it takes it away."""
    assert rule_found(text, status=status, provider=provider) == rule


def test_a_stream_that_ends_with_a_reason_leaves_the_word_to_it() -> None:
    """Behind whatever mark a terminal draws."""
    text = (
        "■ stream disconnected before completion: Request too large for gpt-5.6 in organization org-1 on tokens per "
        "min (TPM): Limit 200000, Requested 208334."
    )

    assert rule_found(text, status=None, provider=None).startswith("limit.one_request")


def test_every_rule_has_a_wording() -> None:
    """A rule that nothing shows to work is not needed."""
    assert names_of_rules(streams) == {name for name, *_ in _WORDINGS}
