"""The process around a gateway: its loop, its exit codes, its first and last words."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import uvloop

from sealane_api.route_table import Provider, RouteTable
from sealane_router.app.gateway import Gateway
from sealane_router.app.process import EXIT_FAILED, loop_factory, serve
from sealane_router.settings.reading import Settings
from tests.support.gateway import FLAGS
from tests.support.routes import two_providers


def test_uvloop_is_used_where_it_is_wanted() -> None:
    """asyncio's own loop otherwise, and where uvloop is not installed."""
    assert loop_factory(wanted=True) is uvloop.new_event_loop
    assert loop_factory(wanted=False) is None


def test_without_uvloop_asyncio_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra, not a need."""
    monkeypatch.setitem(sys.modules, "uvloop", None)

    assert loop_factory(wanted=True) is None


def _settings(routes: Path, **flags: str) -> Settings:
    return Settings.from_environment({}, {**FLAGS, "--routes": str(routes), **flags})


@pytest.fixture
def routes(tmp_path: Path) -> Path:
    """A route file whose providers are not there."""
    return two_providers(tmp_path, "http://127.0.0.1:1/v1", "http://127.0.0.1:1/api/paas/v4")


@pytest.mark.parametrize("loop", ["true", "false"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_process_with_0(routes: Path, number: signal.Signals, loop: str) -> None:
    """On either loop; the gateway is announced before."""
    announced: list[Gateway] = []

    def started(gateway: Gateway) -> None:
        announced.append(gateway)
        os.kill(os.getpid(), number)

    code = serve(_settings(routes, **{"--uvloop": loop}), {}, laptop=True, started=started)

    assert code == 0
    assert announced[0].addresses.keys() == {"traffic", "admin"}


def test_bad_files_end_the_process_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The reason is on standard error, one problem a line, without a traceback."""
    bad = tmp_path / "bad.yaml"
    bad.write_text("kind: Nonsense\n", "utf-8")

    assert serve(_settings(bad), {}, laptop=True) == EXIT_FAILED
    said = capsys.readouterr().err
    assert "bad.yaml" in said
    assert "Traceback" not in said


def test_a_taken_port_ends_the_process_with_1(routes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The address is named."""
    codes: list[int] = []

    def started(gateway: Gateway) -> None:
        address = str(gateway.addresses["traffic"])
        command = [sys.executable, "-m", "sealane_router", "--listen", address, "--admin", "127.0.0.1:0"]
        done = subprocess.run([*command, "--routes", str(public)], capture_output=True, text=True, timeout=30)
        codes.append(done.returncode)
        said.append(done.stderr)
        gateway.begin_drain()

    said: list[str] = []
    public = routes.with_name("public.yaml")
    text = routes.read_text("utf-8").replace("http://127.0.0.1:1", "https://api.invalid")
    public.write_text(text.replace("    allowInsecure: true\n", ""), "utf-8")

    assert serve(_settings(routes), {}, laptop=True, started=started) == 0
    assert codes == [EXIT_FAILED]
    assert "cannot listen on 127.0.0.1:" in said[0]


def test_stand_ins_play_from_the_first_request_to_the_last(routes: Path) -> None:
    """Their context is open while the gateway serves, and closed after it."""
    seen: list[str] = []

    @asynccontextmanager
    async def stand_ins(table: RouteTable) -> AsyncIterator[Mapping[tuple[str, str], Provider]]:
        (route,) = table.routes
        player = replace(route.providers[0], base_url="http://127.0.0.1:9/v1", credential=None)
        yield {(route.key, player.name): player}
        await asyncio.sleep(0)
        seen.append("closed")

    def started(gateway: Gateway) -> None:
        seen.append(gateway.live.serving.providers["default/assistants", "moonshot"].provider.base_url)
        gateway.begin_drain()

    serve(_settings(routes), {}, laptop=True, started=started, stand_ins=stand_ins)

    assert seen == ["http://127.0.0.1:9/v1", "closed"]
