"""Each wording of what happens between two sockets finds its rule, wrapped as it was found."""

import pytest

from sealane_investigator.classify.rules.failures import transport
from tests.support.rules_found import names_of_rules, rule_found

_WORDINGS = [
    ("pool.redis", None, "redis", "redis.exceptions.ConnectionError: Too many connections"),
    ("dns", None, "chrome", "net::ERR_NAME_NOT_RESOLVED"),
    ("dns", None, "go", "dial tcp: lookup api.openai.com on 10.96.0.10:53: no such host"),
    (
        "dns",
        None,
        "urllib3",
        (
            "NameResolutionError(\"<urllib3.connection.HTTPSConnection object>: Failed to resolve 'api.open"
            "ai.com' ([Errno 11001] getaddrinfo failed)\")"
        ),
    ),
    ("tls", None, "node", "DEPTH_ZERO_SELF_SIGNED_CERT"),
    ("tls", None, "git", "SSL certificate problem: unable to get local issuer certificate"),
    (
        "tls",
        None,
        "openai",
        (
            "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self"
            " signed certificate in certificate chain (_ssl.c:1007)"
        ),
    ),
    ("files.exhausted", None, "linux", "Too many open files in system (ENFILE)"),
    ("files.exhausted", None, "go", "accept tcp [::]:8080: accept4: too many open files"),
    (
        "files.exhausted",
        None,
        "asyncio",
        (
            "socket.accept() out of system resource socket: <asyncio.TransportSocket fd=6> OSError: [Errno "
            "24] Too many open files"
        ),
    ),
    ("pool.exhausted", None, "httpx", "httpx.PoolTimeout"),
    (
        "pool.exhausted",
        None,
        "sqlalchemy",
        ("QueuePool limit of size 20 overflow 0 reached, connection timed out, timeout 30"),
    ),
    (
        "pool.exhausted",
        None,
        "sqlalchemy",
        (
            "sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed o"
            "ut, timeout 30.00 (Background on this error at: https://sqlalche.me/e/20/3o7r)"
        ),
    ),
    ("connection.refused", None, "node", "Error: connect ECONNREFUSED 127.0.0.1:11434"),
    (
        "connection.refused",
        None,
        "redis",
        ("redis.exceptions.ConnectionError: Error 111 connecting to redis:6379. 111."),
    ),
    (
        "connection.refused",
        None,
        "dify",
        (
            'PluginInvokeError: {"args":{},"error_type":"Exception","message":"invoke llm model failed: Pos'
            't \\"http://localhost:5001/inner/api/invoke/llm\\": dial tcp [::1]:5001: connect: connection r'
            'efused"}'
        ),
    ),
    ("connect.unreachable", None, "node", "EHOSTUNREACH"),
    (
        "connect.unreachable",
        None,
        "requests",
        ("Failed to establish a new connection: [Errno 101] Network is unreachable"),
    ),
    (
        "connect.unreachable",
        None,
        "requests",
        (
            "(Caused by ConnectTimeoutError(<urllib3.connection.HTTPSConnection object at 0x7f>, 'Connectio"
            "n to api.openai.com timed out. (connect timeout=30)'))"
        ),
    ),
    ("connection.reset", None, "node", "read ECONNRESET"),
    ("connection.reset", None, "windows", "An existing connection was forcibly closed by the remote host"),
    (
        "connection.reset",
        None,
        "requests",
        (
            "requests.exceptions.ChunkedEncodingError: (\"Connection broken: ConnectionResetError(104, 'Con"
            "nection reset by peer')\", ConnectionResetError(104, 'Connection reset by peer'))"
        ),
    ),
    ("connection.failed", None, "node", "TypeError: fetch failed"),
    ("connection.failed", None, "anthropic", "Unable to connect to API due to poor internet connection"),
    (
        "connection.failed",
        None,
        "anthropic",
        ("API Error (Connection error.) · Retrying in 40 seconds… (attempt 10/10) ⎿ TypeError (fetch failed)"),
    ),
    ("connection.failed", None, None, "TypeError: Failed to fetch"),
    ("read.timeout", None, "generic", "请求超时"),
    ("read.timeout", None, "node", "TimeoutError: The operation was aborted due to timeout"),
    (
        "read.timeout",
        None,
        "openai",
        (
            "Retrying llama_index.llms.openai_utils.completion_with_retry.<locals>._completion_with_retry i"
            "n 4.0 seconds as it raised Timeout: Request timed out: HTTPSConnectionPool(host='api.openai.co"
            "m', port=443): Read timed out. (read timeout=600)."
        ),
    ),
]


@pytest.mark.parametrize(("rule", "status", "provider", "text"), _WORDINGS)
def test_a_wording_finds_its_rule(rule: str, status: int | None, provider: str | None, text: str) -> None:
    """No rule that stands before it takes it away."""
    assert rule_found(text, status=status, provider=provider) == rule


def test_every_rule_has_a_wording() -> None:
    """A rule that nothing shows to work is not needed."""
    assert names_of_rules(transport) == {name for name, *_ in _WORDINGS}
