"""One list that is followed: what it does after each thing that an API server can say, or not say."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from sealane_kube.errors import Expired, Forbidden, KubeError, Throttled, Unavailable
from sealane_router.cluster.kube import reflector as module
from sealane_router.cluster.kube.api import Event, Metadata, Page
from sealane_router.cluster.kube.reflector import LONGEST_WAIT, RELIST_AFTER, Reflector, Resource, Surroundings
from sealane_telemetry.metrics import RouterMetrics


@dataclass(frozen=True, slots=True)
class Thing:
    """What the tests keep of an object."""

    key: str
    version: str = field(compare=False)
    what: int = 0


def _thing(raw: msgspec.Raw) -> Thing:
    found = json.loads(bytes(raw))
    return Thing(found["name"], found["version"], found.get("what", 0))


def _raw(name: str, version: str, what: int = 0) -> msgspec.Raw:
    return msgspec.Raw(json.dumps({"name": name, "version": version, "what": what}).encode())


class Script:
    """Plays the API; each step is a list (a Page), the events of a watch, or an error. Time is what ``sleep`` adds."""

    def __init__(self, *steps: Any) -> None:
        self.steps = list(steps)
        self.asked: list[str] = []
        self.slept: list[float] = []
        self.now = 1000.0
        self.noticed = 0
        self.confirmed = 0
        registry = CollectorRegistry()
        self.value = registry.get_sample_value
        self.reflector = Reflector(
            Resource("routes", "/things", "metadata.name=a"),
            _thing,
            Surroundings(self, RouterMetrics(registry).cluster, lambda: self.now, self.sleep, lambda: 1.0),
            noticed=self.notice,
            confirmed=self.confirm,
        )

    def notice(self) -> None:
        self.noticed += 1

    def confirm(self) -> None:
        self.confirmed += 1

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds

    async def pages(self, path: str, selector: str) -> AsyncIterator[Page]:
        self.asked.append(f"list {path} {selector}")
        yield self._next()

    async def watch(self, path: str, selector: str, version: str, seconds: int) -> AsyncIterator[Event | None]:
        self.asked.append(f"watch {version}")
        step = self._next()
        yield None
        for each in step:
            if isinstance(each, KubeError):
                raise each
            if callable(each):
                each()
            else:
                yield each

    async def play(self) -> None:
        """Follow until the script is over."""
        with pytest.raises(asyncio.CancelledError):
            await self.reflector.run()

    def pass_time(self, seconds: float) -> Callable[[], None]:
        """A step of a watch."""

        def passes() -> None:
            self.now += seconds

        return passes

    def _next(self) -> Any:
        if not self.steps:
            raise asyncio.CancelledError
        step = self.steps.pop(0)
        if isinstance(step, Exception):
            raise step
        return step


def _page(*items: msgspec.Raw, version: str = "10") -> Page:
    return Page(Metadata(resourceVersion=version), list(items))


def _status(code: int, reason: str = "") -> Event:
    return Event("ERROR", msgspec.Raw(json.dumps({"code": code, "reason": reason, "message": "words"}).encode()))


def _bookmark(version: str) -> Event:
    return Event("BOOKMARK", msgspec.Raw(json.dumps({"metadata": {"resourceVersion": version}}).encode()))


async def test_it_lists_once_and_watches_from_there() -> None:
    """Each watch goes on where the last one stopped; what is new is noticed, and each sign of life confirms."""
    script = Script(
        _page(_raw("a", "5")),
        [Event("MODIFIED", _raw("a", "11", 1)), Event("ADDED", _raw("b", "12"))],
        [Event("DELETED", _raw("b", "13")), _bookmark("20")],
    )
    await script.play()

    assert script.asked == ["list /things metadata.name=a", "watch 10", "watch 12", "watch 20"]
    assert script.reflector.listing.items == {"a": Thing("a", "11", 1)}
    assert script.noticed == 4
    assert script.confirmed == 1 + 3 + 3
    assert script.slept == []


async def test_events_that_say_nothing_new_are_not_noticed() -> None:
    """Another version with the same content, and an event that comes twice."""
    script = Script(_page(_raw("a", "5")), [Event("MODIFIED", _raw("a", "11")), Event("MODIFIED", _raw("a", "11", 3))])
    await script.play()

    assert script.noticed == 1


@pytest.mark.parametrize("gone", [Expired("too old", 410), _status(410), _status(500, "Expired")])
async def test_after_410_everything_is_listed_again_at_once(gone: Any) -> None:
    """Whether the answer or an event says it; what is known stays until then."""
    step = gone if isinstance(gone, Exception) else [gone]
    script = Script(_page(_raw("a", "5")), step, _page(_raw("b", "15"), version="20"))
    await script.play()

    assert script.asked == ["list /things metadata.name=a", "watch 10", "list /things metadata.name=a", "watch 20"]
    assert script.slept == [0.0]
    assert list(script.reflector.listing.items) == ["b"]
    assert script.value("sealane_kubernetes_relists_total", {"resource": "routes", "reason": "needed"}) == 1
    assert script.value("sealane_kubernetes_watch_errors_total", {"resource": "routes", "kind": "gone"}) == 1


async def test_a_broken_watch_is_resumed_and_not_listed() -> None:
    """A connection that was cut has lost nothing: the versions say where to go on."""
    script = Script(_page(), [Event("ADDED", _raw("a", "11")), Unavailable("reset")], [_bookmark("12")])
    await script.play()

    assert script.asked == ["list /things metadata.name=a", "watch 10", "watch 11", "watch 12"]
    assert script.slept == [0.4]
    assert script.reflector.failure is None


async def test_failures_wait_longer_and_longer() -> None:
    """Doubling, up to ten seconds; the first success begins anew."""
    failures = [Unavailable("away")] * 8
    script = Script(*failures, _page(), [Unavailable("again")])
    await script.play()

    assert script.slept == [0.4, 0.8, 1.6, 3.2, 6.4, LONGEST_WAIT, LONGEST_WAIT, LONGEST_WAIT, 0.4]


async def test_what_failed_is_told_while_it_fails() -> None:
    """With the time since when; what was known before stands."""
    script = Script(_page(_raw("a", "5")), [], Forbidden("no", 403), Forbidden("no", 403))
    await script.play()

    assert isinstance(script.reflector.failure, KubeError)
    assert script.reflector.failing_since == 1000.0
    assert script.reflector.age == script.now - 1000.0
    assert list(script.reflector.listing.items) == ["a"]


@pytest.mark.parametrize(("said", "waits"), [(7.0, 8.4), (None, 0.4), (60.0, LONGEST_WAIT * 1.2)])
async def test_a_busy_server_says_how_long_to_wait(said: float | None, waits: float) -> None:
    """At least that, with jitter on top, and never for minutes."""
    script = Script(Throttled("slow down", 429, retry_after=said))
    await script.play()

    assert script.slept == [pytest.approx(waits)]


@pytest.mark.parametrize("nonsense", [Event("HELLO", _raw("a", "11")), Event("ADDED", msgspec.Raw(b"[]"))])
async def test_what_nobody_understands_is_listed_again(nonsense: Event) -> None:
    """And counted as unreadable."""
    script = Script(_page(), [nonsense], _page(version="30"))
    await script.play()

    assert script.asked[2:] == ["list /things metadata.name=a", "watch 30"]
    assert script.value("sealane_kubernetes_watch_errors_total", {"resource": "routes", "kind": "unreadable"}) == 1


async def test_a_watch_that_ends_at_once_and_says_nothing_is_a_failure() -> None:
    """Else a proxy that answers every watch with nothing would be asked as fast as it can answer."""
    script = Script(_page(), [], _page())
    await script.play()

    assert script.slept == [0.4]


async def test_the_whole_is_listed_now_and_then_regardless() -> None:
    """So that nothing lost on the way stays lost."""
    script = Script(_page(), [])
    long = [script.pass_time(RELIST_AFTER * 1.2), _bookmark("15")]
    script.steps = [_page(), long, _page(_raw("a", "18"), version="20")]
    await script.play()

    assert script.asked[2:] == ["list /things metadata.name=a", "watch 20"]
    assert script.value("sealane_kubernetes_relists_total", {"resource": "routes", "reason": "resync"}) == 1


async def test_an_api_server_that_lags_behind_is_not_believed() -> None:
    """Its list is older than what is known; the next one may be right."""
    script = Script(_page(_raw("a", "50"), version="60"), Expired("", 410), _page(version="40"), _page(version="70"))
    await script.play()

    assert script.reflector.listing.version == "70"
    assert script.value("sealane_kubernetes_watch_errors_total", {"resource": "routes", "kind": "unreadable"}) == 1


async def test_a_defect_of_ours_does_not_end_the_following(monkeypatch: pytest.MonkeyPatch) -> None:
    """A blind router is worse than a new beginning."""
    script = Script(_page(), _page(version="30"))
    listed = script.reflector.listing.replace
    broken = [True]

    def replace(items: Any, version: str) -> bool:
        if broken:
            raise RuntimeError(broken.pop())
        return listed(items, version)

    monkeypatch.setattr(script.reflector.listing, "replace", replace)
    await script.play()

    assert script.asked[:2] == ["list /things metadata.name=a"] * 2
    assert script.reflector.synced


def test_a_watch_is_shorter_than_a_candidates_lease() -> None:
    """A half-open connection is found, and silence counted, before a minute is over."""
    assert module.WATCH_SECONDS[1] + 8 < 60
