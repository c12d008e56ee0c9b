"""Without a spool, accepted means committed."""

import asyncio

import pytest
from prometheus_client import CollectorRegistry

from sealane_investigator.errors import SpoolFull, StoreUnavailable
from sealane_investigator.pipeline.direct import CommitKeeping
from sealane_investigator.pipeline.recorder import Recorder
from sealane_telemetry.investigator_metrics import InvestigatorMetrics
from tests.support.fake_store import FakeStore
from tests.support.reported import accepted, analysed


def _keeping(store: FakeStore, limit: int = 1_000) -> CommitKeeping:
    return CommitKeeping(Recorder(store, analysed, InvestigatorMetrics(CollectorRegistry())), limit=limit)


async def test_it_returns_after_the_commit() -> None:
    """And not before."""
    store = FakeStore()
    store.gate.clear()
    waiting = asyncio.ensure_future(_keeping(store).keep(accepted(1)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not waiting.done()

    store.gate.set()
    await waiting
    assert list(store.events) == ["r-1"]


async def test_requests_of_one_moment_share_a_transaction() -> None:
    """While one commits, the others gather."""
    store = FakeStore()
    keeping = _keeping(store)

    await asyncio.gather(*(keeping.keep(accepted(number)) for number in range(100)))

    assert len(store.events) == 100
    assert len(store.transactions) <= 2


async def test_a_database_that_is_away_is_told_to_everybody_who_waits() -> None:
    """Nothing was accepted; afterwards it goes on."""
    store = FakeStore()
    store.away = True
    keeping = _keeping(store)

    refused = await asyncio.gather(*(keeping.keep(accepted(n)) for n in range(3)), return_exceptions=True)
    assert [type(error) for error in refused] == [StoreUnavailable] * 3
    stuck: list[str | None] = [keeping.stuck]

    store.away = False
    await keeping.keep(accepted(1))
    stuck.append(keeping.stuck)
    assert (stuck, keeping.waiting) == (["the database does not answer", None], 0)


async def test_before_the_tables_are_there_nothing_is_taken() -> None:
    """The sender comes again."""
    store = FakeStore()
    recorder = Recorder(store, analysed, InvestigatorMetrics(CollectorRegistry()))

    with pytest.raises(StoreUnavailable):
        await CommitKeeping(recorder, prepared=lambda: False).keep(accepted(1))
    assert store.events == {}


async def test_more_than_the_limit_does_not_wait() -> None:
    """Up to it everybody does."""
    store = FakeStore()
    store.gate.clear()
    keeping = _keeping(store, limit=3)
    waiting = [asyncio.ensure_future(keeping.keep(accepted(number))) for number in range(3)]
    await asyncio.sleep(0)

    with pytest.raises(SpoolFull, match="no spool"):
        await keeping.keep(accepted(9))

    store.gate.set()
    await asyncio.gather(*waiting)
    await keeping.finish()
    assert len(store.events) == 3


async def test_an_event_that_no_database_takes_is_refused_to_its_sender_only_while_it_may_be_the_database() -> None:
    """Then it is given up, and the sender need not come again."""
    store = FakeStore()
    store.poison = {"r-1"}
    keeping = _keeping(store)

    outcomes = [await asyncio.gather(keeping.keep(accepted(1)), return_exceptions=True) for _ in range(5)]

    assert [isinstance(outcome[0], StoreUnavailable) for outcome in outcomes] == [True] * 4 + [False]
