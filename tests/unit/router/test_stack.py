"""The path of an exchange, whole: the order of its layers, against a provider on a real socket."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prometheus_client import CollectorRegistry

from sealane_api.failure import DEFAULT_FALLBACK
from sealane_api.route_table import Fallback, Limits, Retry, RouteTable, Target
from sealane_router.aio.driver import drive
from sealane_router.errors import PathNotFound
from sealane_router.exchange import Exchange, Handler
from sealane_router.layers.model_list import ListedModel
from sealane_router.layers.reporting import reporting
from sealane_router.policy.authentication import Authenticator
from sealane_router.policy.limits import RequestLimits
from sealane_router.routing.counters import ArmCounters
from sealane_router.serving import Serving
from sealane_router.stack import StackMeans, Stacks, fold
from sealane_telemetry.metrics import RouterMetrics
from tests.support.exchanges import RecordingTransport, facts_of, provider_of, request_of, serving_of, table_of
from tests.support.scripted_provider import Line, Script, ScriptedProvider, answer, playing

OK = answer(b'{"choices":[{"finish_reason":"stop"}]}')
BUSY = answer(b'{"error":{"message":"busy","type":"engine_overloaded_error"}}', status="429 Too Many Requests")


def stacks_of(serving: Serving, authenticator: Authenticator | None = None) -> Stacks:
    """The stacks in front of one table."""

    async def models() -> list[ListedModel]:
        return [ListedModel("kimi-k3", "moonshot")]

    return Stacks(
        StackMeans(
            report=reporting(RouterMetrics(CollectorRegistry()), None, ArmCounters(), facts_of()),
            serving=lambda: serving,
            authenticator=lambda: authenticator or Authenticator.accepting_anybody(),
            tenant_limits=lambda _: RequestLimits(Limits(), 0.0),
            limited=lambda *_: None,
            hold_limit=2**20,
            models=models,
        )
    )


@asynccontextmanager
async def providers(*scripts: Script) -> AsyncIterator[list[ScriptedProvider]]:
    """Two providers."""
    async with ScriptedProvider(scripts[0]) as one, ScriptedProvider(scripts[1]) as other:
        yield [one, other]


def table_for(one: ScriptedProvider, other: ScriptedProvider, **parts: object) -> RouteTable:
    """The first provider with the second one as its fallback."""
    primary = provider_of(f"http://127.0.0.1:{one.port}/v1")
    second = provider_of(f"http://127.0.0.1:{other.port}/v1", "other")
    fallback = Fallback(DEFAULT_FALLBACK, (Target(second, model="glm-5"),))
    return table_of(primary, second, **{"fallback": fallback, **parts})  # type: ignore[arg-type]


async def serve(handler: Handler, exchange: Exchange) -> None:
    """Run a stack to its end."""

    async def work() -> None:
        await handler(exchange)

    await drive(work())


def header(client: RecordingTransport, name: bytes) -> bytes | None:
    """One header of the answer."""
    for line in client.head.split(b"\r\n")[1:]:
        known, _, value = line.partition(b": ")
        if known == name:
            return value
    return None


async def test_the_first_of_the_list_is_outermost() -> None:
    """It sees an exchange first and its end last."""
    seen: list[str] = []

    class Named:
        def __init__(self, name: str) -> None:
            self.name = name

        def __call__(self, handler: Handler) -> Handler:
            async def layer(exchange: Exchange) -> None:
                seen.append(self.name)
                await handler(exchange)
                seen.append(self.name)

            return layer

    async def end(_: Exchange) -> None:
        seen.append("end")

    await serve(fold([Named("a"), Named("b")], end), request_of()[0])
    assert seen == ["a", "b", "end", "b", "a"]


async def test_an_exchange_goes_through_to_its_provider() -> None:
    """And comes back with the names of all that served it."""
    requests: list[bytes] = []
    async with providers(playing(OK, requests=requests), Line.gone) as (one, other):
        serving = serving_of(table_for(one, other))
        exchange, client = request_of()
        await serve(stacks_of(serving).proxy, exchange)
        assert client.written.startswith(b"HTTP/1.1 200 OK\r\n")
        assert (header(client, b"x-sealane-provider"), header(client, b"x-sealane-attempts")) == (b"moonshot", b"1")
        assert (len(requests), len(other.lines)) == (1, 0)
        serving.retire(None)


async def test_a_busy_provider_s_exchange_falls_back() -> None:
    """Once, to the other one, with its model."""
    requests: list[bytes] = []
    async with providers(playing(BUSY), playing(OK, requests=requests)) as (one, other):
        serving = serving_of(table_for(one, other))
        exchange, client = request_of()
        await serve(stacks_of(serving).proxy, exchange)
        assert client.written.startswith(b"HTTP/1.1 200 OK\r\n")
        assert header(client, b"x-sealane-provider") == b"other"
        assert header(client, b"x-sealane-model") == b"glm-5"
        assert header(client, b"x-sealane-attempts") == b"2"
        assert b'"model":"glm-5"' in requests[0]
        serving.retire(None)


async def test_when_all_have_failed_the_last_failure_is_the_answer() -> None:
    """After as many attempts as there were targets."""
    async with providers(playing(BUSY), playing(BUSY)) as (one, other):
        serving = serving_of(table_for(one, other))
        exchange, client = request_of()
        await serve(stacks_of(serving).proxy, exchange)
        assert json.loads(client.body)["error"]["code"] == "provider_overloaded"
        assert (exchange.status, len(exchange.attempts)) == (503, 2)
        serving.retire(None)


async def test_a_lost_answer_is_retried_at_the_only_target() -> None:
    """After a short wait; each attempt is one of ``maxAttempts``."""

    async def closing(line: Line) -> None:
        await line.request()

    async with providers(closing, Line.gone) as (one, other):
        table = table_for(one, other, fallback=None, retry=Retry(max_attempts=2))
        serving = serving_of(table)
        exchange, client = request_of()
        await serve(stacks_of(serving).proxy, exchange)
        assert json.loads(client.body)["error"]["code"] == "provider_unreachable"
        assert [attempt.retry for attempt in exchange.attempts] == [False, True]
        assert len(one.lines) == 2


async def test_nobody_gets_past_authentication_without_a_key() -> None:
    """The body is not even read."""
    async with providers(Line.gone, Line.gone) as (one, other):
        exchange, client = request_of(b"not json")
        await serve(stacks_of(serving_of(table_for(one, other)), Authenticator(())).proxy, exchange)
        assert client.written.startswith(b"HTTP/1.1 401 ")
        assert (exchange.content, one.lines) == (b"", [])


async def test_a_limited_exchange_is_not_sent() -> None:
    """Limits come before attempts."""
    async with providers(playing(OK), Line.gone) as (one, other):
        serving = serving_of(table_for(one, other, limits=Limits(requests_per_minute=1)))
        stacks = stacks_of(serving)
        for status in (b"200", b"429"):
            exchange, client = request_of()
            await serve(stacks.proxy, exchange)
            assert client.written[9:12] == status
            assert header(client, b"x-ratelimit-remaining-requests") == b"0"
            assert header(client, b"x-sealane-attempts") == (b"1" if status == b"200" else b"0")
        serving.retire(None)


async def test_the_list_of_models_needs_a_caller() -> None:
    """And nothing else."""
    serving = serving_of(table_of(provider_of("http://127.0.0.1:9/v1")))
    exchange, client = request_of(b"", path="/v1/models", method="GET")
    await serve(stacks_of(serving).models, exchange)
    assert json.loads(client.body)["data"][0]["id"] == "kimi-k3"
    exchange, client = request_of(b"", path="/v1/models", method="GET")
    await serve(stacks_of(serving, Authenticator(())).models, exchange)
    assert client.written.startswith(b"HTTP/1.1 401 ")


async def test_a_refusal_is_reported_like_any_exchange() -> None:
    """It has an answer and the gateway's headers."""
    serving = serving_of(table_of(provider_of("http://127.0.0.1:9/v1")))
    exchange, client = request_of(path="/nowhere")
    await serve(stacks_of(serving).refuse(PathNotFound("no such path")), exchange)
    assert client.written.startswith(b"HTTP/1.1 404 ")
    assert header(client, b"x-sealane-attempts") == b"0"
