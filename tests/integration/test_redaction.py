"""Keys, prompts and answers appear nowhere: not in a log, a metric or an admin page, at any level, in any case."""

import asyncio
import base64
import json
import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from sealane_cli.keys import new_key
from tests.support.raw_client import Headers, RawAnswer, RawClient, raw_client, request_bytes
from tests.support.raw_provider import RawProvider, Received, Reply, json_answer, one_provider
from tests.support.sealane_process import SealaneProcess, sealane_up
from tests.support.waiting import until

CHAT = "/v1/chat/completions"
#: A secret of which so many characters in a row are seen is a secret that got out.
WINDOW = 16

#: The real command, with a defect: reading an answer that holds the word fails, and quotes the answer twice.
DEFECTIVE = """
import sealane_router.relay.whole as whole
from sealane_cli.main import main

real = whole.read_answer

def read_answer(dialect, body, **arguments):
    if b"defect" in body:
        try:
            raise KeyError(body.decode())
        except KeyError as error:
            raise RuntimeError("cannot read " + body.decode()) from error
    return real(dialect, body, **arguments)

whole.read_answer = read_answer
main()
"""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What must not be seen, each of it random, and the caller's key file."""

    caller: str
    keys: Path
    provider: str = field(default_factory=lambda: "sk-" + secrets.token_urlsafe(32))
    prompt: str = field(default_factory=lambda: " ".join(secrets.token_urlsafe(12) for _ in range(20)))
    answer: str = field(default_factory=lambda: " ".join(secrets.token_urlsafe(12) for _ in range(20)))
    block: str = field(default_factory=lambda: secrets.token_urlsafe(48 * 1024))

    def all(self) -> tuple[str, ...]:
        """Each secret once; the large body repeats ``block``."""
        return (self.caller, self.provider, self.prompt, self.answer, self.block)


def _forms(secret: str) -> Iterator[str]:
    """A secret as it may be written: plain, quoted for a URL, in hex, and in base64 at each of its three phases."""
    raw = secret.encode()
    yield secret
    yield quote(secret)
    yield raw.hex()
    for phase in range(3):
        yield base64.b64encode(b"x" * phase + raw).decode()[4:-4]


def _seen(output: str, secret: str) -> str | None:
    """A part of the secret that the output holds."""
    windows = {output[start : start + WINDOW] for start in range(len(output) - WINDOW + 1)}
    for form in _forms(secret):
        for start in range(len(form) - WINDOW + 1):
            if form[start : start + WINDOW] in windows:
                return form[start : start + WINDOW]
    return None


def _provider_answers(hidden: Secrets) -> dict[str, bytes]:
    """What the provider says, by the header ``x-case``: every way in which it can quote what it was told."""
    quoting = json.dumps(f"cannot serve {hidden.prompt} for {hidden.provider}")
    error = b'{"error":{"message":%b,"type":"t","param":%b,"code":null}}' % ((quoting.encode(),) * 2)
    message = b'{"choices":[{"message":{"content":%b},"finish_reason":"stop"}]}' % json.dumps(hidden.answer).encode()
    event = b'data: {"id":"x","choices":[{"delta":{"content":%b}}]}\n\n' % json.dumps(hidden.answer).encode()
    finish = b'data: {"id":"x","choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
    answers = {
        "json": json_answer(message),
        "not-json": json_answer(hidden.answer.encode()),
        "defect": json_answer(message.replace(b"{", b'{"note":"defect",', 1)),
        "error-200": json_answer(error),
        "html": json_answer(b"<html>%b</html>" % hidden.prompt.encode(), status="502 Bad Gateway"),
        "text": json_answer(hidden.prompt.encode(), status="500 Internal Server Error"),
        "not-http": hidden.answer.encode() + b"\r\n\r\n",
        "key-as-code": json_answer(
            b'{"error":{"message":"no","code":"%b"}}' % hidden.provider.encode(), status="500 X"
        ),
        "redirect": json_answer(b"", headers=f"location: http://x.invalid/?{quote(hidden.prompt)}\r\n", status="307 X"),
        "stream": _stream(event * 3 + finish),
        "cut": _stream(event * 2 + event[:40])[:-40],
        "glued": _stream(event + event[:-20] + event + finish),
        "error-first": _stream(b"data: " + error + b"\n\n"),
        "error-later": _stream(event + b"data: " + error + b"\n\n"),
        "bad-chunk": _stream(event)[:-5] + b"zz" + hidden.answer.encode() + b"\r\n",
        "header": json_answer(message, headers=f"x-note: {hidden.answer}\r\nx-request-id: {quote(hidden.prompt)}\r\n"),
    }
    for status in (400, 401, 403, 404, 408, 413, 422, 429, 500, 503, 529):
        answers[f"error-{status}"] = json_answer(error, status=f"{status} X")
    return answers


def _stream(events: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    return head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(events), events)


def _body(prompt: str, model: str = "m-one") -> bytes:
    return json.dumps({"model": model, "messages": [{"role": "user", "content": prompt}]}).encode()


async def _ask(running: SealaneProcess, data: bytes, *, leave: bool = False) -> RawAnswer | None:
    """Send bytes on a connection of their own; None when the client left, or nothing came back."""
    async with raw_client(running.host, running.port) as client:
        await client.send(data)
        if leave:
            await client.head()
            return None
        return await _answer(client)


async def _answer(client: RawClient) -> RawAnswer | None:
    try:
        return await asyncio.wait_for(client.answer(), 10)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def _requests(hidden: Secrets, cases: dict[str, bytes]) -> list[bytes]:
    """Every request: one for each answer of the provider, as chat and as messages, then what the gateway refuses."""
    auth: Headers = [("Authorization", f"Bearer {hidden.caller}"), ("Cookie", hidden.caller)]
    body = _body(hidden.prompt)
    found = [
        # A model each, because a rate limit pauses the one that met it.
        request_bytes("POST", path, _body(hidden.prompt, f"m-{case}"), [*auth, ("x-case", case)])
        for case in cases
        for path in (CHAT, "/v1/messages")
    ]
    large = _body(hidden.block * 107)
    assert len(large) > 7_000_000
    found += [request_bytes("POST", CHAT, large, [*auth, ("x-case", case)]) for case in ("json", "stream", "error-400")]
    bad_bodies = [
        large[:-1],
        body[:-2],
        body.replace(b"m-one", hidden.caller.encode()),
        body.replace(b"m-one", hidden.provider.encode()),
        body.replace(b'"model"', b'"model": "m-one", "model"'),
        body + b"\xff",
        hidden.prompt.encode(),
    ]
    found += [request_bytes("POST", CHAT, bad, auth) for bad in bad_bodies]
    found += [
        request_bytes("POST", CHAT, body, [("Authorization", f"Bearer {hidden.provider}")]),
        request_bytes("POST", CHAT, body, [("Authorization", f"Basic {hidden.prompt}")]),
        request_bytes("POST", CHAT, body, [*auth, ("x-api-key", hidden.provider)]),
        request_bytes("POST", f"{CHAT}?key={hidden.caller}", body, [*auth, ("x-case", "json")]),
        request_bytes("POST", f"/v1/{quote(hidden.prompt)}", body, auth),
        request_bytes("POST", f"/v1/..{quote(hidden.caller)}", body, auth),
        request_bytes("POST", CHAT, body, [*auth, ("x-request-id", hidden.caller), ("traceparent", hidden.provider)]),
        request_bytes("POST", CHAT, body, [*auth, ("Content-Encoding", hidden.caller)]),
        request_bytes("POST", CHAT, None, [*auth, ("Transfer-Encoding", "chunked")]) + hidden.prompt.encode() + b"\r\n",
        request_bytes("POST", CHAT, None, [*auth, ("Content-Length", hidden.caller)]),
        hidden.prompt.encode() + b"\r\n\r\n",
        f"POST {CHAT} HTTP/1.1\r\nHost: x\r\n{hidden.caller}\r\n\r\n".encode(),
    ]
    return found


#: Longer than a refused credential rests in this test; the next case must reach the provider.
_PARKED = 0.005


async def _admin_pages(running: SealaneProcess) -> str:
    async with httpx.AsyncClient(base_url=running.admin) as client:
        paths = ("/", "/metrics", "/-/config", "/-/explain?model=m-one", "/readyz?verbose", "/livez?verbose")
        return "\n".join([(await client.get(path)).text for path in paths])


def _spoil_files(hidden: Secrets, routes: Path) -> None:
    """Bad edits with a key where none belongs: in the key file instead of its digest, and inline in a route."""
    entry = f"- {{tenant: team-a, name: oops, sha256: '{hidden.caller}'}}\n"
    hidden.keys.write_text(hidden.keys.read_text(encoding="utf-8") + entry, encoding="utf-8")
    text = routes.read_text(encoding="utf-8")
    routes.write_text(text.replace("{secretRef: {name: raw, key: api-key}}", hidden.provider), encoding="utf-8")


@pytest.mark.parametrize(
    ("flags", "environ"),
    [
        pytest.param([], {}, id="uvloop"),
        pytest.param(["--uvloop", "false"], {"PYTHONASYNCIODEBUG": "1", "PYTHONDEVMODE": "1"}, id="asyncio-debug"),
    ],
)
async def test_no_secret_is_written_anywhere(tmp_path: Path, flags: list[str], environ: dict[str, str]) -> None:
    """With every logger at DEBUG: successes, every kind of failure, a defect, bad files, and all admin pages."""
    keys = tmp_path / "keys.yaml"
    hidden = Secrets(new_key("team-a", "laptop", file=keys)[0], keys)
    cases = _provider_answers(hidden)
    provider = RawProvider()
    provider.reply = _by_case(cases)
    await provider.start()
    routes = one_provider(
        tmp_path,
        provider.origin + "/v1",
        rule="timeouts: {firstByte: 300ms, idle: 300ms}",
        # Nothing may keep a case from reaching the provider: no open breaker, no parked credential.
        provider="breaker: {consecutiveFailures: 1000, minRequests: 100000, openFor: 1ms, maxOpenFor: 1ms}",
    )
    arguments = ["-f", str(routes), "--keys", str(keys), "--log-level", "debug", *flags]
    try:
        async with sealane_up(
            tmp_path,
            arguments,
            {"RAW_API_KEY": hidden.provider, **environ},
            command=[sys.executable, "-c", DEFECTIVE],
        ) as running:
            requests = _requests(hidden, cases)
            for data in requests:
                await _ask(running, data)
                await asyncio.sleep(_PARKED)
            auth: Headers = [("Authorization", f"Bearer {hidden.caller}"), ("x-case", "endless")]
            await _ask(running, request_bytes("POST", CHAT, _body(hidden.prompt), auth), leave=True)
            _spoil_files(hidden, routes)
            await until(lambda: running.err.count('"reload_refused"') == 2)
            pages = await _admin_pages(running)
            code = await running.stop()
            output = running.out + running.err + pages
    finally:
        await provider.close()

    exchanges = [json.loads(line) for line in running.out.splitlines()]
    events = [json.loads(line)["event"] for line in running.err.splitlines() if line.startswith("{")]
    assert code == 0
    assert "exchange_failed" in events
    assert {exchange["outcome"] for exchange in exchanges} == {
        "ok", "client_error", "refused", "provider_error", "gateway_error", "broken_stream", "client_gone"
    }  # fmt: skip
    assert {exchange["model"] for exchange in exchanges if exchange["attempts"]} == {
        "m-one",
        *(f"m-{c}" for c in cases),
    }
    assert {secret[:8]: _seen(output, secret) for secret in hidden.all()} == {s[:8]: None for s in hidden.all()}


def _by_case(cases: dict[str, bytes]) -> Reply:
    async def reply(received: Received, writer: asyncio.StreamWriter) -> None:
        case = "".join(received.all("x-case")) or "json"
        writer.write(cases["cut" if case == "endless" else case])
        await writer.drain()
        if case in {"cut", "not-http"}:
            writer.close()

    return reply


def test_the_search_finds_what_it_looks_for() -> None:
    """A test of the test: each form of a secret, cut out of its middle, is seen."""
    secret = secrets.token_urlsafe(64)

    for form in _forms(secret):
        assert _seen(f"noise {form[3:30]} noise", secret) is not None
    assert _seen("noise " * 50, secret) is None
