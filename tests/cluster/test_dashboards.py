"""Every panel of the dashboards has data, asked of a real Prometheus that scrapes real routers and a real operator."""

import hashlib
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from sealane_cli.chart.dashboards.grafana import Dashboard
from sealane_cli.chart.dashboards.pages import DASHBOARDS
from sealane_cli.stub.counters import RecordedRequest
from sealane_cli.stub.faults import Fault
from tests.support.cluster import ControlPlane, free_ports
from tests.support.cluster_component import Component
from tests.support.prometheus import Prometheus, has_data, running_prometheus
from tests.support.promtool import find_prometheus
from tests.support.resources import Document, provider, route, rule
from tests.support.sealane_world import World, install, world

_KEY = "sl-of-the-dashboards"
_TOKEN = "token-of-the-dashboards"
_SECRET = {"secretRef": {"name": "moonshot", "key": "api-key"}}

#: Where no router listens.
_SILENT = "127.0.0.1:9"

#: The shortest time of which a rate can be had at a scrape a second.
_RATE_INTERVAL = "6s"


@pytest.fixture
def investigator() -> str:
    """Where one listens."""
    return f"127.0.0.1:{free_ports(1)[0]}"


@contextmanager
def _investigator(folder: Path, address: str) -> Iterator[None]:
    digest = hashlib.sha256(_TOKEN.encode()).hexdigest()
    tokens = folder / "tokens.yaml"
    tokens.write_text(f"tokens: [{{name: routers, sha256: '{digest}', rights: [report, read]}}]\n", encoding="utf-8")
    settings = {
        "SEALANE_INVESTIGATOR_LISTEN": address,
        "SEALANE_INVESTIGATOR_TOKENS": str(tokens),
        "SEALANE_DATABASE": f"sqlite:///{folder / 'incidents.db'}",
        "SEALANE_SPOOL": str(folder / "spool"),
    }
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    command = [sys.executable, "-m", "sealane_investigator", "serve"]
    component = Component("investigator", command, folder / "investigator.log", {**kept, **settings})
    component.start()
    try:
        yield
    finally:
        component.stop()


@pytest.fixture
def sealane(private_control_plane: ControlPlane, tmp_path: Path, investigator: str) -> Iterator[World]:
    """Two routers that ask for keys, an operator, and a route on which something of everything happens; they report."""
    token = tmp_path / "token"
    token.write_text(_TOKEN, encoding="utf-8")
    keys = tmp_path / "keys.yaml"
    digest = hashlib.sha256(_KEY.encode()).hexdigest()
    keys.write_text(f"keys: [{{tenant: team-a, name: laptop, sha256: '{digest}'}}]\n", encoding="utf-8")
    install(private_control_plane)
    with (
        world(private_control_plane, tmp_path, f"dashboards-{uuid4().hex[:8]}") as made,
        _investigator(tmp_path, investigator),
    ):
        reporting = {
            "SEALANE_INVESTIGATOR_URL": f"http://{investigator}",
            "SEALANE_INVESTIGATOR_TOKEN_FILE": str(token),
        }
        made.start_routers(2, {"SEALANE_KEYS": str(keys), **reporting})
        routers = [f"127.0.0.1:{router.admin_port}" for router in made.routers]
        made.start_operator(settings={"SEALANE_ROUTERS": ",".join([*routers, _SILENT])})
        for name, model, nth, status in (
            ("flaky", "kimi-k3", 1, 500),
            ("flaky", "retried-1", 3, 500),
            ("flaky", "mended-1", 3, 500),
            ("spare", "paused-1", 1, 429),
        ):
            made.stubs[name].fault_for(_every(nth, model), Fault("status", status))
        made.apply(_document(made, "good"))
        made.until(lambda: made.stable() == 1 and made.condition("Ready").startswith("True/"), "the route serves")
        yield made


def _every(nth: int, model: str) -> Callable[[RecordedRequest], bool]:
    number = count(1)
    return lambda request: request.model == model and next(number) % nth == 0


def _document(made: World, kimi: str) -> Document:
    providers = [
        provider(name, baseURL=made.stubs.url(name), allowInsecure=True, credential=_SECRET)
        for name in ("good", "flaky", "spare")
    ]
    rules = [
        rule("kimi", "kimi-", targets=[{"provider": kimi}], retry={"maxAttempts": 1}),
        rule("retried", "retried-", targets=[{"provider": "flaky"}], retry={"maxAttempts": 3, "budgetPercent": 1}),
        rule("mended", "mended-", targets=[{"provider": "flaky"}], fallback={"targets": [{"provider": "spare"}]}),
        rule("paused", "paused-", targets=[{"provider": "spare"}], retry={"maxAttempts": 1}),
        rule("limited", "limited-", targets=[{"provider": "good"}], limits={"requestsPerMinute": 2}),
    ]
    policy = {"steps": [{"weight": 50, "hold": "60s"}], "bakeTime": "2s"}
    return route("chat", providers=providers, rules=rules, rollout=policy)


def _ask(made: World, client: httpx.Client) -> None:
    for router in made.routers:
        url = f"http://127.0.0.1:{router.port}/v1/chat/completions"
        for model in (*["kimi-k3"] * 10, "retried-1", "mended-1", "paused-1", "limited-1", "nobodys"):
            body = {"model": model, "messages": [{"role": "user", "content": "hello"}]}
            client.post(url, json=body, headers={"authorization": f"Bearer {_KEY}"})
        client.post(url, json={"model": "kimi-k3"}, headers={"authorization": "Bearer sl-nobodys"})
        client.post(url, content=b"{", headers={"authorization": f"Bearer {_KEY}"})
        with socket.create_connection(("127.0.0.1", router.port), timeout=60) as raw:
            raw.sendall(b"no request at all\r\n\r\n")
            raw.recv(1_024)


def _keep_asking(made: World, client: httpx.Client, enough: float) -> None:
    """Ask for some seconds, and until the operator has rolled the candidate back."""
    deadline = time.monotonic() + enough

    def asked() -> bool:
        _ask(made, client)
        return time.monotonic() > deadline and made.condition("RolledBack").startswith("True/")

    made.until(asked, lambda: f"the rollback: {made.message('Progressing')}", patience=300, every=0.2)


def _empty(server: Prometheus, dashboard: Dashboard, begin: float, end: float) -> list[str]:
    empty = []
    for title, expression in dashboard.expressions():
        asked = expression.replace("$__rate_interval", _RATE_INTERVAL).replace("$namespace", ".*")
        if not has_data(server.query_range(asked.replace("$route", ".*"), begin, end)):
            empty.append(f"{title}: {asked}")
    return empty


@pytest.mark.timeout(600)
def test_every_panel_has_data(sealane: World, investigator: str, tmp_path: Path) -> None:
    """After some seconds of good, failing and refused requests, one rollout and one rollback."""
    targets = {
        f"127.0.0.1:{program.admin_port}": {"namespace": "sealane", "pod": program.name}
        for program in (*sealane.routers, *sealane.operators)
    } | {investigator: {"namespace": "sealane", "pod": "investigator"}}
    begin = time.time()
    with (
        running_prometheus(find_prometheus(), tmp_path / "prometheus", targets) as server,
        httpx.Client(timeout=60) as client,
    ):
        _ask(sealane, client)
        sealane.apply(_document(sealane, "flaky"))
        _keep_asking(sealane, client, enough=15)
        time.sleep(3)  # three more scrapes
        end = time.time()
        chosen = {
            variable.name: server.query(f"count by ({variable.name}) ({variable.metric})", end)
            for dashboard in DASHBOARDS
            for variable in dashboard.variables
        }
        empty = [line for dashboard in DASHBOARDS for line in _empty(server, dashboard, begin, end)]

    assert "\n".join(empty) == ""
    assert {name for name, found in chosen.items() if not found} == set()
