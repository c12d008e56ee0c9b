"""The layer that reads the body and finds the rule."""

from collections.abc import Callable
from typing import Any

import pytest

from sealane_api.route_table import NO_TABLE, RouteTable
from sealane_router.errors import (
    EncodingUnsupported,
    GatewayUnready,
    MalformedRequest,
    ModelForbidden,
    ModelNotFound,
    RequestTimedOut,
)
from sealane_router.exchange import Exchange, Handler
from sealane_router.layers.matching import matching
from sealane_router.policy.authentication import Caller
from sealane_router.policy.key_file import AllowedModels
from sealane_router.serving import Serving
from tests.support.exchanges import CHAT, STREAMING_CHAT, provider_of, request_of, serving_of, table_of

Run = Callable[[Handler, Exchange], None]
ANYBODY = Caller("acme", "")


@pytest.fixture
def serving() -> Serving:
    """A table that serves ``kimi-*``."""
    return serving_of(table_of(provider_of("http://127.0.0.1:9/v1")))


def test_a_known_model_finds_its_rule(rest: Any, run: Run, serving: Serving) -> None:
    """What later layers need is set."""
    exchange, _ = request_of(STREAMING_CHAT)
    exchange.caller = ANYBODY
    run(matching(lambda: serving)(rest), exchange)
    assert exchange.json is not None
    assert (exchange.model, exchange.json.stream, exchange.content) == ("kimi-k3", True, STREAMING_CHAT)
    assert exchange.request_bytes == len(STREAMING_CHAT)
    assert exchange.match is not None
    assert exchange.rule is serving.rules["default/assistants", "kimi"]
    assert rest.calls == 1


def test_an_unknown_model_is_never_guessed(rest: Any, run: Run, serving: Serving) -> None:
    """404, and nothing follows; the model is known to the log all the same."""
    exchange, _ = request_of(b'{"model":"gpt-7"}')
    exchange.caller = ANYBODY
    with pytest.raises(ModelNotFound):
        run(matching(lambda: serving)(rest), exchange)
    assert (exchange.model, exchange.matched, rest.calls) == ("gpt-7", False, 0)


def test_without_a_route_table_no_model_is_called_unknown(rest: Any, run: Run) -> None:
    """Whoever comes before the first table is told to come back, and that model may well exist then."""
    exchange, _ = request_of()
    exchange.caller = ANYBODY
    with pytest.raises(GatewayUnready):
        run(matching(lambda: serving_of(NO_TABLE))(rest), exchange)
    assert (exchange.matched, rest.calls) == (False, 0)


def test_in_a_table_without_routes_every_model_is_unknown(rest: Any, run: Run) -> None:
    """A new cluster has none, and that is known."""
    exchange, _ = request_of()
    exchange.caller = ANYBODY
    with pytest.raises(ModelNotFound):
        run(matching(lambda: serving_of(RouteTable((), "hash")))(rest), exchange)
    assert (exchange.matched, rest.calls) == (False, 0)


def test_a_caller_may_be_kept_from_a_model(rest: Any, run: Run, serving: Serving) -> None:
    """403, by the canonical name."""
    exchange, _ = request_of()
    exchange.caller = Caller("acme", "", (AllowedModels.of(("kimi-k2",)),))
    with pytest.raises(ModelForbidden):
        run(matching(lambda: serving)(rest), exchange)
    assert (exchange.matched, rest.calls) == (False, 0)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"messages":[]}', b'{"model":""}', b'{"model":"a","model":"b"}'])
def test_a_body_without_one_model_is_refused(rest: Any, run: Run, serving: Serving, body: bytes) -> None:
    """400."""
    exchange, _ = request_of(body)
    exchange.caller = ANYBODY
    with pytest.raises(MalformedRequest):
        run(matching(lambda: serving)(rest), exchange)
    assert rest.calls == 0


@pytest.mark.parametrize("encoding", [b"gzip", b"br", b"identity, gzip"])
def test_a_compressed_body_is_refused(rest: Any, run: Run, serving: Serving, encoding: bytes) -> None:
    """415, before it is waited for."""
    exchange, _ = request_of(CHAT, headers=b"content-encoding: " + encoding + b"\r\n")
    exchange.caller = ANYBODY
    exchange.body.complete = False
    with pytest.raises(EncodingUnsupported):
        run(matching(lambda: serving)(rest), exchange)


@pytest.mark.parametrize("encoding", [b"identity", b"Identity"])
def test_identity_is_no_compression(rest: Any, run: Run, serving: Serving, encoding: bytes) -> None:
    """In any case."""
    exchange, _ = request_of(CHAT, headers=b"content-encoding: " + encoding + b"\r\n")
    exchange.caller = ANYBODY
    run(matching(lambda: serving)(rest), exchange)
    assert rest.calls == 1


def test_what_ended_the_body_is_the_answer(rest: Any, run: Run, serving: Serving) -> None:
    """Such as a client that stopped sending."""
    exchange, _ = request_of(CHAT)
    exchange.body.complete = False
    exchange.body.fail(RequestTimedOut("late", close=True))
    with pytest.raises(RequestTimedOut):
        run(matching(lambda: serving)(rest), exchange)


def test_without_a_caller_nobody_gets_through(rest: Any, run: Run, serving: Serving) -> None:
    """Not even when the stack is out of order."""
    exchange, _ = request_of()
    with pytest.raises(AttributeError, match="caller"):
        run(matching(lambda: serving)(rest), exchange)
