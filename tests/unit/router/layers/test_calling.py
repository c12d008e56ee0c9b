"""The end of the stack, against a provider on a real socket."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sealane_api.failure import FailureClass
from sealane_api.route_table import DialectName, Pattern, PatternKind, Provider, Route, RouteTable, Rule, Target
from sealane_router.aio.driver import Driver, drive
from sealane_router.errors import AttemptFailed, ClientGone, Failure
from sealane_router.exchange import Attempt, Exchange
from sealane_router.layers.calling import calling
from sealane_router.upstream.client import Deadlines
from tests.support.exchanges import (
    CHAT,
    ENVIRON,
    KEY,
    ROUTE,
    RecordingTransport,
    matched,
    means_of,
    request_of,
    serving_of,
)
from tests.support.scripted_provider import Line, Script, ScriptedProvider, answer, chunked, playing

KIMI = Pattern(PatternKind.PREFIX, "kimi-")
OK = answer(b'{"choices":[{"finish_reason":"stop"}]}')
CONTENT = b'data: {"id":"c","choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":"stop"}]}\n\n'


@asynccontextmanager
async def attempt_at(
    script: Script,
    body: bytes = CHAT,
    *,
    path: str = "/v1/chat/completions",
    headers: bytes = b"",
    dialect: DialectName = DialectName.MOONSHOT,
    target: Mapping[str, Any] | None = None,
    pattern: Pattern = KIMI,
    environ: Mapping[str, str] = ENVIRON,
) -> AsyncIterator[tuple[Exchange, RecordingTransport]]:
    """An exchange that has come as far as its call."""
    async with ScriptedProvider(script) as scripted:
        base = f"http://127.0.0.1:{scripted.port}/v1"
        provider = Provider(ROUTE, "moonshot", dialect, base, credential=KEY)
        rule = Rule(ROUTE, "kimi", False, (pattern,), (Target(provider, **(target or {})),))
        route = Route("default", "assistants", "7", "0" * 64, (provider,), (rule,))
        serving = serving_of(RouteTable((route,), "0" * 64), means_of(environ))
        exchange, client = request_of(body, path=path, headers=headers)
        matched(exchange, serving)
        runtime = serving.providers[ROUTE, "moonshot"]
        exchange.attempt = Attempt(rule.targets[0], runtime, fallback=False, retry=False)
        exchange.attempt.deadlines = Deadlines(10.0, 10.0, 10.0)
        exchange.attempts.append(exchange.attempt)
        try:
            yield exchange, client
            assert runtime.client.pool.in_use == 0
        finally:
            runtime.client.close()


async def call(exchange: Exchange, hold: int = 2**20) -> None:
    """Make the call, under a driver."""

    async def work() -> None:
        await calling(hold)(exchange)

    await drive(work())


async def failing(exchange: Exchange) -> Failure:
    """How the call fails before commit."""
    with pytest.raises(AttemptFailed) as caught:
        await call(exchange)
    return caught.value.failure


async def test_the_request_goes_out_as_the_client_wrote_it() -> None:
    """Path, query, body and the headers that pass; the key is the provider's."""
    requests: list[bytes] = []
    headers = (
        b"authorization: Bearer sk-of-the-client\r\nx-api-key: sk-of-the-client\r\ncookie: a=b\r\nx-thing: 1\r\n"
        b"connection: x-hop\r\nx-hop: 1\r\nx-forwarded-for: 10.0.0.1\r\naccept-encoding: gzip\r\n"
    )
    async with attempt_at(playing(OK, requests=requests), path="/v1/chat/completions?trace=1", headers=headers) as (
        exchange,
        client,
    ):
        await call(exchange)
        assert client.body == b'{"choices":[{"finish_reason":"stop"}]}'
        assert exchange.attempt is not None
        assert (exchange.attempt.status, exchange.status) == (200, 200)
    head, _, body = requests[0].partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"POST /v1/chat/completions?trace=1 HTTP/1.1"
    assert lines[2:] == [
        b"accept-encoding: identity",
        b"authorization: Bearer sk-test",
        b"x-thing: 1",
        b"content-length: %d" % len(CHAT),
    ]
    assert body == CHAT


async def test_a_kept_connection_serves_the_next_call() -> None:
    """It was given back whole."""
    async with attempt_at(playing(OK, OK)) as (exchange, _):
        await call(exchange)
        assert exchange.attempt is not None
        assert exchange.attempt.runtime.client.pool.idle == 1
        await call(exchange)
        assert exchange.attempt.runtime.client.pool.connects == {"ok": 1}


@pytest.mark.parametrize(
    ("body", "target", "pattern", "dialect", "sent"),
    [
        (CHAT, {}, KIMI, DialectName.MOONSHOT, CHAT),
        (
            b'{"model":"KIMI-K3", "n":1}',
            {},
            Pattern(PatternKind.EXACT, "kimi-k3"),
            DialectName.MOONSHOT,
            b'{"model":"kimi-k3", "n":1}',
        ),
        (
            b'{"model":"kimi-k3", "thinking":{}, "n":1}',
            {"model": "glm-5", "remove": ("thinking",)},
            KIMI,
            DialectName.MOONSHOT,
            b'{"model":"glm-5", "n":1}',
        ),
        (
            b'{"model":"kimi-k3","max_completion_tokens":5}',
            {"model": "glm-5"},
            KIMI,
            DialectName.ZAI,
            b'{"model":"glm-5","max_tokens":5}',
        ),
        (
            b'{"model":"kimi-k3","max_completion_tokens":5}',
            {},
            KIMI,
            DialectName.ZAI,
            b'{"model":"kimi-k3","max_completion_tokens":5}',
        ),
        (
            b'{"model":"kimi-k3"}',
            {"set": {"n": 2}},
            KIMI,
            DialectName.MOONSHOT,
            b'{"model":"kimi-k3","n":2}',
        ),
    ],
)
async def test_a_body_is_edited_only_as_the_target_says(
    body: bytes, target: dict[str, Any], pattern: Pattern, dialect: DialectName, sent: bytes
) -> None:
    """A dialect mends only what goes to another model than the client named."""
    requests: list[bytes] = []
    async with attempt_at(playing(OK, requests=requests), body, target=target, pattern=pattern, dialect=dialect) as (
        exchange,
        _,
    ):
        await call(exchange)
    assert requests[0].partition(b"\r\n\r\n")[2] == sent


async def test_events_are_relayed_as_a_stream() -> None:
    """By the answer's own word, whatever the request asked for."""
    async with attempt_at(playing(chunked(CONTENT, kind="Text/Event-Stream; charset=utf-8"))) as (exchange, client):
        await call(exchange)
        assert CONTENT in client.body
        assert client.body.endswith(b"\r\n0\r\n\r\n")


@pytest.mark.parametrize(("encoding", "body"), [(b"gzip", b"\x1f\x8b\x08junk"), (b"BR", b"\x00\x01")])
async def test_a_compressed_answer_passes_untouched(encoding: bytes, body: bytes) -> None:
    """It cannot be looked into, so it is not judged."""
    raw = answer(body, headers=b"content-encoding: " + encoding + b"\r\n")
    async with attempt_at(playing(raw)) as (exchange, client):
        await call(exchange)
        assert client.body == body
        assert b"\r\ncontent-encoding: " + encoding + b"\r\n" in client.head


async def test_speech_is_bytes_unless_it_is_json() -> None:
    """Other APIs answer in JSON or not at all."""
    body = b'{"model":"kimi-k3","input":"a"}'
    async with attempt_at(playing(answer(b"\xff\xfb", kind="audio/mpeg")), body, path="/v1/audio/speech") as (
        it,
        client,
    ):
        await call(it)
        assert client.body == b"\xff\xfb"
    async with attempt_at(playing(answer(b'{"error":{"message":"x"}}')), body, path="/v1/audio/speech") as (it, client):
        assert (await failing(it)).failure_class is FailureClass.SERVER_ERROR
        assert client.written == b""
    async with attempt_at(playing(answer(b"\xff\xfb", kind="audio/mpeg"))) as (it, client):
        assert (await failing(it)).failure_class is FailureClass.SERVER_ERROR
        assert client.written == b""


@pytest.mark.parametrize(
    ("raw", "failure_class"),
    [
        (answer(b'{"error":{"message":"no"}}', status="400 Bad Request"), FailureClass.INVALID_REQUEST),
        (answer(b"{}", status="401 Unauthorized"), FailureClass.UNAUTHORIZED),
        (answer(b"{}", status="408 Request Timeout"), FailureClass.TIMEOUT),
        (answer(b"{}", status="429 Too Many Requests"), FailureClass.RATE_LIMITED),
        (answer(b"", status="307 Temporary Redirect", headers=b"location: http://a\r\n"), FailureClass.SERVER_ERROR),
        (answer(b"", status="502 Bad Gateway"), FailureClass.SERVER_ERROR),
        (answer(b"{}", status="529 Overloaded"), FailureClass.OVERLOADED),
        (b"SSH-2.0-x\r\n", FailureClass.SERVER_ERROR),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", FailureClass.SERVER_ERROR),
    ],
)
async def test_what_is_no_success_fails_before_commit(raw: bytes, failure_class: FailureClass) -> None:
    """Nothing reaches the client, and another attempt can be made."""
    async with attempt_at(playing(raw)) as (exchange, client):
        assert (await failing(exchange)).failure_class is failure_class
        assert client.written == b""


async def test_a_refusal_that_was_read_leaves_a_good_connection() -> None:
    """The provider works; its connection is kept."""
    async with attempt_at(playing(answer(b"{}", status="400 Bad Request"), OK)) as (exchange, _):
        await failing(exchange)
        await call(exchange)
        assert exchange.attempt is not None
        assert exchange.attempt.runtime.client.pool.connects == {"ok": 1}


async def test_a_missing_key_fails_without_a_request() -> None:
    """As the provider would refuse it, but nothing is sent."""
    async with attempt_at(Line.gone, environ={}) as (exchange, _):
        failure = await failing(exchange)
        assert (failure.failure_class, failure.code) == (FailureClass.UNAUTHORIZED, "credential_missing")
        assert exchange.attempt is not None
        assert not exchange.attempt.runtime.client.pool.connects


@pytest.mark.parametrize(
    "said", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{", chunked(CONTENT[:9], end=False)]
)
async def test_a_client_that_leaves_ends_the_provider_s_request(said: bytes) -> None:
    """At once, wherever the answer was; the slot is free."""
    answered, gone = asyncio.Event(), asyncio.Event()

    async def script(line: Line) -> None:
        await line.request()
        await line.say(said)
        answered.set()
        await line.gone()
        gone.set()

    async with attempt_at(script) as (exchange, _):
        ended: list[BaseException | None] = []

        async def work() -> None:
            await calling(2**20)(exchange)

        driver = Driver(work(), ended.append)
        driver.start()
        await answered.wait()
        driver.cancel(ClientGone())
        assert [type(error) for error in ended] == [ClientGone]
        await gone.wait()
