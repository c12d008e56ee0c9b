"""``sealane stub-provider`` in the foreground."""

import asyncio
import os
import signal

import httpx
import pytest

from sealane_cli.stub.command import run_stub
from sealane_cli.stub.faults import FaultError


async def test_it_prints_its_base_url_and_stops_when_told(capsys: pytest.CaptureFixture[str]) -> None:
    """One line, then service until SIGTERM."""
    running = asyncio.ensure_future(run_stub("zai", fault="status:503"))
    printed = ""
    while not printed:
        await asyncio.sleep(0.001)
        printed = capsys.readouterr().out
    base_url = printed.removeprefix("stub provider zai: ").strip()
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{base_url}/models")
    os.kill(os.getpid(), signal.SIGTERM)
    await running

    assert printed.count("\n") == 1
    assert answer.status_code == 503
    with pytest.raises(httpx.ConnectError):
        async with httpx.AsyncClient() as client:
            await client.get(f"{base_url}/models")


async def test_a_wrong_default_fault_is_told_at_start() -> None:
    """Nothing is served under a misspelt fault."""
    with pytest.raises(FaultError):
        await run_stub("zai", fault="statsu:503")
