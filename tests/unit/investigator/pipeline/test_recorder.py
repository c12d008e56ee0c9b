"""From accepted batches to committed counts."""

import threading
from collections.abc import Mapping, Sequence

import pytest
from prometheus_client import CollectorRegistry

from sealane_api.diagnosis.error_event import ErrorEvent
from sealane_investigator.errors import StoreUnavailable
from sealane_investigator.incident.incident import Analysed
from sealane_investigator.intake.cleaning import LONG_TEXT
from sealane_investigator.interfaces import ChangeOf, IncidentChange, Recorded
from sealane_investigator.pipeline.recorder import MAX_TRANSACTION, Recorder
from sealane_telemetry.investigator_metrics import InvestigatorMetrics
from tests.support.fake_store import FakeStore
from tests.support.reported import AT, accepted, analysed


def _recorder(store: FakeStore) -> Recorder:
    return Recorder(store, analysed, InvestigatorMetrics(CollectorRegistry()), now=lambda: AT + 100)


def _results(recorder: Recorder) -> dict[str, float]:
    return {result: recorder.metrics.events.labels(result).value for result in ("counted", "replayed", "refused")}


async def test_each_event_is_counted_once_however_often_it_is_given() -> None:
    """The count is exact, and the metric tells both."""
    store = FakeStore()
    recorder = _recorder(store)

    await recorder.record([accepted(1, 2), accepted(2, 3)])
    await recorder.record([accepted(1, 2)])

    assert store.rows[1].count == 3
    assert _results(recorder) == {"counted": 3, "replayed": 3, "refused": 0}


async def test_who_listens_hears_of_what_was_committed() -> None:
    """After the commit, and not before."""
    store = FakeStore()
    recorder = _recorder(store)
    heard: list[IncidentChange] = []
    recorder.listeners.append(heard.extend)

    await recorder.record([accepted(1, 2)])

    assert [change.kind for change in heard] == [ChangeOf.NEW, ChangeOf.COUNTED]


async def test_long_batches_become_transactions_of_a_bounded_length() -> None:
    """So that others get their turn."""
    store = FakeStore()

    await _recorder(store).record([accepted(*range(MAX_TRANSACTION)), accepted(*range(1_000, 1_002))])

    assert store.transactions == [MAX_TRANSACTION, 2]


async def test_what_a_reporter_dropped_is_told_once_with_its_highest_number() -> None:
    """Also when it sent nothing else."""
    store = FakeStore()

    await _recorder(store).record([accepted(dropped=2), accepted(dropped=5), accepted(dropped=4)])

    assert (store.dropped, store.transactions) == ({"r/e": 5}, [0])


async def test_what_a_reporter_dropped_is_told_with_each_transaction() -> None:
    """For each may hold incidents of which the count is a lower bound."""
    told: list[dict[str, int]] = []

    class Watching(FakeStore):
        async def record(self, batch: Sequence[Analysed], dropped: Mapping[str, int]) -> Recorded:
            told.append(dict(dropped))
            return await super().record(batch, dropped)

    await _recorder(Watching()).record([accepted(*range(MAX_TRANSACTION + 1), dropped=3)])

    assert told == [{"r/e": 3}, {"r/e": 3}]


async def test_a_database_that_is_away_is_told_to_who_gave_the_batch() -> None:
    """It gives it again."""
    store = FakeStore()
    store.away = True

    with pytest.raises(StoreUnavailable):
        await _recorder(store).record([accepted(1)])


async def test_an_event_that_no_database_takes_does_not_hold_up_the_others() -> None:
    """It is found by halving, set aside and counted as refused."""
    store = FakeStore()
    store.poison = {"r-7"}
    recorder = _recorder(store)

    assert await recorder.record([accepted(*range(1, 21))]) == 1
    assert (len(store.events), "r-7" in store.events) == (19, False)
    assert _results(recorder) == {"counted": 19, "replayed": 0, "refused": 1}


async def test_a_store_that_refuses_everything_is_waited_for() -> None:
    """Then the store is broken and not the events, and nothing is given up."""
    store = FakeStore()
    store.poison = {f"r-{number}" for number in range(1, 21)}
    recorder = _recorder(store)

    for _ in range(6):
        with pytest.raises(StoreUnavailable, match="every event"):
            await recorder.record([accepted(*range(1, 21))])
    assert _results(recorder)["refused"] == 0


async def test_an_event_that_comes_alone_is_given_up_after_some_tries() -> None:
    """Else it would block everything behind it for ever."""
    store = FakeStore()
    store.poison = {"r-1"}
    recorder = _recorder(store)

    for _ in range(4):
        with pytest.raises(StoreUnavailable):
            await recorder.record([accepted(1)])
    assert await recorder.record([accepted(1)]) == 1


async def test_the_detection_delay_is_measured() -> None:
    """From the moment at which it happened to its count."""
    recorder = _recorder(FakeStore())

    await recorder.record([accepted(1)])
    await recorder.record([accepted(1)])  # a replay
    await recorder.record([accepted(2, occurred_at=0.0)])  # by a clock that was never set

    assert recorder.metrics.detection_seconds.labels().sum == 99


async def test_a_long_text_is_analysed_on_a_thread() -> None:
    """The loop goes on meanwhile."""
    threads: set[str] = set()

    def analyse(told: ErrorEvent) -> Analysed:
        threads.add(threading.current_thread().name)
        return analysed(told)

    recorder = Recorder(FakeStore(), analyse, InvestigatorMetrics(CollectorRegistry()))
    await recorder.record([accepted(1), accepted(2, message="x" * (LONG_TEXT + 1))])

    assert len(threads) == 2
