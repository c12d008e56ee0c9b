"""The whole way of an error, in processes of their own: what a provider quotes of a request gets nowhere."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.support.investigator_process import TOKEN, InvestigatorProcess
from tests.support.planted import KEYS, PRIVATE, SHAPES
from tests.support.raw_client import raw_client
from tests.support.raw_provider import RAW_KEY, RawProvider, json_answer, one_provider
from tests.support.sealane_process import SealaneProcess, sealane_up

#: Of each key these many characters in a row are looked for.
_WINDOW = 12
#: Words that only the planted texts have; in no log, template or name of ours.
_TELLING = (
    *("Whitfield", "maternity", "grandmother", "Globex", "termination clauses", "sertraline", "糖尿病", "王小明"),
    *("レシピ", "начальника", "راتبي", "ledger.pop", "payroll", "Alice", "Miller", "aGVsbG8gd29y", "karen", "1234567"),
    *("13812345678", "555-0132", "867.5309", "Evergreen", "Springfield", "1111 1111", "5500000000000004", "layoffs"),
    *("378282246310005", "0532 0130", "110105199003078812", "taxes", "John Doe", "HIV", "123-45-6789"),
)
#: None of them makes the router leave the provider alone.
_STATUSES = ("400 Bad Request", "422 Unprocessable Entity", "500 Internal Server Error", "502 Bad Gateway")
#: What no rule knows, so that the model is asked.
_STRANGE = "The quantum flux of request was rejected by the moon: %s"


class _Receiver:
    """Takes whatever is posted to it, and answers as a model that has no opinion."""

    def __init__(self) -> None:
        self.notifications: list[bytes] = []
        self.prompts: list[bytes] = []
        self.origin = ""

    async def notified(self, request: web.Request) -> web.Response:
        self.notifications.append(await request.read())
        return web.Response()

    async def asked(self, request: web.Request) -> web.Response:
        self.prompts.append(await request.read())
        return web.json_response({"choices": [{"message": {"content": "{}"}}]})


@pytest.fixture
async def receiver() -> AsyncIterator[_Receiver]:
    """One on a port of its own."""
    made = _Receiver()
    app = web.Application()
    app.router.add_post("/hook", made.notified)
    app.router.add_post("/v1/chat/completions", made.asked)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


def _bodies() -> list[bytes]:
    """Each shape with several keys and texts, each key and text in several shapes, escaped as providers do."""
    planted = [key.replace("|", "") for key in KEYS.values()] + list(PRIVATE.values())
    bodies = []
    for number, text in enumerate(planted):
        for shape in itertools.islice(itertools.cycle((*SHAPES, _STRANGE)), number, number + 3):
            said = shape.replace("%s", json.dumps(text, ensure_ascii=False)[1:-1] if shape[0] == "{" else text)
            bodies.append(said.encode() if shape[0] in "{<" else json.dumps({"error": {"message": said}}).encode())
    return bodies


@asynccontextmanager
async def _router(folder: Path, provider: RawProvider, replica: InvestigatorProcess) -> AsyncIterator[SealaneProcess]:
    (folder / "token").write_text(TOKEN, encoding="ascii")
    (folder / "router").mkdir()
    closed = "breaker: {consecutiveFailures: 100000, minRequests: 1000000}"
    routes = one_provider(folder, provider.origin + "/v1", provider=closed)
    told = {"--investigator-url": replica.url, "--investigator-token-file": str(folder / "token")}
    arguments = ["-f", str(routes), *itertools.chain(*told.items())]
    environ = {"RAW_API_KEY": RAW_KEY, "SEALANE_LOG_LEVEL": "debug"}
    async with sealane_up(folder / "router", arguments, environ) as running:
        yield running


async def _fail(router: SealaneProcess, provider: RawProvider) -> int:
    """Let every body be a provider's answer; returns how many."""
    bodies = _bodies()
    keys = itertools.cycle(key for key in KEYS.values() if key.isascii() and "\n" not in key and "|" not in key)
    async with raw_client(router.host, router.port) as client:
        for body, status, key in zip(bodies, itertools.cycle(_STATUSES), keys, strict=False):
            provider.answer = json_answer(body, f"x-request-id: {key}\r\n", status)
            sent = {"model": "m-one", "messages": [{"role": "user", "content": next(iter(PRIVATE.values()))}]}
            await client.post("/v1/chat/completions", json.dumps(sent).encode(), [("authorization", f"Bearer {key}")])
    return len(bodies)


def _found(everything: bytes) -> list[str]:
    """What of the planted is there, in UTF-8 or escaped."""
    secrets = [key.split("|")[1] if "|" in key else key for key in (*KEYS.values(), RAW_KEY)]
    windows = {each[at : at + _WINDOW] for each in secrets for at in range(len(each) - _WINDOW + 1)}
    looked_for = [*windows, *_TELLING]
    escaped = [json.dumps(each)[1:-1] for each in looked_for]
    return [each for each in {*looked_for, *escaped} if each.encode() in everything]


async def test_what_is_planted_is_in_no_file_prompt_notification_or_answer(tmp_path: Path, receiver: _Receiver) -> None:
    """No row, spool, log, metric, model's prompt, webhook or answer of the API, of the router or the investigator."""
    (tmp_path / "model-key").write_text("k-of-the-model", encoding="ascii")
    (folder := tmp_path / "investigator").mkdir()
    told = {
        "SEALANE_WEBHOOK_URL": f"{receiver.origin}/hook",
        "SEALANE_MODEL_URL": f"{receiver.origin}/v1",
        "SEALANE_MODEL_KEY": str(tmp_path / "model-key"),
        "SEALANE_LOG_LEVEL": "debug",
    }
    replica = InvestigatorProcess(folder, "one", f"sqlite:///{folder / 'incidents.db'}", told)
    provider = RawProvider()
    await provider.start()
    await replica.start()
    try:
        async with _router(tmp_path, provider, replica) as router:
            events = await _fail(router, provider)
            await replica.counted(events)
            async with raw_client(*_address(router.admin)) as admin:
                facts = [(await admin.get(path)).body for path in ("/-/report?facts=1", "/metrics")]
        incidents = await replica.investigated(len(await replica.incidents()))
        while not receiver.prompts or not receiver.notifications:  # noqa: ASYNC110 - another process posts
            await asyncio.sleep(0.05)
        shown: list[Any] = [await replica.ask("GET", "/metrics"), incidents]
        shown += [await replica.ask("GET", f"/v1/incidents/{each['id']}/occurrences") for each in incidents]
        await replica.killed()
        kept = _files(tmp_path)
    finally:
        await replica.stop()
        await provider.close()

    posted = [*receiver.prompts, *receiver.notifications]
    assert {"stdout", "stderr", "one.log", "incidents.db"} <= {path.name for path in kept}
    assert len(incidents) > len(SHAPES) / 2
    assert "no_healthy_upstream" not in {incident["diagnosis"]["class"] for incident in incidents}
    assert _found(b"\n".join((*kept.values(), *posted, *facts, json.dumps(shown, ensure_ascii=False).encode()))) == []


def _files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _address(url: str) -> tuple[str, int]:
    host, _, port = url.removeprefix("http://").rpartition(":")
    return host, int(port)
