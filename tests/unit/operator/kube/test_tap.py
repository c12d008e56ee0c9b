"""What kopf asks the API through."""

import io
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sealane_kube.api import Json
from sealane_kube.configuration import load_configuration
from sealane_operator.kube.tap import TappedSession
from sealane_telemetry import logs
from tests.support.scripted_kubernetes import (
    Answer,
    ScriptedKubernetes,
    event,
    listed,
    refuses,
    said,
    scripted_kubernetes,
    thing,
)

_ROUTES = "/apis/sealane.dev/v1alpha1/providerroutes"
_REVISIONS = "/apis/sealane.dev/v1alpha1/namespaces/team/providerrouterevisions"
_TIMEOUT = aiohttp.ClientTimeout(total=10)


class _Heard:
    """A listener that notes what it hears, in order, and a measure."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.calls: list[tuple[str, str, int]] = []

    def heard(self, plural: str, namespace: str | None) -> None:
        self.words.append("heard")

    def began(self, plural: str, namespace: str | None, *, stream: bool) -> None:
        self.words.append(f"{'stream' if stream else 'list'} of {plural} in {namespace}")

    def listed(self, plural: str, namespace: str | None, items: Sequence[Json], *, last: bool) -> None:
        names = ",".join(item["metadata"]["name"] for item in items)
        self.words.append(f"page {names}{' last' if last else ''}")

    def changed(self, plural: str, namespace: str | None, item: Json, *, gone: bool) -> None:
        self.words.append(f"{'gone' if gone else 'changed'} {item['metadata']['name']}")

    def measure(self, verb: str, kind: str, status: int, seconds: float) -> None:
        self.calls.append((verb, kind, status))


class _Scene:
    def __init__(self, api: ScriptedKubernetes, session: TappedSession, heard: _Heard) -> None:
        self.api, self.session, self.heard = api, session, heard

    async def get(self, path: str) -> Any:
        """Ask as kopf does."""
        return await self.session.request(method="get", url=f"{self.api.url}{path}", timeout=_TIMEOUT)

    async def page(self, path: str) -> Json:
        async with await self.get(path) as answer:
            page: Json = await answer.json()
            return page

    async def events(self, path: str, count: int) -> list[Json]:
        """Read so many events of a watch."""
        found: list[Json] = []
        async with await self.get(path) as answer:
            async for line in answer.content.iter_chunked(1 << 20):
                found.append(json.loads(line))
                if len(found) == count:
                    break
        return found


@asynccontextmanager
async def _scene(folder: Path, *answers: Answer) -> AsyncIterator[_Scene]:
    async with scripted_kubernetes(*answers) as api:
        heard = _Heard()
        session = TappedSession(await load_configuration(api.kubeconfig(folder)), heard, heard.measure)
        try:
            yield _Scene(api, session, heard)
        finally:
            await session.close()


async def test_kopf_gets_a_list_without_its_items(tmp_path: Path) -> None:
    """The listener has them page by page, and is told which page was the last one."""
    first, second = listed(thing("a", "1"), version="9", more="next"), listed(thing("b", "2"), version="9")
    async with _scene(tmp_path, first, second) as scene:
        pages = [await scene.page(f"{_ROUTES}?limit=1"), await scene.page(f"{_ROUTES}?limit=1&continue=next")]

    assert [page["items"] for page in pages] == [[], []]
    assert pages[0]["metadata"] == {"resourceVersion": "9", "continue": "next"}
    assert scene.heard.words == ["list of providerroutes in None", "heard", "page a", "heard", "page b last"]
    assert scene.heard.calls == [("LIST", "providerroutes", 200)] * 2


async def test_kopf_gets_an_event_as_a_bookmark(tmp_path: Path) -> None:
    """So it knows where to go on; what changed is the listener's."""
    bookmark = event("BOOKMARK", {"kind": "ProviderRoute", "metadata": {"resourceVersion": "14"}})
    error = event("ERROR", {"code": 410, "message": "too old"})
    events = [event("ADDED", thing("a", "11")), event("MODIFIED", thing("a", "12")), event("DELETED", thing("a", "13"))]
    async with _scene(tmp_path, said(*events, bookmark, error)) as scene:
        passed = await scene.events(f"{_ROUTES}?watch=true&resourceVersion=10", 5)

    assert passed[:3] == [event("BOOKMARK", {"metadata": {"resourceVersion": str(n)}}) for n in (11, 12, 13)]
    assert passed[3:] == [bookmark, error]
    assert [word for word in scene.heard.words if word != "heard"] == [
        "stream of providerroutes in None", "changed a", "changed a", "gone a",
    ]  # fmt: skip
    assert scene.heard.words.count("heard") == 5
    assert scene.heard.calls == [("WATCH", "providerroutes", 200)]


async def test_a_line_that_is_cut_off_is_nobodys(tmp_path: Path) -> None:
    """A connection that breaks within an event brings it again after the last bookmark."""
    whole = event("ADDED", thing("a", "11"))
    async with _scene(tmp_path, said(whole, ends=True, rest=b'{"type": "MODI')) as scene:
        with pytest.raises(aiohttp.ClientPayloadError, match="ended within an event"):
            await scene.events(f"{_ROUTES}?watch=true", 9)

    assert scene.heard.words[-1] == "changed a"


async def test_of_revisions_the_metadata_is_asked_for(tmp_path: Path) -> None:
    """Of routes everything; both as whom the kubeconfig says."""
    async with _scene(tmp_path, listed(), listed(), said(ends=True)) as scene:
        await scene.page(_ROUTES)
        await scene.page(_REVISIONS)
        await scene.events(f"{_REVISIONS}?watch=true", 1)
        asked = [request.headers for request in scene.api.asked]

    metadata = "application/json;as=PartialObjectMetadata{};g=meta.k8s.io;v=v1"
    assert [each["Accept"] for each in asked] == ["*/*", metadata.format("List"), metadata.format("")]
    assert {each["Authorization"] for each in asked} == {"Bearer token-of-the-router"}
    assert {each["User-Agent"] for each in asked} == {"sealane-operator"}
    assert "list of providerrouterevisions in team" in scene.heard.words


@pytest.mark.parametrize("path", ["/apis/sealane.dev/v1alpha1", "/api", f"{_ROUTES}/x", "/apis/other.dev/v1/things"])
async def test_anything_else_passes_as_it_is(tmp_path: Path, path: str) -> None:
    """kopf asks which kinds there are before it watches."""
    async with _scene(tmp_path, listed(thing("a", "1"))) as scene:
        page = await scene.page(path)

    assert [item["metadata"]["name"] for item in page["items"]] == ["a"]
    assert scene.heard.words == []


async def test_a_refusal_passes_as_it_is(tmp_path: Path) -> None:
    """kopf judges it: 401 is a new login, 403 and 5xx are tried again for a while."""
    async with _scene(tmp_path, refuses(403)) as scene:
        answer = await scene.get(_ROUTES)
        body = await answer.json()
        answer.release()

    assert (answer.status, body["kind"], scene.heard.words) == (403, "Status", [])
    assert scene.heard.calls == [("LIST", "providerroutes", 403)]


async def test_what_fails_is_told_in_words(tmp_path: Path) -> None:
    """What kopf says of it is put together at run time, and would be a hash in the log."""
    log = io.StringIO()
    logs.configure("info", log)
    async with _scene(tmp_path, refuses(503)) as scene:
        (await scene.get(f"{_REVISIONS}?watch=true")).release()
        with pytest.raises(aiohttp.ClientConnectorError):
            await scene.session.request(method="get", url=f"http://127.0.0.1:1{_ROUTES}", timeout=_TIMEOUT)
    logs.reset()
    told = [json.loads(line) for line in log.getvalue().splitlines()]

    assert [(each["event"], each["kind"], each["name"]) for each in told] == [
        ("watch_refused", "providerrouterevisions", "WATCH"),
        ("watch_unanswered", "providerroutes", "LIST"),
    ]
    assert (told[0]["status"], told[1]["error"]) == (503, "ClientConnectorError")


@pytest.mark.parametrize(("method", "content"), [("patch", {}), ("post", None), ("delete", None), ("get", {"a": 1})])
async def test_nothing_but_reading_passes(tmp_path: Path, method: str, content: object) -> None:
    """No finalizer and no annotation of kopf's can ever be written."""
    async with _scene(tmp_path, listed()) as scene:
        with pytest.raises(RuntimeError, match="kopf watches and never writes"):
            await scene.session.request(method=method, url=f"{scene.api.url}{_ROUTES}", json=content, timeout=_TIMEOUT)

    assert scene.api.asked == []


async def test_a_closed_session_ends_its_watches(tmp_path: Path) -> None:
    """Every ten minutes who we are is read again; what is read over the old session goes on over the new one."""
    async with _scene(tmp_path, said(event("ADDED", thing("a", "11")))) as scene:
        answer = await scene.get(f"{_ROUTES}?watch=true")
        lines = answer.content.iter_chunked(1)
        await anext(lines)
        await scene.session.close()

        with pytest.raises((aiohttp.ClientConnectionError, aiohttp.ClientPayloadError)):
            await anext(lines)
        with pytest.raises(RuntimeError, match="Session is closed"):
            await scene.get(_ROUTES)
        assert scene.session.closed
