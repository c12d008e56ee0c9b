"""Calls to the Kubernetes API."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from sealane_kube import connection as module
from sealane_kube.configuration import load_configuration
from sealane_kube.connection import Connection
from sealane_kube.errors import (
    AlreadyExists,
    Conflict,
    Forbidden,
    KubeError,
    NotFound,
    Throttled,
    TooLong,
    Unavailable,
    Unreadable,
)
from sealane_kube.pace import Pace
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

_PATH = "/apis/sealane.dev/v1alpha1/namespaces/team/providerroutes/chat/status"


class _Scene:
    def __init__(self, api: ScriptedKubernetes, connection: Connection, calls: list[tuple[str, str, int]]) -> None:
        self.api, self.connection, self.calls = api, connection, calls


@asynccontextmanager
async def _scene(folder: Path, *answers: Answer) -> AsyncIterator[_Scene]:
    async with scripted_kubernetes(*answers) as api:
        calls: list[tuple[str, str, int]] = []
        connection = Connection(
            await load_configuration(api.kubeconfig(folder)),
            "the-tests",
            pace=Pace(1_000, 1_000),
            measure=lambda verb, kind, status, _took: calls.append((verb, kind, status)),
        )
        try:
            yield _Scene(api, connection, calls)
        finally:
            await connection.close()


async def _rest(connection: Connection) -> None:
    async for _ in connection.watch("/watched", query={}, seconds=5):
        pass


def _refuses(status: int, reason: str) -> Answer:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"kind": "Status", "reason": reason, "message": "words"}, status=status)

    return answer


async def test_a_call_says_who_asks_and_for_what(tmp_path: Path) -> None:
    """Method, path, query and body as they are told; the measure knows the kind without a name."""
    bodies = []

    async def echo(request: web.Request) -> web.Response:
        bodies.append(await request.json())
        return web.json_response({"seen": True})

    async with _scene(tmp_path, echo) as scene:
        found = await scene.connection.call("PUT", _PATH, {"a": 1}, query={"fieldManager": "x"}, headers={"X-A": "b"})
        (asked,) = scene.api.asked

    assert found == {"seen": True}
    assert (asked.method, asked.path_qs, bodies) == ("PUT", f"{_PATH}?fieldManager=x", [{"a": 1}])
    assert (asked.headers["Authorization"], asked.headers["X-A"]) == ("Bearer token-of-the-router", "b")
    assert (asked.headers["User-Agent"], asked.headers["Accept"]) == ("the-tests", "application/json")
    assert scene.calls == [("PUT", "providerroutes/status", 200)]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (_refuses(409, "AlreadyExists"), AlreadyExists),
        (_refuses(409, "Conflict"), Conflict),
        (refuses(404), NotFound),
        (refuses(403), Forbidden),
        (refuses(503), Unavailable),
        (writes(b""), Unreadable),
        (writes(b"<html>"), Unreadable),
        (writes(b"[]"), Unreadable),
        (writes(b"\xff"), Unreadable),
    ],
)
async def test_a_refusal_is_translated_once(tmp_path: Path, answer: Answer, expected: type[KubeError]) -> None:
    """The text begins with the call and holds the API's own words."""
    async with _scene(tmp_path, answer) as scene:
        with pytest.raises(KubeError, match=f"PUT {_PATH}: ") as caught:
            await scene.connection.call("PUT", _PATH, {})

    assert type(caught.value) is expected


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("7200", 60.0), ("soon", 1.0)])
async def test_a_busy_api_says_when_to_come_back(tmp_path: Path, header: str, seconds: float) -> None:
    """Within bounds: nobody waits for an hour."""
    async with _scene(tmp_path, refuses(429, Retry_After=header)) as scene:
        with pytest.raises(Throttled) as caught:
            await scene.connection.call("GET", _PATH)

    assert caught.value.retry_after == seconds


async def test_an_api_that_does_not_answer_is_given_up(tmp_path: Path) -> None:
    """In time, and the same when nobody listens at all."""

    async def never(_: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with _scene(tmp_path, never) as scene:
        with pytest.raises(Unavailable, match=r"no answer within 0\.05 s"):
            await scene.connection.call("GET", _PATH, timeout=0.05)
        scene.connection._silence = 0.05
        with pytest.raises(Unavailable, match="SocketTimeoutError: Timeout on reading"):
            await scene.connection.call("GET", _PATH)
        nobody = ScriptedKubernetes(url="http://127.0.0.1:1").kubeconfig(tmp_path)
        alone = Connection(await load_configuration(nobody), "the-tests")
        with pytest.raises(Unavailable, match="ClientConnectorError"):
            await alone.call("GET", _PATH)
        await alone.close()

    assert scene.calls == [("GET", "providerroutes/status", 0)] * 2


async def test_an_answer_without_end_is_given_up(tmp_path: Path) -> None:
    """Up to the limit it is read, beyond it is not."""
    async with _scene(tmp_path, writes(b'{"a": "012345"} '), writes(b'{"a": "0123456"} ')) as scene:
        scene.connection._max_answer = 16
        assert await scene.connection.call("GET", _PATH) == {"a": "012345"}
        with pytest.raises(TooLong, match="an answer above 16 bytes"):
            await scene.connection.call("GET", _PATH)


async def test_a_watch_yields_whole_events_until_it_ends(tmp_path: Path) -> None:
    """The server is asked to end it."""
    first = event("ADDED", thing("a", "1"))
    async with _scene(tmp_path, said(first, first, ends=True)) as scene:
        found = [each async for each in scene.connection.watch("/watched", query={"resourceVersion": "1"}, seconds=5)]
        (asked,) = scene.api.asked

    assert found == [first, first]
    assert dict(asked.query) == {"resourceVersion": "1", "watch": "true", "timeoutSeconds": "5"}


async def test_a_watch_that_is_not_ended_is_ended_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that is half open says nothing for ever."""
    monkeypatch.setattr(module, "WATCH_GRACE", -4.95)
    async with _scene(tmp_path, said()) as scene:
        with pytest.raises(Unavailable, match=r"no answer within 0\.05 s"):
            await _rest(scene.connection)


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        (b'{"type":"ADDED","obj', "ended within an event"),
        (b"nonsense\n", "not JSON"),
        (b"x" * 101, "an event above 100 bytes"),
    ],
)
async def test_a_stream_that_breaks_within_an_event_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rest: bytes, expected: str
) -> None:
    """Nobody knows what was meant, and none is collected for ever."""
    monkeypatch.setattr(module, "MAX_LINE", 100)
    async with _scene(tmp_path, said(ends=True, rest=rest)) as scene:
        with pytest.raises(Unreadable, match=expected):
            await _rest(scene.connection)


async def test_a_watch_that_is_refused_is_an_error(tmp_path: Path) -> None:
    """The same as a call's."""
    async with _scene(tmp_path, refuses(403)) as scene:
        with pytest.raises(Forbidden):
            await _rest(scene.connection)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/api/v1/namespaces/team/secrets/moonshot", "secrets"),
        ("/api/v1/namespaces/team", "namespaces"),
        ("/apis/sealane.dev/v1alpha1/providerroutes", "providerroutes"),
        ("/apis/sealane.dev/v1alpha1/namespaces/team/providerroutes/chat/status", "providerroutes/status"),
        ("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/x", "validatingadmissionpolicies"),
        ("/version", ""),
    ],
)
def test_calls_are_measured_by_kind(path: str, kind: str) -> None:
    """Names of objects would be label values without end."""
    assert module._collection(path) == kind
