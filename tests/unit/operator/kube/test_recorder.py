"""Events on their way to the API."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sealane_kube.errors import Forbidden, KubeError, NotFound, Throttled, Unavailable
from sealane_operator.kube import recorder as module
from sealane_operator.kube.recorder import MAX_QUEUED, EventRecorder, Reference
from sealane_operator.rollout.model import Note
from tests.support.waiting import until

_ROUTE = {"metadata": {"namespace": "team", "name": "chat", "uid": "u-1"}}


class _Scene:
    """A recorder on an API that notes what it is asked, and answers with ``answers`` first."""

    def __init__(self, *answers: KubeError | None) -> None:
        self.answers = list(answers)
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        self.results: Counter[str] = Counter()
        self.pauses: list[float] = []
        self.clock = 1_000.0
        self.leads = True
        self.recorder = EventRecorder(
            self,
            instance="operator-1",
            leading=lambda: self.leads,
            count=lambda result: self.results.update([result]),
            now=lambda: 1_800_000_000.0 + self.clock,
            monotonic=lambda: self.clock,
            sleep=self._sleep,
        )

    async def call(self, method: str, path: str, body: Mapping[str, Any] | None = None, **_: Any) -> dict[str, Any]:
        self.calls.append((method, path, dict(body or {})))
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        return {}

    def say(self, message: str = "it was", **fields: Any) -> None:
        note = Note(**({"type": "Normal", "reason": "Promoted", "action": "Promote", "message": message} | fields))
        self.recorder.record(_ROUTE, note)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the recorder until all that was recorded within the block is written."""
        task = asyncio.get_running_loop().create_task(self.recorder.run())
        yield
        await self.recorder.drain()
        task.cancel()

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)


async def test_an_event_says_what_happened_to_what() -> None:
    """On the route, with the revision it is about, in the form the API asks for."""
    scene = _Scene()
    async with scene.running():
        scene.say("rev 7→8", type="Warning", revision=8)
    ((method, path, body),) = scene.calls
    name = body["metadata"].pop("name")

    assert (method, path) == ("POST", "/apis/events.k8s.io/v1/namespaces/team/events")
    assert name.startswith("chat.")
    assert body == {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {"namespace": "team"},
        "eventTime": "2027-01-15T08:16:40.000000Z",
        "reportingController": "sealane.dev/operator",
        "reportingInstance": "operator-1",
        "type": "Warning",
        "reason": "Promoted",
        "action": "Promote",
        "note": "rev 7→8",
        "regarding": {
            "apiVersion": "sealane.dev/v1alpha1",
            "kind": "ProviderRoute",
            "namespace": "team",
            "name": "chat",
            "uid": "u-1",
        },
        "related": {
            "apiVersion": "sealane.dev/v1alpha1",
            "kind": "ProviderRouteRevision",
            "namespace": "team",
            "name": "chat-8",
        },
    }
    assert scene.results == {"written": 1}


async def test_a_repetition_is_a_count_written_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same words about the same object are one Event, whose series grows."""
    monkeypatch.setattr(module, "_SWEEP_SECONDS", 0.01)
    scene = _Scene()
    async with scene.running():
        for _ in range(3):
            scene.say()
        await scene.recorder.drain()
        scene.clock += 120.0
        await until(lambda: len(scene.calls) == 2)
    method, path, body = scene.calls[1]

    assert (method, path) == ("PATCH", f"{scene.calls[0][1]}/{scene.calls[0][2]['metadata']['name']}")
    assert body == {"series": {"count": 3, "lastObservedTime": "2027-01-15T08:16:40.000000Z"}}
    assert scene.results == {"written": 1, "repeated": 2}


async def test_a_long_text_is_cut_to_what_the_api_takes() -> None:
    """It counts bytes, and a letter is not cut in two."""
    scene = _Scene()
    async with scene.running():
        scene.say("ä" * 512)
        scene.say("x" + "ä" * 600)
    notes = [body["note"] for _, _, body in scene.calls]

    assert notes[0] == "ä" * 512
    assert len(notes[1].encode()) <= 1024
    assert notes[1].endswith("ä…")


@pytest.mark.parametrize("error", [Unavailable("away", 503), Throttled("busy", retry_after=7.0)])
async def test_an_api_that_is_busy_is_asked_again(error: KubeError) -> None:
    """A few times, with pauses; then the Event is given up and the next one is not held up."""
    scene = _Scene(error, None, error, error, error)
    async with scene.running():
        scene.say("first")
        scene.say("second")
        scene.say("third")

    assert scene.results == {"written": 2, "failed": 1}
    assert scene.pauses == ([7.0] * 3 if isinstance(error, Throttled) else [1.0, 1.0, 2.0])


@pytest.mark.parametrize("error", [Forbidden("no", 403), NotFound("no namespace", 404)])
async def test_a_refusal_is_not_asked_again(error: KubeError) -> None:
    """What said the same later would be a new Event."""
    scene = _Scene(error)
    async with scene.running():
        scene.say()
        await scene.recorder.drain()
        scene.say()

    assert scene.results == {"failed": 1, "written": 1}


async def test_who_does_not_lead_says_nothing() -> None:
    """Not even what was recorded while it led."""
    scene = _Scene()
    scene.leads = False
    async with scene.running():
        scene.say()

    assert (scene.calls, scene.results) == ([], {"failed": 1})


async def test_too_many_are_dropped_and_counted() -> None:
    """Whoever records never waits: beyond the room there is, an Event is dropped."""
    scene = _Scene()
    for number in range(MAX_QUEUED + 2):
        scene.recorder.tell(
            Reference("apps/v1", "Deployment", "sealane", f"router-{number}"), Note("Normal", "R", "A", "text")
        )
    assert scene.results == {"dropped": 2}
    async with scene.running():
        pass

    assert scene.results == {"dropped": 2, "written": MAX_QUEUED}


async def test_an_object_that_says_too_much_is_not_heard() -> None:
    """The limit of one object is far below that of all."""
    scene = _Scene()
    async with scene.running():
        for number in range(30):
            scene.say(f"text {number}")

    assert scene.results == {"written": 25, "dropped": 5}
