"""The proxy in front of the Kubernetes API breaks exactly what it is told to, and nothing else."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from tests.support.api_faults import Faults
from tests.support.api_proxy import ApiProxy, Moment, Write
from tests.support.cluster_identity import write_kubeconfig
from tests.support.waiting import until

_ROUTES = "/apis/sealane.dev/v1alpha1/providerroutes"


@dataclass(slots=True)
class ScriptedApi:
    """An API server that says what the test has put into it."""

    version: int = 1
    events: asyncio.Queue[int | None] = field(default_factory=asyncio.Queue)
    asked: list[tuple[str, str, str, bytes]] = field(default_factory=list)

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """A list of one version, a watch of numbered events, 201 to every write."""
        body = await request.read()
        self.asked.append((request.method, request.path_qs, request.headers.get("Authorization", ""), body))
        if request.method != "GET":
            return web.json_response({"kind": "Status"}, status=201)
        if "watch" not in request.query:
            return web.json_response({"items": [], "metadata": {"resourceVersion": str(self.version)}})
        stream = web.StreamResponse()
        await stream.prepare(request)
        while (number := await self.events.get()) is not None:
            await stream.write(b'{"type":"MODIFIED","object":%d}\n' % number)
        await stream.write_eof()
        return stream


@dataclass(frozen=True, slots=True)
class Scene:
    """A client that finds the API by the kubeconfig of the proxy."""

    api: ScriptedApi
    proxy: ApiProxy
    session: aiohttp.ClientSession
    watches: list[aiohttp.ClientResponse] = field(default_factory=list)

    async def list_version(self) -> str:
        """What a list says."""
        async with self.session.get(_ROUTES) as answer:
            return str((await answer.json())["metadata"]["resourceVersion"])

    async def watch(self) -> aiohttp.ClientResponse:
        """A watch that has begun; the scene closes it."""
        self.watches.append(watch := await self.session.get(f"{_ROUTES}?watch=1"))
        return watch

    def say(self, *numbers: int | None) -> None:
        """Events; None ends the watch."""
        for number in numbers:
            self.api.events.put_nowait(number)


async def _rest(watch: aiohttp.ClientResponse) -> list[object]:
    return [json.loads(line)["object"] async for line in watch.content]


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """A scripted API behind a proxy."""
    api = ScriptedApi()
    server = web.Server(api.answer)
    listener = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    theirs = write_kubeconfig(tmp_path / "theirs", {"server": f"http://127.0.0.1:{port}"}, {"token": "of-ours"})
    with ApiProxy(theirs, tmp_path, "router-0") as proxy:
        url = json.loads(proxy.kubeconfig.read_text(encoding="utf-8"))["clusters"][0]["cluster"]["server"]
        async with aiohttp.ClientSession(url) as session:
            yield (scene := Scene(api, proxy, session))
            for watch in scene.watches:
                watch.close()
    listener.close()
    api.events.put_nowait(None)
    await server.shutdown(1.0)


async def test_everything_passes_with_the_identity_of_the_kubeconfig(scene: Scene) -> None:
    """Query, body and answer are untouched; the client needs no credentials."""
    async with scene.session.post(f"{_ROUTES}?dryRun=All", data=b"{ }") as answer:
        said = answer.status, await answer.json()

    assert said == (201, {"kind": "Status"})
    assert scene.api.asked == [("POST", f"{_ROUTES}?dryRun=All", "Bearer of-ours", b"{ }")]


async def test_events_pass_as_they_come(scene: Scene) -> None:
    """A watch is not held until its end."""
    watch = await scene.watch()
    scene.say(1)
    first = await watch.content.readline()
    scene.say(2, None)

    assert json.loads(first)["object"] == 1
    assert await _rest(watch) == [2]


async def test_down_is_refused_and_resets_what_is_open(scene: Scene) -> None:
    """A watch breaks, a new connection is refused, and both work again afterwards."""
    watch = await scene.watch()
    scene.proxy.faults = Faults(down=True)
    with pytest.raises(aiohttp.ClientError):
        await watch.content.readline()
    with pytest.raises(aiohttp.ClientConnectorError):
        await scene.list_version()
    scene.proxy.faults = Faults()

    assert await scene.list_version() == "1"


@pytest.mark.parametrize(("status", "retry_after"), [(429, 3), (500, None), (503, None)])
async def test_an_answer_instead(scene: Scene, status: int, retry_after: int | None) -> None:
    """The client gets that status and nothing reaches the API, but on paths that are not meant."""
    scene.proxy.faults = Faults(status=status, retry_after=retry_after, only="/providerroutes")
    async with scene.session.get(_ROUTES) as answer:
        said = answer.status, answer.headers.get("Retry-After")
    async with scene.session.get("/api/v1/secrets") as other:
        passed = other.status

    assert said == (status, None if retry_after is None else str(retry_after))
    assert passed == 200
    assert [path for _, path, _, _ in scene.api.asked] == ["/api/v1/secrets"]


async def test_a_half_open_watch_says_nothing_more(scene: Scene) -> None:
    """Neither an open one nor a new one says anything, though the API does; one after the fault does again."""
    watches = [await scene.watch()]
    scene.proxy.faults = Faults(silent=True)
    watches.append(await scene.watch())
    scene.proxy.faults = Faults()
    scene.say(1, 2, None, None)
    for watch in watches:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(watch.content.readline(), 0.05)
        watch.close()
    await until(lambda: scene.proxy.watches == 0)
    while not scene.api.events.empty():
        scene.api.events.get_nowait()
    watch = await scene.watch()
    scene.say(3, None)

    assert await _rest(watch) == [3]


@pytest.mark.parametrize(
    ("faults", "seen"),
    [
        (Faults(dropped=1.0), []),
        (Faults(doubled=1.0), [1, 1, 2, 2, 3, 3]),
        (Faults(reordered=1.0), [2, 1, 3]),
        (Faults(late=0.01), [1, 2, 3]),
    ],
    ids=["dropped", "doubled", "reordered", "late"],
)
async def test_events_are_tampered_with(scene: Scene, faults: Faults, seen: list[int]) -> None:
    """Each kind of fault does its own thing to three events."""
    scene.proxy.faults = faults
    watch = await scene.watch()
    scene.say(1, 2, 3, None)

    assert await _rest(watch) == seen


async def test_an_event_that_is_held_back_comes_even_if_it_is_the_last(scene: Scene) -> None:
    """Reordering loses nothing: after a second the event comes without another behind it."""
    scene.proxy.faults = Faults(reordered=1.0)
    watch = await scene.watch()
    scene.say(1)

    assert json.loads(await watch.content.readline())["object"] == 1
    watch.close()


@pytest.mark.parametrize(("code", "reason"), [(410, "Expired"), (500, "InternalError")])
async def test_an_error_in_the_stream(scene: Scene, code: int, reason: str) -> None:
    """Open watches end with an ERROR event, as the API server ends them."""
    watch = await scene.watch()
    await until(lambda: scene.proxy.watches == 1)
    scene.proxy.end_watches(code)
    events = [json.loads(line) async for line in watch.content]

    assert [(event["type"], event["object"]["code"], event["object"]["reason"]) for event in events] == [
        ("ERROR", code, reason)
    ]


async def test_stale_lists(scene: Scene) -> None:
    """While it lasts, a list is the one before; afterwards the newest."""
    versions = [await scene.list_version()]
    scene.proxy.faults = Faults(stale=True)
    scene.api.version = 2
    versions.append(await scene.list_version())
    scene.proxy.faults = Faults()
    versions.append(await scene.list_version())

    assert versions == ["1", "1", "2"]


async def test_writes_are_noted_in_order(scene: Scene) -> None:
    """Method, path, a digest of the body and the status of the answer; reads are none."""
    await scene.list_version()
    async with scene.session.put(f"{_ROUTES}/a/status", data=b"1"), scene.session.patch(f"{_ROUTES}/a", data=b"2"):
        pass
    async with scene.session.put("/apis/coordination.k8s.io/v1/namespaces/sealane-system/leases/a", data=b"3"):
        pass
    noted = scene.proxy.writes

    assert [(write.number, write.method, write.path, write.status) for write in noted[:2]] == [
        (0, "PUT", f"{_ROUTES}/a/status", 201),
        (1, "PATCH", f"{_ROUTES}/a", 201),
    ]
    assert noted[0].digest != noted[1].digest
    assert scene.proxy.rollout_writes() == noted[:2]


@pytest.mark.parametrize(("moment", "arrived"), [("before", 1), ("after", 2)])
async def test_a_watcher_cuts_a_write(scene: Scene, moment: Moment, arrived: int) -> None:
    """The client never learns of the second write, whether or not it took place."""

    def watcher(write: Write, now: Moment) -> bool:
        return (write.number, now) != (1, moment)

    scene.proxy.watcher = watcher
    async with scene.session.post(_ROUTES, data=b"1") as answer:
        assert answer.status == 201
    with pytest.raises(aiohttp.ClientError):
        await scene.session.post(_ROUTES, data=b"2")

    assert len(scene.api.asked) == arrived
