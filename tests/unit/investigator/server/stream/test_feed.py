"""The newest changes, read once for all clients."""

import asyncio
from dataclasses import replace

import msgspec
import pytest

from sealane_investigator.errors import StoreUnavailable
from sealane_investigator.interfaces import ChangeOf, IncidentChange
from sealane_investigator.server.stream.feed import PAGE, Feed, ReloadMessage, encoded
from tests.support.fake_store import FakeStore
from tests.support.reported import analysed, event
from tests.support.waiting import until


async def _store(changes: int) -> FakeStore:
    store = FakeStore()
    await store.record([analysed(event(number)) for number in range(changes)], {})
    return store


async def _feed(store: FakeStore, *, kept: int = 100) -> Feed:
    feed = Feed(store, kept=kept)
    await feed.start()
    return feed


async def _read(feed: Feed) -> None:
    while await feed.read_on():
        pass


async def test_it_begins_at_the_present_end() -> None:
    """What was before is asked of the store."""
    store = await _store(5)
    feed = await _feed(store)

    assert (feed.number, await feed.after(5)) == (5, [])
    numbers = [sent.number for sent in await feed.after(2) or []]
    assert numbers == [3, 4, 5]


async def test_what_is_committed_later_is_kept_and_given_from_memory() -> None:
    """In the order of the numbers, encoded once."""
    store = await _store(1)
    feed = await _feed(store)
    await store.record([analysed(event(10)), analysed(event(11))], {})
    await _read(feed)
    store.away = True

    sent = await feed.after(1)

    assert sent is not None
    assert [each.number for each in sent] == [2, 3]
    shown = msgspec.json.decode(sent[0].text)
    assert (shown["type"], shown["kind"], shown["incident"]["count"]) == ("change", "counted", 2)


async def test_who_is_further_behind_reads_from_the_store() -> None:
    """By pages."""
    store = await _store(1)
    feed = await _feed(store, kept=3)
    await store.record([analysed(event(number)) for number in range(100, 100 + PAGE + 10)], {})
    await _read(feed)

    first = await feed.after(1)

    assert first is not None
    assert (len(first), first[0].number) == (PAGE, 2)
    store.away = True
    with pytest.raises(StoreUnavailable):
        await feed.after(1)


async def test_what_is_no_longer_kept_is_told() -> None:
    """The client reads the incidents again."""
    store = await _store(10)
    feed = await _feed(store)
    store.kept = 3

    assert await feed.after(2) is None
    assert len(await feed.after(7) or []) == 3


async def test_a_number_of_the_future_is_of_another_database() -> None:
    """But one that another replica told a moment ago is only ahead of this one."""
    store = await _store(3)
    feed = await _feed(store)
    await store.record([analysed(event(10))], {})

    assert await feed.after(4) == []
    assert await feed.after(5) is None


async def test_a_feed_that_the_store_left_behind_begins_anew() -> None:
    """And its clients with it."""
    store = await _store(1)
    feed = await _feed(store)
    await store.record([analysed(event(number)) for number in range(100, 110)], {})
    store.kept = 3
    await feed.read_on()

    assert feed.number == 11
    assert await feed.after(1) is None


async def test_it_runs_by_itself_and_a_database_that_is_away_does_not_end_it() -> None:
    """A commit of this process wakes it at once."""
    store = await _store(1)
    store.away = True
    feed = Feed(store)
    running = asyncio.ensure_future(feed.run())
    await asyncio.sleep(0)
    store.away = False
    feed.hear([store.change(ChangeOf.EDITED, replace(store.rows[1], assignee="ada"))])
    await until(lambda: feed.number == 2)
    waiting = asyncio.ensure_future(feed.wait(2, 60))
    await asyncio.sleep(0)
    feed.hear([store.change(ChangeOf.EDITED, store.rows[1])])
    await waiting
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert [sent.number for sent in await feed.after(2) or []] == [3]


def test_a_message_says_its_type() -> None:
    """So that a client can tell them apart."""
    assert msgspec.json.decode(encoded(ReloadMessage(7))) == {"type": "reload", "number": 7}


async def test_a_defect_of_a_look_does_not_end_it() -> None:
    """The next look may read on."""

    class Broken(FakeStore):
        looks = 0

        async def changes(self, after: int, limit: int) -> list[IncidentChange] | None:
            self.looks += 1
            if self.looks == 1:
                raise KeyError("a row that nobody understands")
            return await super().changes(after, limit)

    store = Broken()
    feed = Feed(store)
    running = asyncio.ensure_future(feed.run())
    await until(lambda: store.looks == 1)
    feed.hear((await store.record([analysed(event(1))], {})).changes)
    await until(lambda: feed.number == 1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert store.looks >= 2
