"""kopf in its thread, on an API that plays what the tests tell."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from sealane_operator.handlers import watching
from sealane_operator.handlers.watches import Watches
from sealane_operator.world.kinds import WatchedKind
from sealane_operator.world.watch_ages import WatchAges
from sealane_operator.world.world import World
from tests.support.scripted_kubernetes import ScriptedKubernetes, event, thing
from tests.support.waiting import until

_GROUP = "/apis/sealane.dev/v1alpha1"


def _kinds(*plurals: str) -> dict[str, Any]:
    common = {"singularName": "", "namespaced": True, "verbs": ["get", "list", "watch", "patch"]}
    return {"resources": [{"name": plural, "kind": plural, **common} for plural in plurals]}


def _group(name: str, version: str) -> dict[str, Any]:
    return {"name": name, "versions": [{"version": version}], "preferredVersion": {"version": version}}


#: What kopf asks for before it watches; it waits for namespaces to be known as a kind.
_DISCOVERY: dict[str, Any] = {
    "/api": {"versions": ["v1"]},
    "/api/v1": _kinds("namespaces"),
    "/apis": {"groups": [_group("sealane.dev", "v1alpha1")]},
    _GROUP: _kinds(*WatchedKind),
}


class _Api:
    """Holds routes and one open watch of them; ``status`` refuses lists."""

    def __init__(self) -> None:
        self.routes: list[dict[str, Any]] = []
        self.lists = 0
        self.status = 200
        self.streams: asyncio.Queue[web.StreamResponse] = asyncio.Queue()
        self.methods: set[str] = set()
        self._over = asyncio.Event()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.methods.add(request.method)
        if request.path in _DISCOVERY:
            return web.json_response(_DISCOVERY[request.path])
        is_routes = request.path.endswith("/providerroutes")
        if "watch" in request.query:
            return await self._stream(request, is_routes=is_routes)
        if self.status != 200:
            return web.json_response({"kind": "Status", "code": self.status}, status=self.status)
        self.lists += is_routes
        items = self.routes if is_routes else []
        return web.json_response({"kind": "XList", "metadata": {"resourceVersion": "10"}, "items": items})

    async def say(self, stream: web.StreamResponse, *events: dict[str, Any]) -> None:
        for each in events:
            await stream.write(json.dumps(each).encode() + b"\n")

    async def _stream(self, request: web.Request, *, is_routes: bool) -> web.StreamResponse:
        stream = web.StreamResponse()
        await stream.prepare(request)
        if is_routes:
            self.streams.put_nowait(stream)
        await self._over.wait()
        return stream

    def end(self) -> None:
        self._over.set()


class _Scene:
    def __init__(self, api: _Api, kubeconfig: Path, scopes: tuple[str | None, ...]) -> None:
        self.api = api
        self.marked: asyncio.Queue[str] = asyncio.Queue()
        self.complete = asyncio.Event()
        self.world = World(scopes, self.marked.put_nowait)
        self.ages = WatchAges(scopes, time.monotonic)
        self.watches = Watches(
            self.world,
            self.ages,
            kubeconfig=kubeconfig,
            scopes=scopes,
            measure=lambda *_: None,
            completed=self.complete.set,
        )


@asynccontextmanager
async def _scene(folder: Path, *scopes: str | None) -> AsyncIterator[_Scene]:
    api = _Api()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", api.handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    kubeconfig = ScriptedKubernetes(url=f"http://{host}:{port}").kubeconfig(folder)
    scene = _Scene(api, kubeconfig, scopes or (None,))
    try:
        yield scene
    finally:
        await scene.watches.stop(20.0)
        assert scene.watches._session is not None
        assert scene.watches._session.closed
        api.end()
        await runner.cleanup()


async def test_what_the_api_shows_is_in_the_world(tmp_path: Path) -> None:
    """First the list, then each change in its order; each marks its route. Nothing is written."""
    async with _scene(tmp_path) as scene:
        scene.api.routes = [thing("a", "1"), thing("b", "2")]
        scene.watches.start()
        await scene.complete.wait()
        listed = sorted(scene.world.routes)
        stream = await scene.api.streams.get()
        events = [event("MODIFIED", thing("a", "11", spec={"x": 1})), event("DELETED", thing("b", "12"))]
        await scene.api.say(stream, *events)
        await until(lambda: "team/b" not in scene.world.routes)

        assert listed == ["team/a", "team/b"]
        assert scene.world.routes["team/a"]["spec"] == {"x": 1}
        assert [scene.marked.get_nowait() for _ in range(4)] == ["team/a", "team/b", "team/a", "team/b"]
        assert scene.api.methods == {"GET"}
        assert scene.ages.begun(WatchedKind.ROUTES) == (1, 1)


async def test_a_watch_that_the_api_forgot_begins_with_a_new_list(tmp_path: Path) -> None:
    """And what was deleted meanwhile is gone, though nobody says so."""
    async with _scene(tmp_path) as scene:
        scene.api.routes = [thing("a", "1"), thing("b", "2")]
        scene.watches.start()
        await scene.complete.wait()
        scene.api.routes = [thing("b", "2")]
        stream = await scene.api.streams.get()
        await scene.api.say(stream, event("ERROR", {"code": 410, "message": "too old"}))
        await until(lambda: list(scene.world.routes) == ["team/b"])

        assert scene.api.lists == 2


async def test_each_namespace_is_watched_on_its_own(tmp_path: Path) -> None:
    """Where the operator has Roles and no ClusterRole."""
    async with _scene(tmp_path, "team", "other") as scene:
        scene.api.routes = []
        scene.watches.start()
        await scene.complete.wait()

        assert scene.api.lists == 2
        assert sorted(scene.ages.ages()) == sorted(WatchedKind)


async def test_the_end_that_is_asked_for_is_none_to_complain_about(tmp_path: Path) -> None:
    """Asking twice changes nothing."""
    async with _scene(tmp_path) as scene:
        scene.watches.start()
        await scene.complete.wait()
        await scene.watches.stop(20.0)
        await scene.watches.stop(20.0)

        assert scene.watches.ended.result() is None


async def test_an_error_in_the_stream_ends_the_watches(tmp_path: Path) -> None:
    """Blind is worse than dead: the process ends and the next one begins with a list."""
    async with _scene(tmp_path) as scene:
        scene.watches.start()
        await scene.complete.wait()
        stream = await scene.api.streams.get()
        await scene.api.say(stream, event("ERROR", {"code": 500, "message": "etcd"}))

        assert type(await scene.watches.ended).__name__ == "WatchingError"


async def test_a_list_that_is_refused_for_good_ends_the_watches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried again for a while; then whoever may not see anything ends."""
    monkeypatch.setattr(watching, "RETRY_PAUSES", (0.01, 0.01))
    async with _scene(tmp_path) as scene:
        scene.api.status = 403
        scene.watches.start()

        assert type(await scene.watches.ended).__name__ == "APIForbiddenError"
        assert not scene.complete.is_set()
