"""Which headers pass: to the provider, and back to the client."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.raw_provider import COMPLETION, RAW_KEY, RawGateway, RawProvider, json_answer, raw_gateway

CHAT = "/v1/chat/completions"
BODY = b'{"model":"m-one"}'


@pytest.fixture
async def raw(tmp_path: Path) -> AsyncIterator[RawGateway]:
    """A gateway in front of a provider that keeps every byte."""
    async with raw_gateway(tmp_path) as running:
        yield running


async def test_the_identity_of_the_client_stays_at_the_gateway(raw: RawGateway) -> None:
    """Credentials, cookies, addresses and organisations are not the provider's business, in any spelling."""
    withheld = [
        ("AUTHORIZATION", "Bearer sl-caller"),
        ("x-api-key", "sl-caller"),
        ("Api-Key", "sl-caller"),
        ("X-Goog-Api-Key", "sl-caller"),
        ("Cookie", "session=1"),
        ("Proxy-Authorization", "Basic sl-caller"),
        ("OpenAI-Organization", "org-1"),
        ("OpenAI-Project", "proj-1"),
        ("X-Forwarded-For", "10.0.0.1"),
        ("Forwarded", "for=10.0.0.1"),
        ("X-Real-IP", "10.0.0.1"),
        ("Via", "1.1 proxy"),
    ]
    await raw.client.post(CHAT, BODY, withheld)

    received = raw.provider.received[-1]
    assert received.all("authorization") == [f"Bearer {RAW_KEY}"]
    for name, value in withheld:
        assert value not in received.all(name.lower())
    assert "sl-caller" not in str(received.headers)


async def test_what_says_nothing_about_the_client_passes(raw: RawGateway) -> None:
    """Trace context, content type, user agent and unknown headers arrive as they were sent, repeated ones twice."""
    passing = [
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ("tracestate", "vendor=1"),
        ("content-type", "application/json; charset=utf-8"),
        ("user-agent", "client/1.0"),
        ("idempotency-key", "k-1"),
        ("openai-beta", "assistants=v2"),
        ("x-twice", "one"),
        ("x-twice", "two"),
        ("x-empty", ""),
    ]
    await raw.client.post(CHAT, BODY, passing)

    received = raw.provider.received[-1]
    for name in {name for name, _ in passing}:
        assert received.all(name) == [value for known, value in passing if known == name]


async def test_headers_of_one_hop_end_at_the_gateway(raw: RawGateway) -> None:
    """Hop-by-hop headers and those that ``Connection`` names are not forwarded; the gateway asks for plain bytes."""
    await raw.client.post(
        CHAT,
        BODY,
        [
            ("Connection", "keep-alive, X-Private"),
            ("X-Private", "mine"),
            ("Keep-Alive", "timeout=5"),
            ("TE", "trailers"),
            ("Upgrade", "websocket"),
            ("Accept-Encoding", "gzip, br"),
            ("X-Kept", "yes"),
        ],
    )

    received = raw.provider.received[-1]
    for name in ("connection", "x-private", "keep-alive", "te", "upgrade"):
        assert received.all(name) == []
    assert received.all("accept-encoding") == ["identity"]
    assert received.all("host") == [raw.provider.origin.removeprefix("http://")]
    assert received.all("x-kept") == ["yes"]


async def test_a_provider_without_credential_gets_no_authorization(tmp_path: Path) -> None:
    """No credential in the route means no Authorization header, never the client's."""
    async with raw_gateway(tmp_path, credential="") as raw:
        await raw.client.post(CHAT, BODY, [("Authorization", "Bearer sl-caller"), ("x-api-key", "sl-caller")])

    received = raw.provider.received[-1]
    assert received.all("authorization") == received.all("x-api-key") == []


async def test_what_a_provider_says_about_itself_stays(raw: RawGateway) -> None:
    """Cookies, transport policy, hop-by-hop headers and the provider's limits do not reach the client."""
    raw.provider.answer = json_answer(
        headers=(
            "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nAlt-Svc: h3\r\nStrict-Transport-Security: max-age=1\r\n"
            "X-RateLimit-Limit-Requests: 9\r\nx-ratelimit-remaining-tokens: 9\r\nX-Sealane-Provider: liar\r\n"
            "x-sealane-anything: liar\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=9\r\n"
            "X-Request-Id: req-provider\r\nMsh-Trace-Id: t-1\r\nX-Twice: 1\r\nX-Twice: 2\r\n"
        )
    )
    answer = await raw.client.post(CHAT, BODY)

    names = {name for name, _ in answer.headers}
    assert names.isdisjoint(
        {
            "set-cookie",
            "alt-svc",
            "strict-transport-security",
            "x-hop",
            "keep-alive",
            "connection",
            "x-sealane-anything",
        }
    )
    assert not any(name.startswith("x-ratelimit-") for name in names)
    assert answer.get("x-sealane-provider") == "raw"
    assert answer.get("x-provider-request-id") == "req-provider"
    assert answer.get("msh-trace-id") == "t-1"
    assert answer.all("x-twice") == ["1", "2"]


async def test_every_answer_says_how_it_was_served(raw: RawGateway) -> None:
    """Route, revision, provider, model, attempts and request id are on answers and on errors of the provider."""
    good = await raw.client.post(CHAT, BODY)
    raw.provider.answer = json_answer(b'{"error":{"message":"no"}}', status="400 Bad Request")
    bad = await raw.client.post(CHAT, BODY)

    for answer, status in ((good, 200), (bad, 400)):
        assert answer.status == status
        assert answer.get("x-sealane-route") == "default/raw"
        assert answer.get("x-sealane-revision")
        assert answer.get("x-sealane-provider") == "raw"
        assert answer.get("x-sealane-model") == "m-one"
        assert answer.get("x-sealane-attempts") == "1"
        assert answer.get("x-sealane-request-id") == answer.get("x-request-id")
    assert good.get("x-request-id") != bad.get("x-request-id")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("0af7651916cd43dd8448eb211c80319c", True),
        ("123e4567-e89b-12d3-a456-426614174000", True),
        ("has spaces", False),
        ("sk-something-secret", False),
        ("a" * 65, False),
    ],
)
async def test_a_client_may_name_its_request(raw: RawGateway, given: str, kept: bool) -> None:
    """An id of hex digits and dashes is kept; anything else is replaced, and neither goes to the provider."""
    answer = await raw.client.post(CHAT, BODY, [("X-Request-Id", given)])

    assert (answer.get("x-request-id") == given) is kept
    assert raw.provider.received[-1].all("x-request-id") == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_never_followed(raw: RawGateway, status: int) -> None:
    """3xx is a failure of the provider: neither the gateway nor the client goes where it points."""
    elsewhere = RawProvider()
    await elsewhere.start()
    try:
        location = f"Location: {elsewhere.origin}/v1/chat/completions\r\n"
        raw.provider.answer = json_answer(headers=location, status=f"{status} Moved")
        answer = await raw.client.post(CHAT, BODY)
    finally:
        await elsewhere.close()

    assert (answer.status, answer.code) == (502, "provider_error")
    assert answer.get("location") is None
    assert elsewhere.received == []


async def test_a_compressed_answer_passes_untouched(raw: RawGateway) -> None:
    """A provider that compresses all the same is not second-guessed."""
    squeezed = b"\x1f\x8b" + bytes(range(256))
    raw.provider.answer = json_answer(squeezed, headers="content-encoding: gzip\r\n")

    answer = await raw.client.post(CHAT, BODY)

    assert (answer.status, answer.body, answer.get("content-encoding")) == (200, squeezed, "gzip")


async def test_binary_audio_passes_untouched(raw: RawGateway) -> None:
    """``/v1/audio/speech`` is bytes, with the provider's content type."""
    audio = bytes(range(256)) * 100
    raw.provider.answer = json_answer(audio).replace(b"application/json", b"audio/mpeg", 1)

    answer = await raw.client.post("/v1/audio/speech", BODY)

    assert (answer.status, answer.body, answer.get("content-type")) == (200, audio, "audio/mpeg")


async def test_an_answer_without_length_is_whole_when_its_json_is(raw: RawGateway) -> None:
    """HTTP/1.0 style: the provider's close ends the body; JSON tells whether that was all of it."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n"
    raw.provider.close_after = True

    raw.provider.answer = head + COMPLETION
    whole = await raw.client.post(CHAT, BODY)
    raw.provider.answer = head + COMPLETION[:-5]
    cut = await raw.client.post(CHAT, BODY)

    assert (whole.status, whole.body) == (200, COMPLETION)
    assert (cut.status, cut.code) == (502, "provider_unreachable")
