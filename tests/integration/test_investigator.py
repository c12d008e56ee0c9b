"""The investigator as people start it: a process with a spool and a database."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.support.investigator_process import TOKEN, InvestigatorProcess, report
from tests.support.reported import as_json
from tests.support.waiting import until

KEY = "sk-proj-Canary1234567890abcdefghijklmnop"
PROMPT = "the canary prompt about my grandmother's violin"
FILE = "canary line of an uploaded file: 4111 1111 1111 1111"


@pytest.fixture
async def replica(tmp_path: Path) -> AsyncIterator[InvestigatorProcess]:
    """One process on SQLite."""
    process = InvestigatorProcess(tmp_path, "one", f"sqlite:///{tmp_path / 'incidents.db'}")
    await process.start()
    yield process
    await process.stop()


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_an_error_is_found_explained_and_given_a_fix(replica: InvestigatorProcess) -> None:
    """From the report to the recommendation, in one process, with nothing configured but its tokens."""
    refused = {"provider": "moonshot", "dialect": "moonshot", "base_url_host": "api.moonshot.ai", "status": 401}
    await report([replica], as_json(1, 2, 3, message="Invalid Authentication", **refused))
    await replica.counted(3)
    (incident,) = await replica.investigated(1)

    assert (incident["count"], incident["state"]) == (3, "open")
    assert (incident["diagnosis"]["class"], incident["diagnosis"]["action"]) == ("auth_invalid_key", "fix_credential")
    assert incident["recommendation"]["action"] == "fix_credential"
    assert incident["recommendation"]["text"]


async def test_a_person_merges_two_incidents_and_takes_them_apart(replica: InvestigatorProcess) -> None:
    """What is asked of one is answered with that one, as it is afterwards; a cursor that nobody gave is refused."""
    await report([replica], as_json(1, 2, message="Invalid Authentication", status=401))
    await report(
        [replica], as_json(3, message="The engine is currently overloaded, please try again later", status=429)
    )
    await replica.counted(3)
    merged, one = await replica.ask("POST", "/v1/incidents/2/actions", json={"deed": "merge", "into": 1})
    await report(
        [replica], as_json(4, message="The engine is currently overloaded, please try again later", status=429)
    )
    while (await replica.ask("GET", "/v1/incidents/1"))[1]["count"] < 4:  # noqa: ASYNC110 - the process tells nobody
        await asyncio.sleep(0.05)
    apart, same = await replica.ask("POST", "/v1/incidents/2/actions", json={"deed": "unmerge"})
    counts = {each["id"]: each["count"] for each in await replica.incidents()}

    assert (merged, one["id"], apart, same["id"]) == (200, 2, 200, 2)
    assert counts == {1: 3, 2: 1}
    assert (await replica.ask("GET", "/v1/incidents?after=xx"))[0] == 400


async def test_a_process_that_is_killed_counts_everything_once(replica: InvestigatorProcess, tmp_path: Path) -> None:
    """Whatever moment it was killed at; its successor adopts its spool, and senders that ask again count once."""
    accepted: list[int] = []

    async def send() -> None:
        for number in range(60):
            await report([replica], as_json(*range(number * 5, number * 5 + 5), message="slow down", status=429))
            accepted.append(number)

    sending = asyncio.ensure_future(send())
    for at in (10, 30, 45):
        await until(lambda at=at: len(accepted) >= at)  # type: ignore[misc]
        await replica.killed()
        await replica.start()
    await sending
    await replica.counted(300)

    assert await replica.count() == 300
    assert len(await replica.incidents()) == 1


async def test_it_ends_in_order(replica: InvestigatorProcess, tmp_path: Path) -> None:
    """What was accepted is in the database, the spool is gone, clients of the stream are told, the exit code is 0."""
    url = f"{replica.url}/v1/stream?token={TOKEN}"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        await socket.receive_json()
        await report([replica], as_json(*range(100)))
        stopping = asyncio.ensure_future(replica.stop())
        while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
        code, closed = await stopping, socket.close_code

    with sqlite3.connect(tmp_path / "incidents.db") as database:
        (counted,) = database.execute("SELECT sum(count) FROM error_investigations").fetchone()
    database.close()
    assert (code, closed, counted) == (0, 1001, 100)
    assert _files(tmp_path / "spool") == {}


async def test_a_port_that_is_taken_is_one_line_and_exit_code_1(replica: InvestigatorProcess, tmp_path: Path) -> None:
    """And nothing is left behind."""
    other = InvestigatorProcess(tmp_path, "two", f"sqlite:///{tmp_path / 'other.db'}")
    other.port = replica.port

    code, said = await other.run()

    assert code == 1
    assert "address already in use" in said


async def test_private_text_is_nowhere(tmp_path: Path) -> None:
    """No prompt, key or file text in a row, the spool, a log, the metrics, an answer or a notification."""
    posted: list[bytes] = []

    async def receive(request: web.Request) -> web.Response:
        posted.append(await request.read())
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    replica = InvestigatorProcess(
        tmp_path,
        "one",
        f"sqlite:///{tmp_path / 'incidents.db'}",
        {"SEALANE_WEBHOOK_URL": hook, "SEALANE_LOG_LEVEL": "debug"},
    )
    await replica.start()
    quoted = {"error": {"message": f"Incorrect API key provided: {KEY}", "type": "invalid_request_error"}}
    messages = [
        json.dumps(quoted),
        f'Invalid value: "{PROMPT}" is not allowed in messages[0].content',
        f"BadRequestError: failed to parse file: '{FILE}'",
        f"Authorization: Bearer {KEY} was refused",
    ]
    for number, message in enumerate(messages):
        await report([replica], as_json(number, message=message, model=f"kimi {KEY}", code=KEY))
    await replica.ask("POST", "/v1/errors", json=as_json(9, message=PROMPT, unknown=KEY))
    await replica.ask("POST", "/v1/errors", data=f'{{"reporter": "{KEY}'.encode())
    await replica.counted(len(messages))
    await until(lambda: posted)
    shown: list[Any] = [await replica.ask("GET", path) for path in ("/v1/incidents", "/metrics", "/readyz?verbose")]
    shown += [await replica.ask("GET", f"/v1/incidents/{n + 1}/occurrences") for n in range(len(messages))]
    await replica.killed()
    kept = _files(tmp_path)
    await replica.stop()
    await runner.cleanup()

    everything = b"\n".join([*kept.values(), *posted, repr(shown).encode()])
    assert len(kept) >= 4
    for canary in (KEY, PROMPT, "grandmother", "violin", FILE, "4111 1111"):
        assert canary.encode() not in everything, canary
