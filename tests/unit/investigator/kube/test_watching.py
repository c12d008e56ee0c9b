"""Warning events are counted once, whoever watches and whatever the API server forgets."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Self

import pytest

from sealane_api.diagnosis.error_event import ErrorEvent
from sealane_investigator.errors import SpoolFull
from sealane_investigator.kube import watching as module
from sealane_investigator.kube.lease import Mark, read_bookmark, written_bookmark
from sealane_investigator.kube.watching import BETWEEN, LONGEST_RETRY, RETRY, Followed, WarningWatch
from sealane_kube.errors import Expired, KubeError, LeaseLost

_T = 1_795_003_200.0


class _Api:
    """Events as an API server keeps them: every version, until it forgets the old ones."""

    def __init__(self) -> None:
        self.version = 100
        self.state: dict[str, dict[str, Any]] = {}
        self.log: list[tuple[int, str, dict[str, Any]]] = []
        self.states: dict[int, dict[str, dict[str, Any]]] = {100: {}}
        self.oldest = 0
        self.page = 500
        self.asked: list[Mapping[str, str]] = []

    def happens(self, uid: str, count: int = 1, at: float = _T, **other: Any) -> None:
        """An Event is made, or counts further."""
        known = self.state.get(uid)
        self.version += 1
        raw = {
            "metadata": {"uid": uid, "namespace": "team", "resourceVersion": str(self.version)},
            "type": "Warning",
            "reason": "BackOff",
            "message": "again",
            "count": count,
            "firstTimestamp": known["firstTimestamp"] if known else _time(at),
            "lastTimestamp": _time(at),
            "involvedObject": {"apiVersion": "v1", "kind": "Pod", "namespace": "team", "name": "db-0"},
        } | other
        self.state = {**self.state, uid: raw}
        self.states[self.version] = self.state
        self.log.append((self.version, "MODIFIED" if known else "ADDED", raw))

    def ends(self, uid: str) -> None:
        self.version += 1
        raw = {**self.state[uid], "metadata": {"uid": uid, "resourceVersion": str(self.version)}}
        self.state = {name: each for name, each in self.state.items() if name != uid}
        self.states[self.version] = self.state
        self.log.append((self.version, "DELETED", raw))

    def forgets(self) -> None:
        self.oldest = self.version

    async def call(self, method: str, path: str, *, query: Mapping[str, str], **_: Any) -> dict[str, Any]:
        self.asked.append(query)
        asked = int(query.get("resourceVersion", self.version))
        begin = 0
        if "continue" in query:
            asked, begin = (int(each) for each in query["continue"].split("/"))
        if asked < self.oldest:
            raise Expired("too old", 410)
        items = list(self.states[asked].values())
        page = items[begin : begin + self.page]
        more = f"{asked}/{begin + self.page}" if begin + self.page < len(items) else ""
        return {"metadata": {"resourceVersion": str(asked), "continue": more}, "items": page}

    async def watch(self, path: str, *, query: Mapping[str, str], seconds: int) -> AsyncGenerator[dict[str, Any], None]:
        self.asked.append(query)
        begin = int(query["resourceVersion"])
        if begin < self.oldest:
            yield {"type": "ERROR", "object": {"code": 410}}
            return
        for version, kind, raw in list(self.log):
            if version > begin:
                yield {"type": kind, "object": raw}
        yield {"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": str(self.version)}}}


class _Store:
    """Counts as the store does: an id counts once."""

    def __init__(self) -> None:
        self.events: dict[str, ErrorEvent] = {}
        self.full = False

    async def take_events(self, events: Sequence[ErrorEvent]) -> None:
        if self.full:
            raise SpoolFull("no room")
        for each in events:
            self.events.setdefault(each.id, each)

    @property
    def counts(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for each in self.events.values():
            found[each.epoch] = found.get(each.epoch, 0) + each.count
        return found


class _Replica:
    """One replica that follows, and what it told its Lease."""

    def __init__(self, api: _Api, store: _Store) -> None:
        self.marks: list[Mark] = []
        self.followed = Followed(api, store, "", moved=self.marks.append, now=lambda: _T)  # type: ignore[arg-type]

    async def follows(self, mark: Mark | None) -> Self:
        await self.followed.begin(mark)
        await self.followed.follow()
        return self


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


@pytest.fixture
def api() -> _Api:
    return _Api()


@pytest.fixture
def store() -> _Store:
    return _Store()


async def test_what_is_there_and_what_comes_is_counted(api: _Api, store: _Store) -> None:
    """An Event that says 5 counts five, and each further one by its difference."""
    api.happens("a", 5)
    one = _Replica(api, store)
    await one.followed.begin(None)
    api.happens("a", 6)
    api.happens("b", 1)
    api.happens("a", 9)
    await one.followed.follow()

    assert store.counts == {"a": 9, "b": 1}
    assert one.marks[-1].version == str(api.version)


async def test_the_next_replica_counts_nothing_twice_and_misses_nothing(api: _Api, store: _Store) -> None:
    """Though the last one handed over more than its bookmark says."""
    api.happens("a", 5)
    one = _Replica(api, store)
    await one.followed.begin(None)
    mark = one.marks[-1]
    api.happens("a", 6)
    await one.followed.follow()  # and dies before the bookmark is written
    api.happens("a", 7)
    await _Replica(api, store).follows(mark)

    assert store.counts == {"a": 7}
    assert sorted(store.events) == ["a:5", "a:6", "a:7"]


async def test_an_api_server_that_forgot_is_listed_again(api: _Api, store: _Store) -> None:
    """The same replica knows the counts, so only what is new is told."""
    api.happens("a", 5)
    one = await _Replica(api, store).follows(None)
    api.happens("a", 8)
    api.happens("b", 2)
    api.forgets()
    with pytest.raises(Expired):
        await one.followed.follow()
    await one.follows(one.marks[-1])

    assert store.counts == {"a": 8, "b": 2}


async def test_a_replica_after_a_long_gap_counts_at_least_once(api: _Api, store: _Store) -> None:
    """What ended before the bookmark is known, what began later counts wholly, what went on at least once."""
    for uid in ("ended", "goes-on"):
        api.happens(uid, 5, at=_T - 600)
    await _Replica(api, store).follows(None)
    mark = Mark(str(api.version), _T - 300)
    api.happens("goes-on", 9, at=_T - 100)
    api.happens("new", 3, at=_T - 100)
    api.forgets()
    await _Replica(api, store).follows(mark)

    assert store.counts == {"ended": 5, "goes-on": 6, "new": 3}


_STARTING = {"reason": "Unhealthy", "message": "Startup probe failed: connection refused"}


async def test_a_start_is_not_counted_and_a_container_that_never_starts_wholly(api: _Api, store: _Store) -> None:
    """Whichever replica watches when it turns out to be no start."""
    api.happens("starts", 3, at=_T, **_STARTING)
    api.happens("never", 3, at=_T, **_STARTING)
    one = await _Replica(api, store).follows(None)
    api.happens("never", 20, at=_T + 200, **_STARTING)
    await one.followed.follow()
    assert store.counts == {}

    two = _Replica(api, store)
    await two.followed.begin(one.marks[-1])
    api.happens("never", 31, at=_T + 310, **_STARTING)
    api.happens("never", 33, at=_T + 330, **_STARTING)
    await two.followed.follow()

    assert store.counts == {"never": 33}
    assert sorted(store.events) == ["never:31", "never:33"]


async def test_a_start_is_not_counted_after_a_long_gap_either(api: _Api, store: _Store) -> None:
    """It began before the bookmark and goes on."""
    api.happens("starts", 3, at=_T - 320, **_STARTING)
    mark = Mark(str(api.version), _T - 300)
    api.happens("starts", 9, at=_T - 100, **_STARTING)
    api.forgets()
    replica = _Replica(api, store)
    await replica.follows(mark)
    assert store.counts == {}

    api.happens("starts", 40, at=_T, **_STARTING)
    await replica.followed.follow()
    assert store.counts == {"starts": 40}


async def test_nothing_is_passed_over_that_the_sink_did_not_take(api: _Api, store: _Store) -> None:
    """The bookmark stays where it was, and the watch begins there again."""
    one = _Replica(api, store)
    await one.followed.begin(None)
    api.happens("a", 1)
    store.full = True
    before = one.marks[-1]
    with pytest.raises(SpoolFull):
        await one.followed.follow()
    after = one.marks[-1]
    store.full = False
    await one.followed.follow()

    assert (after, store.counts) == (before, {"a": 1})


async def test_a_long_list_is_read_in_pages(api: _Api, store: _Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """And handed over in batches."""
    monkeypatch.setattr(module, "MAX_BATCH", 2)
    api.page = 3
    for number in range(7):
        api.happens(f"e{number}")
    await _Replica(api, store).follows(None)

    assert len(store.events) == 7
    assert [query.get("continue") for query in api.asked[:3]] == [None, "107/3", "107/6"]


async def test_counts_are_forgotten_with_their_event_and_bounded(
    api: _Api, store: _Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cluster makes Events for ever."""
    monkeypatch.setattr(module, "MAX_KNOWN", 2)
    for uid in ("a", "b", "c"):
        api.happens(uid)
    one = await _Replica(api, store).follows(None)
    bounded = set(one.followed._counts)
    api.ends("c")
    await one.followed.follow()

    assert (bounded, set(one.followed._counts)) == ({"b", "c"}, {"b"})


async def test_what_is_no_warning_is_not_counted(api: _Api, store: _Store) -> None:
    """Should a server not heed the selector."""
    api.happens("a", type="Normal")
    api.log.append((api.version + 1, "ADDED", None))  # type: ignore[arg-type]
    await _Replica(api, store).follows(None)

    assert store.events == {}


async def test_a_watch_that_ends_with_an_error_says_with_which(api: _Api, store: _Store) -> None:
    """It is followed again after a moment."""
    one = _Replica(api, store)
    with pytest.raises(KubeError, match="ended with 500"):
        await one.followed._told({"type": "ERROR", "object": {"code": 500}})


class _Lease:
    """A Lease that is held until it is lost; the next one is never got."""

    def __init__(self, bookmark: str) -> None:
        self.bookmark = bookmark
        self.lost = asyncio.Event()
        self.waits = asyncio.Event()
        self.taken = 0
        self.released = 0

    async def acquire(self) -> None:
        self.taken += 1
        if self.taken > 1:
            self.waits.set()
            await asyncio.Event().wait()

    async def hold(self) -> None:
        await self.lost.wait()
        raise LeaseLost("gone")

    async def release(self) -> None:
        self.released += 1


async def _follow(api: _Api, store: _Store, ends: Callable[[list[float]], bool]) -> tuple[_Lease, list[float]]:
    """Follow until ``ends`` says so of the seconds that were slept; return the Lease, lost by then, and these."""
    lease, slept = _Lease(written_bookmark({"": Mark("100", _T)})), list[float]()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if ends(slept):
            lease.lost.set()
            await asyncio.Event().wait()

    watch = WarningWatch(api, store, lease, sleep=sleep, now=lambda: _T)  # type: ignore[arg-type]
    running = asyncio.get_running_loop().create_task(watch.run())
    await lease.waits.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    return lease, slept


async def test_one_replica_follows_while_it_holds_the_lease(api: _Api, store: _Store) -> None:
    """It goes on at the bookmark, moves it, tries again after a failure, and stops when the Lease is lost."""
    store.full = True
    api.happens("a", 1)

    def ends(slept: list[float]) -> bool:
        store.full = False
        return slept[-1] == BETWEEN

    lease, slept = await _follow(api, store, ends)

    assert (store.counts, slept, lease.released) == ({"a": 1}, [RETRY, BETWEEN], 1)
    assert read_bookmark(lease.bookmark) == {"": Mark("101", _T)}


async def test_what_fails_for_long_is_tried_less_often(api: _Api, store: _Store) -> None:
    """A permission that is missing is not asked for thirty times a minute."""
    store.full = True
    api.happens("a", 1)
    _, slept = await _follow(api, store, lambda slept: len(slept) == 7)

    assert slept == [2.0, 4.0, 8.0, 16.0, 32.0, LONGEST_RETRY, LONGEST_RETRY]
