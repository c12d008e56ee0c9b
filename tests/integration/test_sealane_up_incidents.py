"""``sealane up`` starts an investigator beside the router, with nothing set."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from tests.architecture.house import ROOT
from tests.support.sealane_process import SealaneProcess, sealane_up
from tests.support.waiting import until

EXAMPLE = str(ROOT / "examples" / "routes.yaml")
_INCIDENTS = re.compile(r"^incidents: (http://[^/]+)/#token=(\S+)$", re.MULTILINE)
_BESIDE = ["-f", EXAMPLE, "--with-stubs", "--investigator", "127.0.0.1:0"]


@asynccontextmanager
async def _page(running: SealaneProcess) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the investigator that was announced, once it answers."""
    await until(lambda: _INCIDENTS.search(running.err))
    said = _INCIDENTS.search(running.err)
    assert said is not None
    async with httpx.AsyncClient(base_url=said[1], headers={"authorization": f"Bearer {said[2]}"}) as client:
        while not await _answers(client, "/readyz"):  # noqa: ASYNC110 - another process tells nobody
            await asyncio.sleep(0.05)
        yield client


async def _answers(client: httpx.AsyncClient, path: str) -> bool:
    try:
        return (await client.get(path)).status_code == 200
    except httpx.TransportError:
        return False


async def _ask(running: SealaneProcess, fault: str) -> int:
    async with httpx.AsyncClient(base_url=f"http://{running.host}:{running.port}") as client:
        answer = await client.post(
            "/v1/chat/completions", json={"model": "kimi-k2.6", "messages": []}, headers={"x-stub-fault": fault}
        )
        return answer.status_code


async def test_an_error_of_a_provider_is_explained_on_the_page(tmp_path: Path) -> None:
    """From the router's failed attempt to the recommendation, through the address that was printed."""
    async with sealane_up(tmp_path, _BESIDE) as running, _page(running) as client:
        assert await _ask(running, "status:401") == 502
        while True:
            found = (await client.get("/v1/incidents")).json()["incidents"]
            if found and found[0]["recommendation"] is not None:
                break
            await asyncio.sleep(0.1)
        unknown = await client.get("/v1/incidents", headers={"authorization": "Bearer other"})
        code = await running.stop()

    assert found[0]["diagnosis"]["class"] == "auth_invalid_key"
    assert found[0]["recommendation"]["action"] == "fix_credential"
    assert (unknown.status_code, code) == (401, 0)


async def test_an_investigator_that_is_killed_is_started_again_with_what_it_knew(tmp_path: Path) -> None:
    """The router goes on meanwhile; the page's address and token stay."""
    async with sealane_up(tmp_path, _BESIDE) as running, _page(running) as client:
        assert await _ask(running, "status:401") == 502
        while not (await client.get("/v1/incidents")).json()["incidents"]:  # noqa: ASYNC110 - another process tells nobody
            await asyncio.sleep(0.1)
        (child,) = _children(running.process.pid)
        os.kill(child, signal.SIGKILL)
        said = "warning: the investigator ended with code -9; it is started again in 1 s"
        await until(lambda: said in running.err)
        assert await _ask(running, "") == 200
        while not await _answers(client, "/readyz"):  # noqa: ASYNC110 - another process tells nobody
            await asyncio.sleep(0.05)
        known = (await client.get("/v1/incidents")).json()["incidents"]
        assert await running.stop() == 0

    assert known[0]["diagnosis"]["class"] == "auth_invalid_key"


async def test_the_investigator_ends_with_its_router(tmp_path: Path) -> None:
    """When the router is killed; nothing is left."""
    async with sealane_up(tmp_path, _BESIDE, {"TMPDIR": str(tmp_path)}) as running, _page(running) as client:
        assert len(_left_in(tmp_path)) == 1
        running.process.kill()
        await running.process.wait()
        while await _answers(client, "/livez"):  # noqa: ASYNC110 - another process tells nobody
            await asyncio.sleep(0.05)
        await until(lambda: not _left_in(tmp_path))


def _left_in(folder: Path) -> list[Path]:
    return list(folder.glob("sealane-investigator-*"))


def _children(pid: int) -> list[int]:
    said = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8")
    return [int(child) for child in said.split()]
