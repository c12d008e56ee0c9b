"""What routers report, the investigator reads: the very bytes, through both sides' own code."""

import pytest

from sealane_api.diagnosis.error_event import MAX_BATCH, Origin
from sealane_investigator.intake.wire import decode_batch
from sealane_router.report.entry import Entry
from tests.support.error_entries import entry_of, writer_of


def _full() -> Entry:
    entry = entry_of("x" * 8192)
    entry.sequence, entry.credential, entry.credential_class = 1, "0123456789abcdef", "sk-"
    entry.type, entry.exception, entry.count, entry.committed = "rate_limit_error", "y" * 20_000, 49, True
    entry.traceparent = b"00-" + b"a" * 32 + b"-b7ad6b7169203331-01"
    return entry


def _longest() -> Entry:
    entry = entry_of("请" * 8192, code="c" * 64, model="m" * 4096)
    entry.route, entry.tenant, entry.base_url = f"{'n' * 63}/{'r' * 253}", "t" * 63, f"https://{'h' * 500}/v1"
    return entry


@pytest.mark.parametrize("entry", [_full(), _longest(), entry_of(""), Entry(1.5, Origin.SELF)])
def test_an_event_arrives_as_it_was_written(entry: Entry) -> None:
    """Whatever it holds and however long it is."""
    writer = writer_of()
    batch = decode_batch(writer.batch([writer.event(entry)], 3)).batch
    (event,) = batch.events

    assert (batch.reporter, batch.epoch, batch.dropped) == ("router-0", "e", 3)
    assert (event.sequence, event.origin, event.count) == (entry.sequence, entry.origin, entry.count)
    assert (event.route, event.revision, event.failure_class) == (entry.route, entry.revision, entry.failure_class)


def test_a_full_batch_is_taken() -> None:
    """500 events, and also none."""
    writer = writer_of()

    assert len(decode_batch(writer.batch([writer.event(entry_of())] * MAX_BATCH, 0)).batch.events) == MAX_BATCH
    assert decode_batch(writer.batch([], 0)).batch.events == ()
