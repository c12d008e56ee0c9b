"""``sealane up``, ``sealane stub-provider`` and ``sealane-router`` as people start them: processes of their own."""

import asyncio
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx
import pytest

from sealane_cli.keys import new_key
from sealane_cli.stub.server import StubProvider
from sealane_router.__main__ import main as router
from sealane_router.settings.reading import Settings
from tests.architecture.house import ROOT
from tests.support.routes import KEYS, two_providers
from tests.support.sealane_process import SEALANE, SealaneProcess, environment, sealane_up
from tests.support.waiting import until

EXAMPLE = str(ROOT / "examples" / "routes.yaml")
ROUTER = [sys.executable, "-m", "sealane_router"]


def _printed_curl(said: str) -> list[str]:
    """The command that ``sealane up`` told people to try, as a shell would read it."""
    (line,) = [line for line in said.splitlines() if line.startswith("  curl ")]
    return shlex.split(line)


async def _run_curl(arguments: Sequence[str]) -> str:
    """Run it as printed where curl is installed, else send what it would have sent; returns head and body."""
    if shutil.which("curl"):
        done = await asyncio.create_subprocess_exec(*arguments, "--silent", stdout=subprocess.PIPE)
        out, _ = await done.communicate()
        return out.decode()
    headers = [arguments[at + 1].split(": ", 1) for at, word in enumerate(arguments) if word == "-H"]
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            arguments[2], content=arguments[-1], headers=[(name, value) for name, value in headers]
        )
    lines = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
    return f"HTTP/1.1 {answer.status_code} {answer.reason_phrase}\r\n{lines}\r\n{answer.text}"


async def _ended(command: Sequence[str], environ: Mapping[str, str] | None = None) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a process that ends by itself."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(environ), cwd=ROOT
    )
    out, err = await process.communicate()
    return await process.wait(), out.decode(), err.decode()


async def _chat(running: SealaneProcess, model: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"http://{running.host}:{running.port}") as client:
        return await client.post("/v1/chat/completions", json={"model": model, "messages": []})


async def test_a_newcomer_gets_an_answer_from_the_printed_curl(tmp_path: Path) -> None:
    """Without keys both providers are played by stubs, each said in one line, and the curl answers as printed."""
    async with sealane_up(tmp_path, ["-f", EXAMPLE, "--with-stubs"]) as running:
        await until(lambda: "  curl " in running.err)
        answer = await _run_curl(_printed_curl(running.err))
        code = await running.stop()

    said = running.err.splitlines()
    for name in ("moonshot", "zai"):
        (line,) = [line for line in said if line.startswith(f"{name}: ")]
        assert f"{name.upper()}_API_KEY is not set, so the built-in stub answers at http://127.0.0.1:" in line
    assert sum(line.startswith("anonymous: ") for line in said) == 1
    assert not any(line.startswith("warning: ") for line in said)
    head, _, body = answer.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 200 OK\r\n")
    for header in ("route: default/assistants", "provider: moonshot", "attempts: 1", "revision: ", "request-id: "):
        assert f"\r\nx-sealane-{header}" in head
    assert "moonshot stub answers as kimi-" in body
    assert code == 0


async def test_keys_of_the_environment_reach_their_providers(tmp_path: Path) -> None:
    """A key that is set needs no stub and no line; it goes to its provider and to no other."""
    async with StubProvider("moonshot", accepted_keys=frozenset({KEYS["MOONSHOT_API_KEY"]})) as moonshot:
        routes = two_providers(tmp_path, moonshot.base_url, "http://127.0.0.1:9")
        environ = {"MOONSHOT_API_KEY": KEYS["MOONSHOT_API_KEY"]}
        async with sealane_up(tmp_path, ["-f", str(routes), "--with-stubs"], environ) as running:
            kimi = await _chat(running, "kimi-k3")
            glm = await _chat(running, "glm-4.7")

    assert (kimi.status_code, glm.status_code) == (200, 200)
    assert moonshot.requests[-1].key == KEYS["MOONSHOT_API_KEY"]
    assert moonshot.cross_routed == 0
    assert "zai: ZAI_API_KEY is not set" in running.err
    assert "moonshot: " not in running.err
    assert KEYS["MOONSHOT_API_KEY"] not in running.err + running.out


async def test_a_missing_key_without_stubs_is_a_warning(tmp_path: Path) -> None:
    """The gateway starts, says which credential is missing and where it looked, and answers 502 for it."""
    async with sealane_up(tmp_path, ["-f", EXAMPLE]) as running:
        answer = await _chat(running, "glm-4.7")
        await until(lambda: "  curl " in running.err)

    warnings = [line for line in running.err.splitlines() if line.startswith("warning: ")]
    assert len(warnings) == 2
    assert any("ZAI_API_KEY" in line for line in warnings)
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "provider_unauthorized")


async def test_with_a_key_file_the_curl_has_a_place_for_the_key(tmp_path: Path) -> None:
    """It is refused as printed, and answered once the key is filled in."""
    file = tmp_path / "keys.yaml"
    key, _ = new_key("team-a", "laptop", file=file)
    async with sealane_up(tmp_path, ["-f", EXAMPLE, "--with-stubs", "--keys", str(file)]) as running:
        await until(lambda: "  curl " in running.err)
        printed = _printed_curl(running.err)
        refused = await _run_curl(printed)
        answered = await _run_curl([word.replace("YOUR-KEY", key) for word in printed])

    assert "anonymous" not in running.err
    assert refused.startswith("HTTP/1.1 401 ")
    assert answered.startswith("HTTP/1.1 200 ")


async def test_a_bad_route_file_at_start_ends_it(tmp_path: Path) -> None:
    """Exit 1 with file, line and what is wrong; nothing is on stdout, and no traceback anywhere."""
    routes = two_providers(tmp_path, "http://127.0.0.1:9", "http://127.0.0.1:9")
    routes.write_text(routes.read_text(encoding="utf-8").replace("baseURL", "baseUrl"), encoding="utf-8")

    code, out, err = await _ended([*SEALANE, "up", "-f", str(routes), "--listen", "127.0.0.1:0"])

    assert (code, out) == (1, "")
    assert err.startswith(f"{routes}:")
    assert ": document 1: spec.providers[0].baseUrl: found an unknown field; write baseURL\n" in err
    assert "Traceback" not in err


async def test_a_bad_key_file_at_start_ends_it(tmp_path: Path) -> None:
    """The same: a gateway whose callers are not known must not serve anybody."""
    keys = tmp_path / "keys.yaml"
    keys.write_text("keys: {}\n", encoding="utf-8")

    code, out, err = await _ended([*SEALANE, "up", "-f", EXAMPLE, "--keys", str(keys)])

    assert (code, out) == (1, "")
    assert err.startswith(f"{keys}: ")
    assert "Traceback" not in err


async def test_a_port_that_is_taken_ends_it() -> None:
    """Exit 1, naming the address."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        code, _, err = await _ended([*SEALANE, "up", "-f", EXAMPLE, "--listen", "127.0.0.1:0", "--admin", address])

    assert code == 1
    assert f"cannot listen on {address}" in err
    assert "Traceback" not in err


async def test_the_stub_provider_serves_until_it_is_told_to_stop() -> None:
    """One line with its base URL, the faults it was given, and exit 0 at SIGTERM."""
    process = await asyncio.create_subprocess_exec(
        *SEALANE, "stub-provider", "zai", "--fault", "delay:0", stdout=subprocess.PIPE, env=environment()
    )
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    base = line.removeprefix("stub provider zai: ").strip()
    async with httpx.AsyncClient() as client:
        models = await client.get(f"{base}/models")
        stats = await client.get(f"{base.removesuffix('/api/paas/v4')}/__stub/stats")
    process.send_signal(signal.SIGTERM)

    assert await process.wait() == 0
    assert base.endswith("/api/paas/v4")
    assert "glm-4.7" in [model["id"] for model in models.json()["data"]]
    assert stats.json()["requests"] == 1


async def test_the_installed_command_runs() -> None:
    """The console script that pip made answers."""
    script = Path(sys.executable).with_name("sealane")
    code, out, _ = await _ended([str(script), "validate", "-f", EXAMPLE])

    assert (code, out) == (0, f"{EXAMPLE}: 1 route, 2 providers, 2 rules: valid\n")


def test_the_router_of_a_cluster_lists_its_settings(capsys: pytest.CaptureFixture[str]) -> None:
    """``sealane-router --help`` names every setting with flag and variable."""
    assert router(["--help"]) == 0

    shown = capsys.readouterr().out
    for variable in Settings.variables():
        assert f"{variable.flag} " in shown
        assert variable.name in shown


@pytest.mark.parametrize(
    ("arguments", "environ", "problem"),
    [
        (["--lisen", "x"], {}, "--lisen: no such setting; did you mean --listen?"),
        (["--listen"], {}, "--listen: found no value; write --listen VALUE"),
        ([], {"SEALANE_LISTEN": "0.0.0.0:0"}, "SEALANE_LISTEN: other machines can reach 0.0.0.0:0"),
        ([], {"SEALANE_BODY_LIMIT": "much"}, "SEALANE_BODY_LIMIT: found 'much'; write a size"),
    ],
)
def test_the_router_of_a_cluster_refuses_wrong_settings(
    arguments: list[str],
    environ: dict[str, str],
    problem: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The same settings, as variables or flags, and exit 2 before anything is started."""
    for name, value in {"SEALANE_ROUTES": EXAMPLE, **environ}.items():
        monkeypatch.setenv(name, value)

    assert router(arguments) == 2

    assert problem in capsys.readouterr().err


async def test_the_router_of_a_cluster_refuses_what_only_a_laptop_may(tmp_path: Path) -> None:
    """A provider on loopback is served by ``sealane up`` alone."""
    routes = two_providers(tmp_path, "http://127.0.0.1:9", "http://127.0.0.1:9")

    code, _, err = await _ended([*ROUTER, "--routes", str(routes), "--listen", "127.0.0.1:0"])

    assert code == 1
    assert "spec.providers[0].baseURL: " in err
    assert "loopback" in err


async def test_the_router_of_a_cluster_serves(tmp_path: Path) -> None:
    """From variables alone it opens both ports, logs where, warns of a misspelt variable, and leaves at SIGTERM."""
    environ = {
        "SEALANE_ROUTES": EXAMPLE,
        "SEALANE_LISTEN": "127.0.0.1:0",
        "SEALANE_ADMIN": "127.0.0.1:0",
        "SEALANE_PROPAGATION_TIME": "0s",
        "SEALANE_LISTN": "x",
    }
    process = await asyncio.create_subprocess_exec(*ROUTER, stderr=subprocess.PIPE, env=environment(environ))
    assert process.stderr is not None
    warning = (await process.stderr.readline()).decode()
    started = (await process.stderr.readline()).decode()
    address = started.partition('"address":"')[2].partition('"')[0]
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        answer = await client.post("/v1/chat/completions", json={"model": "gpt-9", "messages": []})
    process.send_signal(signal.SIGTERM)
    await process.stderr.read()

    assert await process.wait() == 0
    assert warning == "SEALANE_LISTN: no such setting; did you mean SEALANE_LISTEN?\n"
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "model_not_found")
