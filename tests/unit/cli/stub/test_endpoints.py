"""Every endpoint, read by the clients that applications use."""

import re
from typing import Any

import anthropic
import httpx
import openai
import pytest

from sealane_cli.stub.server import StubProvider

_PERSONALITIES = [("moonshot", "kimi-k3"), ("zai", "glm-4.7"), ("openai", "gpt-4o")]
_HELLO: Any = [{"role": "user", "content": "hello"}]  # the clients want a TypedDict each of its own


@pytest.mark.parametrize(("personality", "model"), _PERSONALITIES)
async def test_the_openai_client_reads_everything(personality: str, model: str) -> None:
    """Chat, stream, responses, completions, embeddings, models, moderation, image, speech."""
    says = f"{personality} stub answers as {model}"
    async with StubProvider(personality) as stub:  # type: ignore[arg-type]  # parametrized text
        key = "id.secret" if personality == "zai" else "sk-key"
        async with openai.AsyncOpenAI(base_url=stub.base_url, api_key=key, max_retries=0) as client:
            whole = await client.chat.completions.create(model=model, messages=_HELLO)
            stream = await client.chat.completions.create(
                model=model,
                messages=_HELLO,
                stream=True,
                stream_options={"include_usage": True},
            )
            chunks = [chunk async for chunk in stream]
            response = await client.responses.create(model=model, input="hello")
            events = [event async for event in await client.responses.create(model=model, input="hello", stream=True)]
            text = await client.completions.create(model=model, prompt="hello")
            vectors = await client.embeddings.create(model=model, input=["a", "b"])
            floats = await client.embeddings.create(model=model, input="a", encoding_format="float")
            listed = [one.id async for one in client.models.list()]
            moderation = await client.moderations.create(model=model, input="hello")
            image = await client.images.generate(model=model, prompt="a lane")
            speech = await client.audio.speech.create(model=model, voice="alloy", input="hello")

    assert whole.choices[0].message.content == says
    assert whole.usage is not None
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == says
    assert len({chunk.id for chunk in chunks}) == 1
    assert chunks[-1].usage is not None
    assert response.output_text == says
    assert [events[0].type, events[1].type, events[-1].type] == [
        "response.created",
        "response.in_progress",
        "response.completed",
    ]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert text.choices[0].text == says
    assert [item.embedding for item in vectors.data] == [floats.data[0].embedding] * 2
    assert model in listed
    assert not moderation.results[0].flagged
    assert image.data is not None
    assert image.data[0].url is not None
    assert len(speech.content) > 4000


@pytest.mark.parametrize(("personality", "model"), _PERSONALITIES)
async def test_the_anthropic_client_reads_messages(personality: str, model: str) -> None:
    """Whole and streamed, by x-api-key."""
    says = f"{personality} stub answers as {model}"
    async with StubProvider(personality) as stub:  # type: ignore[arg-type]  # parametrized text
        base = stub.base_url.removesuffix("/v1") if personality != "zai" else f"{stub.origin}/api/anthropic"
        key = "id.secret" if personality == "zai" else "sk-key"
        async with anthropic.AsyncAnthropic(base_url=base, api_key=key, max_retries=0) as client:
            whole = await client.messages.create(model=model, max_tokens=9, messages=_HELLO)
            async with client.messages.stream(model=model, max_tokens=9, messages=_HELLO) as stream:
                streamed = await stream.get_final_message()

        assert {request.key for request in stub.requests} == {key}
    assert [whole.content[0].to_dict()["text"], streamed.content[0].to_dict()["text"]] == [says, says]
    assert streamed.usage.output_tokens == 5


async def _chunks(stub: StubProvider, model: str, **fields: object) -> list[str]:
    async with httpx.AsyncClient(base_url=stub.base_url) as client:
        body = {"model": model, "messages": [], "stream": True} | fields
        answer = await client.post("/chat/completions", json=body)
    return answer.text.split("\n\n")[:-1]


async def test_moonshot_reports_usage_inside_the_choice(moonshot: StubProvider) -> None:
    """And once more without choices, when asked for."""
    plain = await _chunks(moonshot, "kimi-k3")
    asked = await _chunks(moonshot, "kimi-k3", stream_options={"include_usage": True})

    assert re.search(r'"finish_reason":"stop","usage":\{"prompt_tokens":\d+,.*"cached_tokens":0\}', plain[-2])
    assert '"choices":[],"usage":{' in asked[-2]
    assert plain[-1] == asked[-1] == "data: [DONE]"


async def test_zai_reports_usage_beside_the_finish(zai: StubProvider) -> None:
    """The role is in every delta, and finish_reason only in the last."""
    chunks = await _chunks(zai, "glm-4.7")

    assert re.search(r'"finish_reason":"stop".*\}\],"usage":\{', chunks[-2])
    assert all('"role":"assistant"' in chunk for chunk in chunks[:-1])
    assert not any("finish_reason" in chunk for chunk in chunks[:-2])


async def test_reasoning_comes_first_unless_it_is_disabled(zai: StubProvider) -> None:
    """Content follows."""
    thinking = await _chunks(zai, "glm-4.7")
    silent = await _chunks(zai, "glm-4.7", thinking={"type": "disabled"})

    assert ["reasoning_content" in chunk for chunk in thinking[:4]] == [False, True, True, False]
    assert not any("reasoning_content" in chunk for chunk in silent)


async def test_documents_are_reranked(zai: StubProvider) -> None:
    """Every document gets a score."""
    async with httpx.AsyncClient(base_url=zai.base_url) as client:
        answer = await client.post("/rerank", json={"model": "rerank", "query": "q", "documents": ["a", "b"]})

    assert [result["index"] for result in answer.json()["results"]] == [0, 1]


async def test_moonshot_describes_its_models(moonshot: StubProvider) -> None:
    """Context length and abilities, as its own list has them."""
    async with httpx.AsyncClient(base_url=moonshot.base_url) as client:
        listed = (await client.get("/models")).json()["data"]
    lengths = {one["id"]: one["context_length"] for one in listed}

    assert lengths["moonshot-v1-8k"] == 8192
    assert {one["owned_by"] for one in listed} == {"moonshot"}
    assert all("supports_reasoning" in one for one in listed)


async def test_the_seed_fixes_the_ids() -> None:
    """Two stubs with one seed answer alike."""
    ids = []
    for seed in (1, 1, 2):
        async with (
            StubProvider("moonshot", seed=seed) as stub,
            httpx.AsyncClient(base_url=stub.base_url) as client,
        ):
            answer = await client.post("/chat/completions", json={"model": "kimi-k3", "messages": []})
            ids.append(answer.json()["id"])

    assert ids[0] == ids[1] != ids[2]


async def test_the_number_of_chunks_can_be_chosen(moonshot: StubProvider) -> None:
    """The text stays whole."""
    moonshot.terms.chunks = 1
    chunks = await _chunks(moonshot, "moonshot-v1-8k")

    assert len([chunk for chunk in chunks if "moonshot stub answers as moonshot-v1-8k" in chunk]) == 1


async def test_an_unknown_path_is_not_found(moonshot: StubProvider) -> None:
    """Neither below the base path nor beside it."""
    async with httpx.AsyncClient(base_url=moonshot.origin) as client:
        for method, path in (("POST", "/v1/unknown"), ("GET", "/v1/chat/completions"), ("GET", "/models")):
            assert (await client.request(method, path)).status_code == 404
