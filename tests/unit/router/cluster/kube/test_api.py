"""The API as raw JSON, against a server that answers what it was told."""

import asyncio
import json
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Self

import pytest
import trustme
from aiohttp import web

from sealane_kube.errors import Forbidden, KubeError, Throttled, TooLong, Unavailable, Unreadable
from sealane_router.cluster.kube import api
from sealane_router.cluster.kube.api import KubeApi
from sealane_telemetry.settings.variable import SettingsError
from tests.support.scripted_kubernetes import (
    Answer,
    ScriptedKubernetes,
    event,
    listed,
    refuses,
    said,
    scripted_kubernetes,
    thing,
    writes,
)


class Opened:
    """A client that is opened at a scripted server."""

    def __init__(self, folder: Path, *answers: Answer) -> None:
        self._folder = folder
        self._script = scripted_kubernetes(*answers)
        self.server: ScriptedKubernetes
        self.api: KubeApi

    async def __aenter__(self) -> Self:
        self.server = await self._script.__aenter__()
        self.api = KubeApi(self.server.kubeconfig(self._folder))
        await self.api.open()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.api.close()
        await self._script.__aexit__(None, None, None)

    async def listed(self, selector: str = "") -> list[str]:
        """The objects of every page."""
        return [bytes(item).decode() async for page in self.api.pages("/things", selector) for item in page.items]

    async def watch(self) -> list[str]:
        """The types of what a watch says until it ends; ``begun`` first."""
        return ["begun" if each is None else each.type async for each in self.api.watch("/things", "", "7", 30)]


async def test_a_list_is_asked_for_in_pages(tmp_path: Path) -> None:
    """Each page names the next; the token of the ServiceAccount and the selector come with every question."""
    pages = [listed(thing("a", "1"), more="next"), listed(thing("b", "2"))]
    async with Opened(tmp_path, *pages) as opened:
        items = await opened.listed("metadata.name=a")
        first, second = opened.server.asked

    assert [('"a"' in items[0]), ('"b"' in items[1])] == [True, True]
    assert dict(first.query) == {"limit": "500", "fieldSelector": "metadata.name=a"}
    assert dict(second.query) == {"limit": "500", "continue": "next", "fieldSelector": "metadata.name=a"}
    assert first.headers["Authorization"] == "Bearer token-of-the-router"


async def test_a_page_that_is_too_long_is_asked_for_in_smaller_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Down to one object; then there is nothing left to do."""
    monkeypatch.setattr(api, "MAX_ANSWER", 300)  # before the client is opened
    long = listed(*(thing(str(number), "1") for number in range(9)))
    async with Opened(tmp_path, long, listed(thing("a", "1"))) as opened:
        items = await opened.listed()
        limits = [request.query["limit"] for request in opened.server.asked]
    async with Opened(tmp_path, long) as opened:
        with pytest.raises(TooLong, match="above 300 bytes"):
            await opened.listed()

    assert len(items) == 1
    assert limits == ["500", "62"]


async def test_a_list_that_does_not_end_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that hands out tokens for ever."""
    monkeypatch.setattr(api, "_MAX_PAGES", 3)
    async with Opened(tmp_path, listed(more="again")) as opened:
        with pytest.raises(Unreadable, match="does not end"):
            await opened.listed()
        asked = len(opened.server.asked)

    assert asked == 3


async def test_a_watch_says_what_happens(tmp_path: Path) -> None:
    """From the version that was asked for; its beginning is told at once, its end is the server's."""
    events = [event("ADDED", thing("a", "8")), event("BOOKMARK", thing("", "9"))]
    async with Opened(tmp_path, said(*events, ends=True)) as opened:
        seen = await opened.watch()
        query = dict(opened.server.asked[0].query)

    assert seen == ["begun", "ADDED", "BOOKMARK"]
    assert query == {"watch": "true", "resourceVersion": "7", "allowWatchBookmarks": "true", "timeoutSeconds": "30"}


@pytest.mark.parametrize("rest", [b'{"type":"ADDED","obj', b"nonsense\n", b'{"type":1,"object":{}}\n'])
async def test_an_event_that_is_none_is_an_error(tmp_path: Path, rest: bytes) -> None:
    """Nobody knows what was meant."""
    async with Opened(tmp_path, said(ends=True, rest=rest)) as opened:
        with pytest.raises(Unreadable):
            await opened.watch()


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (refuses(403, "secrets is forbidden"), Forbidden, "403: secrets is forbidden"),
        (refuses(429, "slow down", Retry_After="7"), Throttled, "429: slow down"),
        (refuses(500), Unavailable, "500: no"),
        (writes(b"<html>"), Unreadable, "not what Kubernetes says"),
        (writes(b'{"items": 3}'), Unreadable, "not what Kubernetes says"),
    ],
)
async def test_a_refusal_keeps_kubernetes_words(
    tmp_path: Path, answer: Answer, error: type[KubeError], words: str
) -> None:
    """Each of its own class."""
    async with Opened(tmp_path, answer) as opened:
        with pytest.raises(error) as caught:
            await opened.listed()

    assert words in caught.value.brief


async def test_one_object_is_its_bytes(tmp_path: Path) -> None:
    """A server that is gone is unreachable, and so is a client that was closed."""
    async with Opened(tmp_path, writes(b'{"a": 1}')) as opened:
        content = await opened.api.get("/things/a")
        closed = KubeApi(None)
        with pytest.raises(Unavailable, match="closed"):
            await closed.get("/things/a")
        nowhere = KubeApi(replace(opened.server, url="http://127.0.0.1:1").kubeconfig(tmp_path))
        await nowhere.open()
        with pytest.raises(Unavailable):
            await nowhere.get("/things/a")
        await nowhere.close()

    assert content == b'{"a": 1}'


async def test_what_is_created_comes_back(tmp_path: Path) -> None:
    """It is posted as JSON."""
    said = []

    async def create(request: web.Request) -> web.Response:
        said.append((request.method, request.path, await request.json(), request.headers["Content-Type"]))
        return web.json_response({"b": 2}, status=201)

    async with Opened(tmp_path, create, refuses(500)) as opened:
        content = await opened.api.create("/things", {"a": 1})
        with pytest.raises(Unavailable):
            await opened.api.create("/things", {"a": 1})
        token = opened.server.asked[0].headers["Authorization"]

    assert json.loads(content) == {"b": 2}
    assert said == [("POST", "/things", {"a": 1}, "application/json")]
    assert token == "Bearer token-of-the-router"


async def test_a_token_that_is_not_known_any_more_is_read_again(tmp_path: Path) -> None:
    """Tokens are rotated; the next question has the new one."""
    async with Opened(tmp_path, refuses(401), writes(b"{}")) as opened:
        opened.server.kubeconfig(tmp_path, token="the-new-one")
        with pytest.raises(Forbidden):
            await opened.api.get("/things/a")
        await opened.api.get("/things/a")
        tokens = [request.headers["Authorization"] for request in opened.server.asked]

    assert tokens == ["Bearer token-of-the-router", "Bearer the-new-one"]


async def test_an_authority_that_is_not_known_is_read_again(tmp_path: Path) -> None:
    """Authorities are rotated too; until then nobody is told the token."""
    authority, tls = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    async with scripted_kubernetes(writes(b"{}"), tls=tls) as server:
        opened = KubeApi(server.kubeconfig(tmp_path))
        await opened.open()
        server.kubeconfig(tmp_path, authority=tmp_path / "ca.pem")
        with pytest.raises(Unavailable, match="the API server's certificate is not trusted: "):
            await opened.get("/things/a")
        asked = len(server.asked)
        content = await opened.get("/things/a")
        await opened.close()

    assert (asked, content) == (0, b"{}")


async def test_a_kubeconfig_that_cannot_be_used_says_what_to_do(tmp_path: Path) -> None:
    """For whoever started the router."""
    path = tmp_path / "kubeconfig"
    path.write_text("nonsense: [", "utf-8")

    with pytest.raises(SettingsError, match=r"SEALANE_KUBECONFIG: .* write a kubeconfig that kubectl takes"):
        await KubeApi(path).open()


async def test_without_a_kubeconfig_there_must_be_a_service_account() -> None:
    """The message names both ways out."""
    with pytest.raises(SettingsError, match=r"SEALANE_CLUSTER, SEALANE_TOKEN_REVIEW: .* or write --kubeconfig FILE"):
        await KubeApi(None).open()


async def test_a_watch_survives_a_new_token(tmp_path: Path) -> None:
    """Its connection is the one that it began with."""
    rotated = asyncio.Event()

    async def later(request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse()
        await stream.prepare(request)
        await rotated.wait()
        await stream.write(json.dumps(event("ADDED", thing("a", "8"))).encode() + b"\n")
        return stream

    async with Opened(tmp_path, later, refuses(401), writes(b"{}")) as opened:
        watch = opened.api.watch("/things", "", "7", 30)
        begun = await anext(watch)
        with pytest.raises(Forbidden):
            await opened.api.get("/things/a")
        rotated.set()
        said_then = [each.type async for each in watch if each is not None]

    assert (begun, said_then) == (None, ["ADDED"])
