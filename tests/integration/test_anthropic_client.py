"""The ``anthropic`` Python client, unchanged but for its base URL, against the whole gateway."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

import anthropic
import pytest
from anthropic import Anthropic, AsyncAnthropic
from anthropic.types import Message, MessageParam, TextBlock

from sealane_cli.keys import new_key
from sealane_cli.stub.faults import parse_faults
from tests.support.stubbed import MOONSHOT_KEY, StubbedGateway, stubbed_gateway
from tests.support.waiting import until

T = TypeVar("T")

HELLO: list[MessageParam] = [{"role": "user", "content": "hello"}]


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[StubbedGateway]:
    """A gateway that reaches Moonshot's messages where the real one has them, below another path."""
    async with stubbed_gateway(tmp_path, messages_base="/anthropic/v1") as running:
        yield running


@pytest.fixture
async def client(served: StubbedGateway) -> AsyncIterator[AsyncAnthropic]:
    """The asynchronous client, without retries of its own."""
    async with AsyncAnthropic(base_url=served.url, api_key="any", max_retries=0) as client:
        yield client


async def _in_thread(served: StubbedGateway, use: Callable[[Anthropic], T]) -> T:
    """What ``use`` returns of a synchronous client that blocks a thread of its own."""

    def run() -> T:
        with Anthropic(base_url=served.url, api_key="any", max_retries=0) as client:
            return use(client)

    return await asyncio.to_thread(run)


def _ask(client: Anthropic, model: str = "kimi-k3") -> Message:
    return client.messages.create(model=model, max_tokens=100, messages=HELLO)


def _text(message: Message) -> str:
    return "".join(block.text for block in message.content if isinstance(block, TextBlock))


async def test_a_message_is_answered_through_the_providers_own_path(
    served: StubbedGateway, client: AsyncAnthropic
) -> None:
    """The answer is whole, and the request arrived below ``messagesBaseURL`` with the provider's key alone."""
    message = await _in_thread(served, _ask)

    assert _text(message) == "moonshot stub answers as kimi-k3"
    assert message.stop_reason == "end_turn"
    assert message.usage.input_tokens > 0
    request = served.moonshot.requests[-1]
    assert request.path == "/anthropic/v1/messages"
    assert request.headers["x-api-key"] == MOONSHOT_KEY
    assert request.headers["authorization"] == f"Bearer {MOONSHOT_KEY}"
    assert request.headers["anthropic-version"] == client.default_headers["anthropic-version"]


async def test_without_a_base_of_its_own_messages_follow_the_base_url(served: StubbedGateway) -> None:
    """Z.ai has no ``messagesBaseURL`` here: the path after ``/v1`` goes behind its base URL."""
    message = await _in_thread(served, lambda client: _ask(client, "glm-4.7"))

    assert _text(message) == "zai stub answers as glm-4.7"
    assert served.zai.requests[-1].path == "/api/paas/v4/messages"
    assert served.cross_routed == 0


async def test_a_stream_is_read_to_its_stop(served: StubbedGateway, client: AsyncAnthropic) -> None:
    """Both clients accumulate the whole message from its events."""

    def read(sync_client: Anthropic) -> Message:
        with sync_client.messages.stream(model="kimi-k3", max_tokens=100, messages=HELLO) as stream:
            return stream.get_final_message()

    message = await _in_thread(served, read)
    async with client.messages.stream(model="kimi-k3", max_tokens=100, messages=HELLO) as stream:
        pieces = [piece async for piece in stream.text_stream]

    assert _text(message) == "".join(pieces) == "moonshot stub answers as kimi-k3"
    assert message.stop_reason == "end_turn"


async def test_models_are_listed(served: StubbedGateway) -> None:
    """The list's shape is OpenAI's, and the client reads the ids from it."""
    models = await _in_thread(served, lambda client: [model.id for model in client.models.list()])

    assert "kimi-k3" in models
    assert "glm-4.7" in models


@pytest.mark.parametrize(
    ("fault", "raised", "status", "kind"),
    [
        ("status:400", anthropic.BadRequestError, 400, "invalid_request_error"),
        ("content-filter", anthropic.BadRequestError, 400, "invalid_request_error"),
        ("forbidden-model", anthropic.PermissionDeniedError, 403, "permission_error"),
        ("status:404", anthropic.NotFoundError, 404, "not_found_error"),
        ("retry-after:7", anthropic.RateLimitError, 429, "rate_limit_error"),
        ("quota", anthropic.RateLimitError, 429, "rate_limit_error"),
        ("status:500", anthropic.InternalServerError, 502, "api_error"),
        ("html:502", anthropic.InternalServerError, 502, "api_error"),
        ("cut-before-head", anthropic.InternalServerError, 502, "api_error"),
        ("overloaded", anthropic.ServiceUnavailableError, 503, "overloaded_error"),
    ],
)
async def test_a_failing_provider_raises_the_clients_own_exception(
    served: StubbedGateway, fault: str, raised: type[anthropic.APIStatusError], status: int, kind: str
) -> None:
    """Each fault becomes the exception of Anthropic's own API, in Anthropic's shape."""
    served.moonshot.fault = parse_faults([fault])

    with pytest.raises(raised) as caught:
        await _in_thread(served, _ask)

    body = caught.value.body
    assert caught.value.status_code == status
    assert isinstance(body, dict)
    assert (body["type"], body["error"]["type"]) == ("error", kind)
    assert body["request_id"] == caught.value.response.headers["x-sealane-request-id"]


async def test_an_unknown_model_is_not_found(client: AsyncAnthropic) -> None:
    """NotFoundError, and our stable code beside Anthropic's type."""
    with pytest.raises(anthropic.NotFoundError) as caught:
        await client.messages.create(model="claude-9", max_tokens=10, messages=HELLO)

    assert isinstance(caught.value.body, dict)
    assert caught.value.body["error"]["code"] == "model_not_found"


async def test_a_key_that_is_not_known(tmp_path: Path) -> None:
    """The client's ``x-api-key`` is a caller's key: unknown is AuthenticationError, the right one is served."""
    file = tmp_path / "keys.yaml"
    key, _ = new_key("team-a", "laptop", file=file)
    async with stubbed_gateway(tmp_path, flags={"--keys": str(file)}) as served:
        async with AsyncAnthropic(base_url=served.url, api_key="sk-ant-unknown", max_retries=0) as stranger:
            with pytest.raises(anthropic.AuthenticationError) as caught:
                await stranger.messages.create(model="kimi-k3", max_tokens=10, messages=HELLO)
        async with AsyncAnthropic(base_url=served.url, api_key=key, max_retries=0) as known:
            message = await known.messages.create(model="kimi-k3", max_tokens=10, messages=HELLO)

    assert isinstance(caught.value.body, dict)
    assert caught.value.body["error"]["type"] == "authentication_error"
    assert _text(message) == "moonshot stub answers as kimi-k3"


@pytest.mark.parametrize("fault", ["cut", "cut-clean", "reset-mid-body", "glued", "no-finish-no-done"])
async def test_a_stream_that_breaks_raises_while_it_is_read(
    served: StubbedGateway, client: AsyncAnthropic, fault: str
) -> None:
    """What came before the break is delivered, then ``event: error`` becomes the client's exception."""
    served.moonshot.fault = parse_faults([fault])
    events = 0

    stream = await client.messages.create(model="kimi-k3", max_tokens=100, messages=HELLO, stream=True)
    with pytest.raises(anthropic.APIError, match="broke off its answer") as caught:
        async for _ in stream:
            events += 1

    assert events >= 2
    assert isinstance(caught.value.body, dict)
    assert caught.value.body["error"]["code"] == "broken_stream"


async def test_a_broken_stream_raises_in_the_synchronous_client(served: StubbedGateway) -> None:
    """The stream helper raises as well, instead of returning half a message."""
    served.moonshot.fault = parse_faults(["cut"])

    def read(sync_client: Anthropic) -> Message:
        with sync_client.messages.stream(model="kimi-k3", max_tokens=100, messages=HELLO) as stream:
            return stream.get_final_message()

    with pytest.raises(anthropic.APIError, match="broke off its answer"):
        await _in_thread(served, read)


async def test_a_client_that_waits_no_longer_has_its_own_timeout(
    served: StubbedGateway, client: AsyncAnthropic
) -> None:
    """APITimeoutError at the client, and the provider's request ends with it."""
    served.moonshot.fault = parse_faults(["stall"])

    with pytest.raises(anthropic.APITimeoutError):
        await client.messages.create(model="kimi-k3", max_tokens=10, messages=HELLO, timeout=0.2)
    await until(lambda: served.moonshot.ended)

    assert served.moonshot.ended[-1].how == "client_closed"
