"""What of a request reaches the provider: the path below its base URL, and the body byte for byte."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sealane_router.providers.api import Api
from tests.support.raw_client import request_bytes
from tests.support.raw_provider import COMPLETION, RawGateway, json_answer, raw_gateway

CHAT = "/v1/chat/completions"


@pytest.fixture
async def raw(tmp_path: Path) -> AsyncIterator[RawGateway]:
    """A gateway in front of a provider that keeps every byte."""
    async with raw_gateway(tmp_path) as running:
        yield running


@pytest.mark.parametrize(
    "body",
    [
        b'{"model":"m-one"}',
        b' \r\n\t{ "z" : 1.0 , "model"\t:\n"m-one" , "a":[ ] }\n\n ',
        b'{"b":1,"model":"m-one","a":2,"b":3}',
        b'{"n":[1e400,1E+2,-0,1.0000000000000000000001,123456789012345678901234567890],"model":"m-one"}',
        '{"model":"m-one","t":"é😀 \\u00e9 \\ud83d\\ude00 \\/ \\b \u2028"}'.encode(),
        b'{"model":"m-one","t":"\\ud800 alone"}',
        b'{"x":{"model":"gpt-4"},"y":["model","gpt-4"],"model":"m-one","z":{"model":null}}',
        b'{"mod\\u0065l":"m\\u002done"}',
        b'{"model":"M-One","stream":null}',
        b'{"model":"m-one","stream":"yes","thinking":{"type":"enabled"},"max_completion_tokens":5}',
    ],
)
async def test_a_body_passes_byte_for_byte(raw: RawGateway, body: bytes) -> None:
    """Spaces, order, duplicates, numbers, escapes and unknown members arrive as they were sent."""
    answer = await raw.client.post(CHAT, body)

    assert answer.status == 200
    assert raw.provider.received[-1].body == body


@pytest.mark.parametrize(
    "body",
    [
        COMPLETION,
        b' {\r\n "choices" : [ ] ,"u":"\\u00e9\xc3\xa9","n":1e400, "choices":[]}\n ',
        b'{"model":"another name than was asked for","id":"x"}',
        b"[]",
        b'"text"',
    ],
)
async def test_an_answer_passes_byte_for_byte(raw: RawGateway, body: bytes) -> None:
    """Whatever JSON the provider answers, the client gets those bytes."""
    raw.provider.answer = json_answer(body)

    answer = await raw.client.post(CHAT, b'{"model":"m-one"}')

    assert (answer.status, answer.body) == (200, body)


async def test_a_chunked_body_arrives_whole_and_sized(raw: RawGateway) -> None:
    """However a client frames its body, the provider gets the same bytes with one content length."""
    body = b'{"model":"m-one","messages":[]}'
    chunks = b"".join(b"%x;ext=1\r\n%b\r\n" % (len(part), part) for part in (body[:5], body[5:6], body[6:]))
    head = request_bytes("POST", CHAT, None, [("Transfer-Encoding", "chunked")])

    await raw.client.send(head + chunks + b"0\r\nTrailer: x\r\n\r\n")
    answer = await raw.client.answer()

    assert answer.status == 200
    received = raw.provider.received[-1]
    assert received.body == body
    assert received.all("content-length") == [str(len(body))]
    assert received.all("transfer-encoding") == received.all("trailer") == []


async def test_an_alias_is_spliced_out_of_the_body(tmp_path: Path) -> None:
    """``moonshot/kimi-x`` arrives as ``kimi-x``; every byte around the name stays."""
    async with raw_gateway(tmp_path, dialect="Moonshot", models="[{prefix: kimi-}]") as raw:
        answer = await raw.client.post(CHAT, b'{ "a":1 ,"model" : "moonshot\\/Kimi-X", "z": [1 ,2] }')

    assert answer.get("x-sealane-model") == "Kimi-X"
    assert raw.provider.received[-1].body == b'{ "a":1 ,"model" : "Kimi-X", "z": [1 ,2] }'


async def test_an_exact_pattern_gives_the_model_its_spelling(tmp_path: Path) -> None:
    """Case does not matter to the match; forwarded is the route's own spelling."""
    async with raw_gateway(tmp_path, models="[{exact: Org/Model-X}]") as raw:
        answer = await raw.client.post(CHAT, b'{"model": "ORG/model-x"}')

    assert answer.get("x-sealane-model") == "Org/Model-X"
    assert raw.provider.received[-1].body == b'{"model": "Org/Model-X"}'


async def test_a_target_edits_only_what_it_names(tmp_path: Path) -> None:
    """Another model, ``set`` and ``remove`` change those members; everything else keeps its bytes."""
    target = "model: other, set: {temperature: 0.5, added: [1, {a: b}]}, remove: [thinking, user]"
    sent = b'{ "user" : "u", "model": "m-one","temperature":1 , "x" : 1.50, "thinking": {"type":"on"} }'
    async with raw_gateway(tmp_path, target=target) as raw:
        answer = await raw.client.post(CHAT, sent)

    received = raw.provider.received[-1].body
    assert answer.get("x-sealane-model") == "other"
    assert json.loads(received) == {"model": "other", "temperature": 0.5, "x": 1.5, "added": [1, {"a": "b"}]}
    assert b' "x" : 1.50' in received


async def test_zai_renames_only_for_a_target_with_another_model(tmp_path: Path) -> None:
    """``max_completion_tokens`` is Z.ai's ``max_tokens`` where the client asked for another provider's model."""
    sent = b'{"model":"m-one","max_completion_tokens":7}'
    for target, expected in (("model: glm-4.7", {"max_tokens": 7}), ("", {"max_completion_tokens": 7})):
        async with raw_gateway(tmp_path, dialect="Zai", target=target) as raw:
            await raw.client.post(CHAT, sent)

        received = json.loads(raw.provider.received[-1].body)
        del received["model"]
        assert received == expected


@pytest.mark.parametrize("api", Api)
@pytest.mark.parametrize("base", ["/v1", "/api/paas/v4", "", "/deep/er/"])
async def test_every_path_goes_behind_the_base_url(tmp_path: Path, api: Api, base: str) -> None:
    """What follows ``/v1`` is appended to the base path, and ``/v1`` itself never is; the query stays."""
    path = api.path.decode()
    async with raw_gateway(tmp_path, base_path=base) as raw:
        answer = await raw.client.post(f"{path}?beta=true&x=%2F", b'{"model":"m-one"}')

    assert answer.status == 200
    assert raw.provider.received[-1].target == f"{base.rstrip('/')}{path.removeprefix('/v1')}?beta=true&x=%2F"


async def test_messages_have_a_base_of_their_own(tmp_path: Path) -> None:
    """``messagesBaseURL`` is for ``/v1/messages`` alone."""
    async with raw_gateway(tmp_path, provider="messagesBaseURL: '{origin}/anthropic/v1'") as raw:
        await raw.client.post("/v1/messages", b'{"model":"m-one"}')
        await raw.client.post(CHAT, b'{"model":"m-one"}')

    assert [received.target for received in raw.provider.received] == ["/anthropic/v1/messages", "/v1/chat/completions"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("POST", "/chat/completions", 404, "unknown_path"),
        ("POST", "/v1/chat/completions/", 404, "unknown_path"),
        ("POST", "/v1/audio/transcriptions", 404, "unknown_path"),
        ("POST", "/V1/chat/completions", 404, "unknown_path"),
        ("POST", "/v1/chat/../chat/completions", 400, "invalid_request"),
        ("POST", "/v1/%2e%2e/v1/chat/completions", 400, "invalid_request"),
        ("POST", "/v1%2Fchat/completions", 400, "invalid_request"),
        ("POST", "//v1/chat/completions", 400, "invalid_request"),
        ("POST", "/v1\\chat/completions", 400, "invalid_request"),
        ("POST", "http://elsewhere/v1/chat/completions", 400, "invalid_request"),
        ("GET", "/v1/chat/completions", 405, "method_not_allowed"),
        ("DELETE", "/v1/models", 405, "method_not_allowed"),
        ("GET", "/", 404, "unknown_path"),
    ],
)
async def test_no_other_path_is_served(raw: RawGateway, method: str, path: str, status: int, code: str) -> None:
    """Anything but the listed paths, written plainly, is refused with a stable code and sent nowhere."""
    await raw.client.send(request_bytes(method, path, b'{"model":"m-one"}'))
    answer = await raw.client.answer()

    assert (answer.status, answer.code) == (status, code)
    assert answer.get("x-sealane-attempts") == "0"
    assert raw.provider.received == []


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (b"", None),
        (b"not json", None),
        (b'"m-one"', None),
        (b'{"messages":[]}', "model"),
        (b'{"model":""}', "model"),
        (b'{"model":7}', "model"),
        (b'{"model":null}', "model"),
        (b'{"model":"m-one","model":"m-one"}', "model"),
        (b'{"model":"m-one","mod\\u0065l":"m-two"}', "model"),
        (b'{"model":"m-\\u0000"}', "model"),
        (b'{"model":"m-%b"}' % (b"x" * 300), "model"),
        (b'{"model":"m-one","t":"\xff"}', None),
    ],
)
async def test_a_body_without_one_clear_model_is_refused(raw: RawGateway, body: bytes, param: str | None) -> None:
    """400 in OpenAI's shape, naming the parameter where it is the model's; the connection goes on."""
    answer = await raw.client.post(CHAT, body)

    assert (answer.status, answer.code) == (400, "invalid_request")
    assert answer.json["error"]["param"] == param
    assert (await raw.client.post(CHAT, b'{"model":"m-one"}')).status == 200


async def test_a_compressed_request_is_refused(raw: RawGateway) -> None:
    """415: the model could not be read, and a provider would not be asked to guess."""
    answer = await raw.client.post(CHAT, b"\x1f\x8b\x08", [("Content-Encoding", "gzip")])

    assert (answer.status, answer.code) == (415, "unsupported_encoding")


async def test_errors_of_messages_have_anthropics_shape(raw: RawGateway) -> None:
    """``/v1/messages`` answers as Anthropic's API does, with the same stable code."""
    answer = await raw.client.post("/v1/messages", b'{"model":"nobody-has-it"}')

    assert answer.status == 404
    assert answer.json["type"] == "error"
    assert answer.json["error"]["type"] == "not_found_error"
    assert answer.code == "model_not_found"
    assert answer.json["request_id"] == answer.get("x-request-id")
