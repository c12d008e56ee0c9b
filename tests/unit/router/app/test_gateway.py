"""A gateway's life: started, watched, drained, stopped, and never left half open."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from sealane_router.app.gateway import Gateway
from sealane_router.app.source import ConfigurationError
from sealane_router.settings.reading import Settings
from tests.support.gateway import FLAGS, running_gateway
from tests.support.raw_client import raw_client
from tests.support.routes import KEYS, two_providers
from tests.support.waiting import until


@pytest.fixture
def routes(tmp_path: Path) -> Path:
    """A route file whose providers are not there."""
    return two_providers(tmp_path, "http://127.0.0.1:1/v1", "http://127.0.0.1:1/api/paas/v4")


def _gateway(routes: Path, **flags: str) -> Gateway:
    options = {"--" + name.replace("_", "-"): value for name, value in flags.items()}
    return Gateway(Settings.from_environment({}, {**FLAGS, "--routes": str(routes), **options}), KEYS, laptop=True)


def _claim_less(routes: Path) -> None:
    """A good edit."""
    routes.write_text(routes.read_text("utf-8").replace("prefix: glm-", "prefix: glm-4"), "utf-8")


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody else has."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


async def test_a_gateway_opens_both_ports_and_closes_them(routes: Path) -> None:
    """After the end nobody listens and no task is left."""
    before = asyncio.all_tasks()
    async with running_gateway(routes) as running:
        addresses = dict(running.gateway.addresses)
        async with raw_client(running.host, running.port) as client:
            status = (await client.get("/v1/nothing")).status
    await until(lambda: asyncio.all_tasks() == before)

    assert status == 404
    for address in addresses.values():
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(address.host, address.port)


@pytest.mark.parametrize("port", ["listen", "admin"])
async def test_a_port_that_is_taken_leaves_nothing_open(routes: Path, taken: int, port: str) -> None:
    """The error names the address, and the other port is free again."""
    gateway = _gateway(routes, **{port: f"127.0.0.1:{taken}"})
    with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{taken}"):
        await gateway.start()

    for address in gateway.addresses.values():
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(address.host, address.port)


async def test_ipv6_is_listened_on(routes: Path) -> None:
    """``[::1]:0`` opens a port there, and the address is printed with its brackets."""
    async with running_gateway(routes, {"--listen": "[::1]:0"}) as running, raw_client("::1", running.port) as client:
        status, url = (await client.get("/nothing")).status, running.url

    assert status == 404
    assert url.startswith("http://[::1]:")


async def test_bad_files_stop_a_gateway_before_it_opens_a_port(tmp_path: Path) -> None:
    """The message names the file."""
    bad = tmp_path / "bad.yaml"
    bad.write_text("kind: Nonsense\n", "utf-8")

    with pytest.raises(ConfigurationError, match=r"bad\.yaml"):
        _gateway(bad)


async def test_an_unforeseen_defect_of_a_reload_does_not_end_the_watching(
    routes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next edit is looked at all the same."""
    async with running_gateway(routes) as running:
        live = running.gateway.live
        polled = live.poll
        failed = asyncio.Event()

        async def broken() -> bool:
            failed.set()
            raise RuntimeError("unforeseen")

        monkeypatch.setattr(live, "poll", broken)
        await failed.wait()
        monkeypatch.setattr(live, "poll", polled)
        before = live.serving
        _claim_less(routes)
        await until(lambda: live.serving is not before)


async def test_a_second_drain_does_not_wait(routes: Path) -> None:
    """Neither for the propagation time nor for the deadline."""
    async with running_gateway(routes, {"--propagation-time": "1m"}) as running:
        running.gateway.begin_drain()
        await asyncio.sleep(0)
        first = running.gateway.draining, running.gateway.readyz.report().status

    assert first == (True, 500)


async def test_what_is_explained_is_what_is_known(routes: Path) -> None:
    """Breaker, credential and slots of each target as they are now."""
    async with running_gateway(routes, None, KEYS) as running:
        explained = running.gateway.explain("kimi-k3")

    target = explained["targets"][0]
    assert target["provider"] == "moonshot"
    assert {"breaker": "closed", "parked": False, "inUse": 0, "maxConcurrency": 200}.items() <= target.items()


async def test_missing_credentials_are_told_and_do_not_make_it_unready(routes: Path) -> None:
    """A state, not a crash: other providers may work."""
    async with running_gateway(routes) as running:
        report = running.gateway.readyz.report()

    assert report.ok
    assert "is not set (variable ZAI_API_KEY)" in report.render(verbose=True)
