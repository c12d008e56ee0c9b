"""The ``openai`` Python client, unchanged but for its base URL, against the whole gateway."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import openai
import pytest
from openai import AsyncOpenAI, OpenAI

from sealane_cli.keys import new_key
from sealane_cli.stub.faults import parse_faults
from tests.support.stubbed import StubbedGateway, stubbed_gateway
from tests.support.waiting import until

T = TypeVar("T")


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[StubbedGateway]:
    """A gateway whose client sees what its provider did: one attempt, no fallback."""
    async with stubbed_gateway(tmp_path) as running:
        yield running


@pytest.fixture
async def client(served: StubbedGateway) -> AsyncIterator[AsyncOpenAI]:
    """The asynchronous client, without retries of its own."""
    async with AsyncOpenAI(base_url=f"{served.url}/v1", api_key="any", max_retries=0) as client:
        yield client


@contextmanager
def _sync(served: StubbedGateway, max_retries: int = 0) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{served.url}/v1", api_key="any", max_retries=max_retries) as client:
        yield client


async def _in_thread(served: StubbedGateway, use: Callable[[OpenAI], T], max_retries: int = 0) -> T:
    """What ``use`` returns of a synchronous client that blocks a thread of its own."""

    def run() -> T:
        with _sync(served, max_retries) as client:
            return use(client)

    return await asyncio.to_thread(run)


def _ask(client: OpenAI, model: str = "kimi-k3") -> openai.types.chat.ChatCompletion:
    return client.chat.completions.create(model=model, messages=[{"role": "user", "content": "hello"}])


def _stream_text(client: OpenAI, model: str = "kimi-k3") -> str:
    stream = client.chat.completions.create(model=model, messages=[{"role": "user", "content": "hello"}], stream=True)
    with stream:
        return "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)


async def test_chat_answers_from_the_provider_of_each_model(served: StubbedGateway) -> None:
    """The synchronous client gets a completion from Moonshot for kimi and from Z.ai for glm."""
    kimi = await _in_thread(served, _ask)
    glm = await _in_thread(served, lambda client: _ask(client, "glm-4.7"))

    assert kimi.choices[0].message.content == "moonshot stub answers as kimi-k3"
    assert glm.choices[0].message.content == "zai stub answers as glm-4.7"
    assert kimi.usage is not None
    assert kimi.usage.total_tokens > 0
    assert served.cross_routed == 0


async def test_chat_streams_chunk_by_chunk(served: StubbedGateway, client: AsyncOpenAI) -> None:
    """Both clients read a whole stream, with its reasoning, finish and usage."""
    assert await _in_thread(served, _stream_text) == "moonshot stub answers as kimi-k3"

    stream = await client.chat.completions.create(
        model="glm-4.7",
        messages=[{"role": "user", "content": "hello"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = [chunk async for chunk in stream]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "zai stub answers as glm-4.7"
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert chunks[-1].usage is not None


async def test_the_stream_helper_accumulates_a_completion(client: AsyncOpenAI) -> None:
    """``chat.completions.stream`` ends with the whole message."""
    async with client.chat.completions.stream(
        model="kimi-k3", messages=[{"role": "user", "content": "hello"}]
    ) as stream:
        final = await stream.get_final_completion()

    assert final.choices[0].message.content == "moonshot stub answers as kimi-k3"


async def test_responses_answer_whole_and_as_a_stream(served: StubbedGateway, client: AsyncOpenAI) -> None:
    """The responses API works both ways, and its stream ends with ``response.completed``."""
    whole = await _in_thread(served, lambda one: one.responses.create(model="kimi-k3", input="hello"))
    stream = await client.responses.create(model="kimi-k3", input="hello", stream=True)
    events = [event async for event in stream]

    assert whole.output_text == "moonshot stub answers as kimi-k3"
    assert events[-1].type == "response.completed"
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == whole.output_text


async def test_the_other_apis_answer(client: AsyncOpenAI) -> None:
    """Embeddings (as base64, which the client asks for), moderations, images and completions are understood."""
    embedded = await client.embeddings.create(model="glm-4.7", input=["one", "two"])
    moderated = await client.moderations.create(model="kimi-k3", input="hello")
    painted = await client.images.generate(model="glm-image", prompt="a ship")
    completed = await client.completions.create(model="kimi-k3", prompt="hello")

    assert [item.embedding for item in embedded.data] == [[0.5, -0.25, 0.125, 0.75]] * 2
    assert moderated.results[0].flagged is False
    assert painted.data is not None
    assert painted.data[0].url is not None
    assert painted.data[0].url.startswith("https://images.invalid/glm-image/")
    assert completed.choices[0].text == "moonshot stub answers as kimi-k3"


async def test_speech_is_binary(client: AsyncOpenAI) -> None:
    """Audio arrives byte for byte, whole and as a stream of bytes."""
    whole = await client.audio.speech.create(model="kimi-k3", voice="alloy", input="hello")
    pieces = bytearray()
    async with client.audio.speech.with_streaming_response.create(
        model="kimi-k3", voice="alloy", input="hello"
    ) as response:
        async for piece in response.iter_bytes():
            pieces += piece

    assert whole.content == bytes(pieces)
    assert whole.content.startswith(b"\xff\xfb\x90\x00")
    assert whole.response.headers["content-type"] == "audio/mpeg"


async def test_models_are_listed(served: StubbedGateway) -> None:
    """The list holds the models of both providers, each with its owner."""
    models = await _in_thread(served, lambda client: list(client.models.list()))

    owners = {model.id: model.owned_by for model in models}
    assert owners["kimi-k3"] == "moonshot"
    assert owners["glm-4.7"] == "zai"
    assert served.cross_routed == 0


@pytest.mark.parametrize(
    ("fault", "raised", "status", "code"),
    [
        ("status:400", openai.BadRequestError, 400, "invalid_request"),
        ("content-filter", openai.BadRequestError, 400, "content_filter"),
        ("forbidden-model", openai.PermissionDeniedError, 403, "permission_denied"),
        ("status:404", openai.NotFoundError, 404, "model_not_found"),
        ("status:409", openai.ConflictError, 409, "invalid_request"),
        ("status:422", openai.UnprocessableEntityError, 422, "invalid_request"),
        ("retry-after:7", openai.RateLimitError, 429, "rate_limit_exceeded"),
        ("quota", openai.RateLimitError, 429, "insufficient_quota"),
        ("status:500", openai.InternalServerError, 502, "provider_error"),
        ("unauthorized", openai.InternalServerError, 502, "provider_unauthorized"),
        ("html:502", openai.InternalServerError, 502, "provider_error"),
        ("reset", openai.InternalServerError, 502, "provider_unreachable"),
        ("overloaded", openai.InternalServerError, 503, "provider_overloaded"),
    ],
)
async def test_a_failing_provider_raises_the_clients_own_exception(
    served: StubbedGateway, fault: str, raised: type[openai.APIStatusError], status: int, code: str
) -> None:
    """Each fault becomes the exception that OpenAI's own API would have caused, with our stable code."""
    served.moonshot.fault = parse_faults([fault])

    with pytest.raises(raised) as caught:
        await _in_thread(served, _ask)

    assert type(caught.value) is raised
    assert (caught.value.status_code, caught.value.code) == (status, code)
    assert caught.value.request_id == caught.value.response.headers["x-sealane-request-id"]


async def test_a_key_that_is_not_known_or_may_not(tmp_path: Path) -> None:
    """AuthenticationError for a key that nobody was given, PermissionDeniedError for a model outside its list."""
    file = tmp_path / "keys.yaml"
    key, _ = new_key("team-a", "laptop", ["kimi-*"], file=file)
    async with stubbed_gateway(tmp_path, flags={"--keys": str(file)}) as served:
        async with AsyncOpenAI(base_url=f"{served.url}/v1", api_key="sk-unknown", max_retries=0) as stranger:
            with pytest.raises(openai.AuthenticationError) as unknown:
                await stranger.models.list()
        async with AsyncOpenAI(base_url=f"{served.url}/v1", api_key=key, max_retries=0) as known:
            with pytest.raises(openai.PermissionDeniedError) as forbidden:
                await known.embeddings.create(model="glm-4.7", input="hello")
            answered = await known.embeddings.create(model="kimi-k3", input="hello")

    assert unknown.value.code == "invalid_api_key"
    assert forbidden.value.code == "model_not_allowed"
    assert answered.model == "kimi-k3"


async def test_an_unknown_model_is_not_found(client: AsyncOpenAI) -> None:
    """A model that no route claims raises NotFoundError with OpenAI's own code, and nothing was sent."""
    with pytest.raises(openai.NotFoundError) as caught:
        await client.chat.completions.create(model="gpt-9", messages=[{"role": "user", "content": "hello"}])

    assert caught.value.code == "model_not_found"
    assert caught.value.response.headers["x-sealane-attempts"] == "0"


async def test_a_provider_that_never_answers_is_a_gateway_timeout(tmp_path: Path) -> None:
    """The gateway's own deadline strikes before the client's: 504, and the stable code."""
    async with stubbed_gateway(tmp_path, timeouts="{firstByte: 100ms}") as served:
        served.moonshot.fault = parse_faults(["stall"])

        with pytest.raises(openai.InternalServerError) as caught:
            await _in_thread(served, _stream_text)

    assert (caught.value.status_code, caught.value.code) == (504, "provider_timeout")


async def test_a_client_that_waits_no_longer_has_its_own_timeout(served: StubbedGateway, client: AsyncOpenAI) -> None:
    """The client's timeout raises APITimeoutError, and the provider's request ends with it."""
    served.moonshot.fault = parse_faults(["delay:30"])

    with pytest.raises(openai.APITimeoutError):
        await client.chat.completions.create(
            model="kimi-k3", messages=[{"role": "user", "content": "hello"}], timeout=0.2
        )
    await until(lambda: served.moonshot.ended)

    assert served.moonshot.ended[-1].how == "client_closed"


async def test_an_exhausted_quota_is_not_retried_by_the_client(served: StubbedGateway) -> None:
    """``x-should-retry: false`` keeps the client from asking again, however many retries it may make."""
    served.moonshot.fault = parse_faults(["quota"])

    with pytest.raises(openai.RateLimitError):
        await _in_thread(served, _ask, max_retries=3)

    assert served.exchanges == 1


async def test_a_server_error_is_retried_by_the_client(served: StubbedGateway) -> None:
    """A client with retries of its own gets its answer from the second exchange."""
    served.moonshot.script = [parse_faults(["status:500"]), None]

    answer = await _in_thread(served, _ask, max_retries=2)

    assert answer.choices[0].message.content == "moonshot stub answers as kimi-k3"
    assert served.moonshot.counters.total == 2


@pytest.mark.parametrize("fault", ["cut", "cut-clean", "reset-mid-body", "glued", "changed-id", "no-finish-no-done"])
async def test_a_stream_that_breaks_raises_while_it_is_read(served: StubbedGateway, fault: str) -> None:
    """What came before the break is delivered, then APIError: never an end that looks like success."""
    served.moonshot.fault = parse_faults([fault])

    def read(client: OpenAI) -> tuple[int, openai.APIError]:
        stream = client.chat.completions.create(
            model="kimi-k3", messages=[{"role": "user", "content": "hello"}], stream=True
        )
        chunks = 0
        with stream, pytest.raises(openai.APIError) as caught:
            for _ in stream:
                chunks += 1
        return chunks, caught.value

    chunks, error = await _in_thread(served, read)

    assert chunks >= 2
    assert error.code == "broken_stream"


async def test_a_broken_stream_raises_in_the_asynchronous_client(served: StubbedGateway, client: AsyncOpenAI) -> None:
    """The same for responses, whose events are typed, read asynchronously."""
    served.moonshot.fault = parse_faults(["cut"])
    stream = await client.responses.create(model="kimi-k3", input="hello", stream=True)

    with pytest.raises(openai.APIError, match="broke off its answer"):
        async for _ in stream:
            pass


async def test_an_error_before_content_is_an_exception_and_no_stream(served: StubbedGateway) -> None:
    """A stream that fails before its first content was never begun: the client gets a status, not an event."""
    served.moonshot.fault = parse_faults(["in-band-error"])

    with pytest.raises(openai.InternalServerError) as caught:
        await _in_thread(served, _stream_text)

    assert caught.value.status_code == 502


async def test_many_streams_at_once(served: StubbedGateway, client: AsyncOpenAI) -> None:
    """Fifty streams of both providers at once each hold their own answer."""

    async def read(model: str) -> str:
        stream = await client.chat.completions.create(
            model=model, messages=[{"role": "user", "content": "hello"}], stream=True
        )
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])

    models = ["kimi-k3", "glm-4.7", "kimi-k2.6", "glm-5", "moonshot-v1-8k"] * 10
    texts = await asyncio.gather(*(read(model) for model in models))

    for model, text in zip(models, texts, strict=True):
        owner = "zai" if model.startswith("glm") else "moonshot"
        assert text == f"{owner} stub answers as {model}"
    assert served.cross_routed == 0
