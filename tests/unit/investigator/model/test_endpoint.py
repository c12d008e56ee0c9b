"""One call of a chat completion, over a socket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from sealane_investigator.model.endpoint import MAX_ANSWER, ModelEndpoint, ModelFailed, StubAnswered

_Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
_SCHEMA = {"type": "object"}


@asynccontextmanager
async def _model(answer: _Answer, *, name: str = "kimi-k2.6", key: str | None = "k-1") -> AsyncIterator[ModelEndpoint]:
    application = web.Application()
    application.router.add_post("/v1/chat/completions", answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1/"
    try:
        async with ModelEndpoint(url, name, lambda: key) as endpoint:
            yield endpoint
    finally:
        await runner.cleanup()


def _says(content: Any, **headers: str) -> _Answer:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"choices": [{"message": {"content": content}}]}, headers=headers)

    return answer


async def _fails(answer: _Answer, seconds: float = 10.0) -> str:
    async with _model(answer) as endpoint:
        with pytest.raises(ModelFailed) as failed:
            await endpoint.complete([], _SCHEMA, seconds)
    return failed.value.kind


async def test_a_call_asks_for_the_schema_without_thinking() -> None:
    """With the key of the moment."""
    asked: list[tuple[dict[str, Any], str | None]] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append((await request.json(), request.headers.get("Authorization")))
        return web.json_response({"choices": [{"message": {"content": "{}"}}]})

    async with _model(answer) as endpoint:
        found = await endpoint.complete([{"role": "user", "content": "x"}], _SCHEMA, 10.0)
    body, key = asked[0]

    assert (found, key) == ("{}", "Bearer k-1")
    assert (body["model"], body["thinking"], body["stream"]) == ("kimi-k2.6", {"type": "disabled"}, False)
    assert body["messages"] == [{"role": "user", "content": "x"}]
    assert body["response_format"]["type"] == "json_schema"
    assert body["response_format"]["json_schema"]["schema"] == _SCHEMA


async def test_without_a_schema_any_object_is_asked_for() -> None:
    """Whoever knows no schemas says so with a refusal."""
    asked: list[dict[str, Any]] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(await request.json())
        knows = asked[-1]["response_format"]["type"] == "json_object"
        content = {"choices": [{"message": {"content": "{}"}}]}
        return web.json_response(content, status=200 if knows else 400)

    assert await _fails(answer) == "refused"
    async with _model(answer) as endpoint:
        assert await endpoint.complete([], None, 10.0) == "{}"


async def test_other_models_are_not_told_what_they_do_not_know() -> None:
    """A parameter that a model refuses would end every question. Without a key none is sent."""
    asked: list[tuple[dict[str, Any], bool]] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append((await request.json(), "Authorization" in request.headers))
        return web.json_response({"choices": [{"message": {"content": "{}"}}]})

    async with _model(answer, name="gpt-5-mini", key=None) as endpoint:
        await endpoint.complete([], _SCHEMA, 10.0)

    assert ("thinking" in asked[0][0], asked[0][1]) == (False, False)


async def test_the_stub_provider_is_recognised() -> None:
    """By the name of its server, or, behind a router, by its words."""
    for answer in (_says("{}", Server="stub"), _says("moonshot stub answers as kimi-k2.6")):
        async with _model(answer) as endpoint:
            with pytest.raises(StubAnswered):
                await endpoint.complete([], _SCHEMA, 10.0)


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "{}", '{"choices": []}', '{"choices": [{"message": null}]}', "[" * 9_999]
)
async def test_what_is_no_answer_is_garbage(body: str) -> None:
    """Whoever sent it."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=body)

    assert await _fails(answer) == "garbage"


async def test_a_failure_has_its_kind() -> None:
    """A status, a text that is none, an answer without an end, silence, nobody there."""

    async def refuses(_: web.Request) -> web.Response:
        return web.Response(status=429)

    async def redirects(_: web.Request) -> web.Response:
        raise web.HTTPTemporaryRedirect("http://169.254.169.254/")

    async def floods(_: web.Request) -> web.Response:
        return web.Response(body=b" " * (MAX_ANSWER + 1))

    stuck = asyncio.Event()

    async def waits(_: web.Request) -> web.Response:
        await stuck.wait()
        return web.Response()

    assert await _fails(refuses) == "status"
    assert await _fails(redirects) == "status"
    assert await _fails(_says(5)) == "garbage"
    assert await _fails(floods) == "oversized"
    assert await _fails(waits, 0.1) == "timeout"
    async with ModelEndpoint("http://127.0.0.1:9", "m", lambda: None) as endpoint:
        with pytest.raises(ModelFailed) as failed:
            await endpoint.complete([], _SCHEMA, 10.0)
    assert failed.value.kind == "connect"


async def test_a_model_is_asked_inside_its_block_only() -> None:
    """Its connections are closed by the end of it."""
    with pytest.raises(RuntimeError, match="async with"):
        await ModelEndpoint("http://127.0.0.1:9", "m", lambda: None).complete([], _SCHEMA, 1.0)
