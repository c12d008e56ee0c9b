"""``sealane-router`` as a container runs it: settings from the environment, a Secret's mount, SIGTERM."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.cluster import free_ports
from tests.support.raw_client import raw_client

ROUTES = """\
apiVersion: sealane.dev/v1alpha1
kind: ProviderRoute
metadata: {name: assistants}
spec:
  providers:
  - {name: moonshot, baseURL: https://api.invalid/v1, credential: {secretRef: {name: moonshot, key: api-key}}}
  rules:
  - {name: kimi, models: [{prefix: kimi-}], targets: [{provider: moonshot}]}
"""


async def _run(environ: dict[str, str], *arguments: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sealane_router", *arguments,
        env={**_plain(), **environ}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, (out + err).decode()


@asynccontextmanager
async def _started(environ: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """A router that has said that it listens; it is gone with the block, whatever happens in it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sealane_router",
        env={**_plain(), **environ}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        assert json.loads(await process.stderr.readline())["event"] == "started"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


def _plain() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("SEALANE_")}


async def test_the_environment_configures_it_and_sigterm_ends_it(tmp_path: Path) -> None:
    """It serves, says what it does in JSON lines, and ends with 0."""
    routes = tmp_path / "routes.yaml"
    routes.write_text(ROUTES, "utf-8")
    traffic, admin = free_ports(2)
    environ = {
        "SEALANE_ROUTES": str(routes), "SEALANE_LISTEN": f"127.0.0.1:{traffic}", "SEALANE_ADMIN": f"127.0.0.1:{admin}",
        "SEALANE_PROPAGATION_TIME": "0s",
    }  # fmt: skip
    async with _started(environ) as process:
        async with raw_client("127.0.0.1", traffic) as client:
            answer = await client.post("/v1/chat/completions", b'{"model":"gpt-4"}')
        process.send_signal(signal.SIGTERM)
        exchanges, events = await process.communicate()

    assert process.returncode == 0
    assert (answer.status, answer.code) == (404, "model_not_found")
    assert [json.loads(line)["code"] for line in exchanges.splitlines()] == ["model_not_found"]
    assert [json.loads(line)["event"] for line in events.splitlines()] == ["draining", "drained"]


async def test_a_wrong_setting_ends_it_with_2(tmp_path: Path) -> None:
    """Each problem in one line that names the variable or the flag."""
    code, said = await _run({"SEALANE_BODY_LIMIT": "huge"}, "--listen", "8080")

    assert code == 2
    assert {line.partition(":")[0] for line in said.splitlines()} == {"--listen", "SEALANE_BODY_LIMIT"}


async def test_help_lists_every_flag() -> None:
    """With the variable that says the same."""
    code, said = await _run({}, "--help")

    assert code == 0
    assert "--drain-deadline" in said
    assert "SEALANE_DRAIN_DEADLINE" in said


async def test_a_misspelt_variable_is_told(tmp_path: Path) -> None:
    """It would do nothing; the start fails for another reason here."""
    code, said = await _run({"SEALANE_BODY_LIMITT": "1MiB", "SEALANE_ROUTES": str(tmp_path / "nowhere.yaml")})

    assert code == 1
    assert "did you mean SEALANE_BODY_LIMIT?" in said
    assert "nowhere.yaml" in said
