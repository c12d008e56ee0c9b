"""Calls to the Kubernetes API, over a socket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from sealane_investigator.errors import SettingsRefused
from sealane_investigator.kube import api as module
from sealane_investigator.kube.api import MERGE_PATCH, Connection, load_configuration
from sealane_investigator.kube.errors import Conflict, Expired, Forbidden, KubeError, NotFound, Unavailable
from tests.support.scripted_kubernetes import (
    Answer,
    ScriptedKubernetes,
    event,
    refuses,
    said,
    scripted_kubernetes,
    thing,
    writes,
)

_PATH = "/api/v1/events"


@asynccontextmanager
async def _scene(folder: Path, *answers: Answer) -> AsyncIterator[tuple[ScriptedKubernetes, Connection]]:
    async with scripted_kubernetes(*answers) as api:
        connection = Connection(await load_configuration(api.kubeconfig(folder)))
        try:
            yield api, connection
        finally:
            await connection.close()


async def test_a_call_bears_the_token_and_returns_the_object(tmp_path: Path) -> None:
    """What is asked for goes into the query, what is sent into the body."""
    async with _scene(tmp_path, writes(b'{"kind": "Status"}')) as (api, connection):
        found = await connection.call("PATCH", _PATH, {"a": 1}, query={"limit": "5"}, content_type=MERGE_PATCH)
        (asked,) = api.asked

    assert found == {"kind": "Status"}
    assert (asked.method, asked.path_qs) == ("PATCH", "/api/v1/events?limit=5")
    assert asked.headers["Authorization"] == "Bearer token-of-the-router"
    assert asked.headers["Content-Type"] == MERGE_PATCH
    assert asked.headers["Accept"] == "application/json"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, Forbidden),
        (403, Forbidden),
        (404, NotFound),
        (409, Conflict),
        (410, Expired),
        (422, Unavailable),
        (500, Unavailable),
    ],
)
async def test_a_refusal_has_its_kind_and_the_servers_words(tmp_path: Path, status: int, kind: type[KubeError]) -> None:
    """For calls and for watches."""
    async with _scene(tmp_path, refuses(status, "not today")) as (_, connection):
        with pytest.raises(KubeError, match="not today") as called:
            await connection.call("GET", _PATH)
        with pytest.raises(KubeError, match="not today") as watched:
            async for _ in connection.watch(_PATH, query={}, seconds=1):
                pass

    assert (type(called.value), called.value.status) == (kind, status)
    assert type(watched.value) is kind


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"\xff"])
async def test_what_is_no_object_is_unavailable(tmp_path: Path, body: bytes) -> None:
    """A proxy in between, perhaps."""
    async with _scene(tmp_path, writes(body)) as (_, connection):
        with pytest.raises(Unavailable):
            await connection.call("GET", _PATH)


async def test_an_answer_has_its_time_and_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond either it is unavailable."""
    stuck = asyncio.Event()

    async def silent(_: web.Request) -> web.Response:
        await stuck.wait()
        return web.Response()

    async with _scene(tmp_path, silent, writes(b'{"a": "' + b"x" * 2_000 + b'"}')) as (_, connection):
        with pytest.raises(Unavailable, match=r"no answer within 0\.1 s"):
            await connection.call("GET", _PATH, timeout=0.1)
        stuck.set()
        monkeypatch.setattr(module, "MAX_ANSWER", 1_000)
        with pytest.raises(Unavailable, match="ClientPayloadError"):
            await connection.call("GET", _PATH)


async def test_a_watch_yields_whole_events(tmp_path: Path) -> None:
    """What is left of a cut one is dropped."""
    one = event("ADDED", thing("a", "11"))
    async with _scene(tmp_path, said(one, ends=True, rest=b'{"type": "ADD')) as (api, connection):
        found = [each async for each in connection.watch(_PATH, query={"resourceVersion": "10"}, seconds=9)]

    assert found == [one]
    assert dict(api.asked[0].query) == {"resourceVersion": "10", "watch": "true", "timeoutSeconds": "9"}


async def test_an_event_has_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory has an end."""
    monkeypatch.setattr(module, "MAX_ANSWER", 100)
    async with _scene(tmp_path, said(rest=b"x" * 500)) as (_, connection):
        with pytest.raises(Unavailable, match="ClientPayloadError"):
            async for _ in connection.watch(_PATH, query={}, seconds=9):
                pass


async def test_no_server_at_all_is_unavailable(tmp_path: Path) -> None:
    """It may come back."""
    async with _scene(tmp_path, writes(b"{}")) as (api, connection):
        del api
        configuration = await load_configuration(ScriptedKubernetes(url="http://127.0.0.1:9").kubeconfig(tmp_path))
        gone = Connection(configuration)
        try:
            with pytest.raises(Unavailable):
                await gone.call("GET", _PATH)
        finally:
            await gone.close()
        assert await connection.call("GET", _PATH) == {}


async def test_a_kubeconfig_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    """At the start, by name; so is a process that is in no pod."""
    with pytest.raises(SettingsRefused, match=r"kubeconfig .*missing cannot be used"):
        await load_configuration(tmp_path / "missing")
    with pytest.raises(SettingsRefused, match="the pod's ServiceAccount cannot be used"):
        await load_configuration(None)
