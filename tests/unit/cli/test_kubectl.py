"""``kubectl-sealane`` as a program: a process, a kubeconfig, a socket."""

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sealane_cli.kubectl import app
from tests.support.scripted_api import ScriptedApi, served_route, settled, stepping
from tests.support.served_api import served

#: What a verb needs and help does not: a third of a second of imports.
_HEAVY = ("kubernetes", "aiohttp", "yaml", "sealane_operator", "sealane_api.crd")


@dataclass(frozen=True, slots=True)
class Done:
    """What a process left behind."""

    code: int
    out: str
    err: str


async def _run(kubeconfig: Path, *arguments: str) -> Done:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sealane_cli.kubectl", *arguments),
        env={**os.environ, "KUBECONFIG": str(kubeconfig)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return Done(process.returncode or 0, out.decode(), err.decode())


async def test_a_request_goes_over_the_wire_as_the_caller(tmp_path: Path) -> None:
    """The kubeconfig's token, the impersonated user, a merge patch, and the outcome."""
    api = ScriptedApi(served_route(stepping()))
    kubeconfig = tmp_path / "config"

    def carry_out(method: str, _path: str) -> None:
        if method == "GET" and api.request_on():
            identity = api.request_on().split()[-2]
            api.set_status(stepping(lastRequest={"id": identity, "outcome": "step 2 of 2"}))

    api.refuse = carry_out
    async with served(api, kubeconfig):
        done = await _run(kubeconfig, "promote", "chat", "--as", "bob", "--wait")

    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1] == "team/chat: promote step 2 of 2"
    assert api.request_on().startswith("jane doe promote ")
    patch = next(sent for call, sent in zip(api.calls, api.headers, strict=True) if call.startswith("PATCH"))
    assert patch["Content-Type"] == "application/merge-patch+json"
    assert (patch["Authorization"], patch["Impersonate-User"]) == ("Bearer janes-token", "bob")


async def test_a_watch_goes_over_the_wire(tmp_path: Path) -> None:
    """Events that come in pieces are put together; an answer that ends it ends the command."""
    api = ScriptedApi(served_route(stepping()))
    changed = served_route(settled(8))
    changed["metadata"]["resourceVersion"] = "101"
    refused = {"type": "ERROR", "object": {"code": 403}}
    api.watches = [[{"type": "MODIFIED", "object": changed}], [refused]]
    kubeconfig = tmp_path / "config"

    async with served(api, kubeconfig):
        done = await _run(kubeconfig, "list", "-w")

    assert [line.split()[2] for line in done.out.splitlines()] == ["STABLE", "7", "8"]
    assert done.code == 2
    assert done.err.count("\n") == 1


async def test_a_server_that_is_away_is_one_line(tmp_path: Path) -> None:
    """No traceback, no warning of an unclosed anything."""
    kubeconfig = tmp_path / "config"
    async with served(ScriptedApi(), kubeconfig):
        pass

    done = await _run(kubeconfig, "status", "chat")

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("kubectl sealane: the API server at http://127.0.0.1:")
    assert done.err.count("\n") == 1


async def test_a_reader_that_has_seen_enough_is_no_failure(tmp_path: Path) -> None:
    """``kubectl sealane … | head -0``: nothing on stderr, and the exit code of SIGPIPE."""
    kubeconfig = tmp_path / "config"
    read, write = os.pipe()
    os.close(read)
    async with served(ScriptedApi(served_route()), kubeconfig):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "sealane_cli.kubectl", "list"),
            env={**os.environ, "KUBECONFIG": str(kubeconfig)},
            stdout=write,
            stderr=asyncio.subprocess.PIPE,
        )
        os.close(write)
        _, err = await process.communicate()

    assert (process.returncode, err) == (141, b"")


async def test_help_imports_nothing_heavy() -> None:
    """Whoever asks for help does not wait for clients of Kubernetes."""
    code = (
        "import sys; from sealane_cli.kubectl import main\n"
        "try: main(['status', '--help'])\n"
        f"except SystemExit: print([each for each in {_HEAVY} if each in sys.modules], file=sys.stderr)"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    _, err = await process.communicate()

    assert err.decode().strip() == "[]"


@pytest.mark.parametrize("verb", ["list", "status", "history", "diff", "why", "promote", "pause", "undo"])
def test_help_lists_the_verbs(verb: str) -> None:
    """With the exit codes, which scripts need."""
    shown = CliRunner().invoke(app, ["--help"]).output

    assert verb in shown
    assert "1 rolled back or refused" in shown
