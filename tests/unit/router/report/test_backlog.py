"""What waits, and what there is no room for."""

import asyncio

from prometheus_client import Metric

from sealane_router.report.backlog import MAX_BYTES, MAX_ENTRIES, Backlog
from sealane_telemetry.report_metrics import ReportMetrics
from tests.support.error_entries import backlog_of, entry_of


def _value(metric: Metric, **labels: str) -> float:
    return sum(sample.value for sample in metric.samples if sample.labels == labels)


def test_what_is_queued_is_numbered_without_gaps() -> None:
    """From 1, in order, whatever was turned away in between."""
    backlog = backlog_of(3, entries=3)
    backlog.put(entry_of())
    backlog.release(1)
    backlog.put(entry_of())

    assert [entry.sequence for entry in backlog.part(0, 9)] == [2, 3, 4]
    assert (len(backlog), backlog.dropped) == (3, 1)


def test_so_many_entries_and_no_more() -> None:
    """10,000 of them; the newest is turned away, counted, and shown."""
    metrics = ReportMetrics()
    backlog = Backlog(metrics)
    for _ in range(MAX_ENTRIES + 5):
        backlog.put(entry_of())

    assert (len(backlog), backlog.dropped) == (MAX_ENTRIES, 5) == (10_000, 5)
    assert backlog.part(0, 1)[0].sequence == 1
    assert _value(metrics.dropped.collect(), reason="queue_full") == 5
    assert _value(metrics.queued.collect()) == MAX_ENTRIES


def test_so_many_bytes_and_no_more() -> None:
    """16 MiB; a small one still fits where a large one does not."""
    metrics = ReportMetrics()
    backlog = Backlog(metrics)
    large = [entry_of(f"{number:04}" + "x" * 8188) for number in range(2000)]
    for entry in large:
        backlog.put(entry)
    kept = len(backlog)
    room = MAX_BYTES - backlog.size

    assert 0 <= room < large[0].size
    assert kept == MAX_BYTES // large[0].size
    assert _value(metrics.dropped.collect(), reason="queue_bytes") == 2000 - kept == backlog.dropped
    assert _value(metrics.queued_bytes.collect()) == kept * large[0].size
    small = entry_of("")
    backlog.put(small)
    assert (len(backlog) == kept + 1) is (small.size <= room)


def test_what_arrived_makes_room() -> None:
    """All of it, to the byte."""
    backlog = backlog_of(10)
    backlog.release(10)

    assert (len(backlog), backlog.size, backlog.dropped) == (0, 0, 0)


def test_what_is_given_up_counts_for_all_that_it_stands_for() -> None:
    """A folded entry is many errors."""
    metrics = ReportMetrics()
    backlog = Backlog(metrics)
    folded = entry_of()
    folded.count = 41
    backlog.put(folded)
    backlog.put(entry_of())
    backlog.give_up(2, "shutdown")

    assert backlog.dropped == 42 == _value(metrics.dropped.collect(), reason="shutdown")
    assert (len(backlog), backlog.size) == (0, 0)


async def test_who_waits_is_woken_by_the_first() -> None:
    """And waits again when all has arrived."""
    backlog = backlog_of()
    waiting = asyncio.ensure_future(backlog.wait())
    await asyncio.sleep(0)
    assert not waiting.done()
    backlog.put(entry_of())
    await waiting
    backlog.release(1)
    again = asyncio.ensure_future(backlog.wait())
    await asyncio.sleep(0)

    assert not again.done()
    again.cancel()
