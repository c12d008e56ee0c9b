"""Entries of the error reports, and the parts of a sender around them."""

from sealane_api.diagnosis.error_event import Origin
from sealane_router.report.backlog import MAX_BYTES, MAX_ENTRIES, Backlog
from sealane_router.report.describing import EventWriter
from sealane_router.report.entry import Entry
from sealane_telemetry.report_metrics import ReportMetrics


def entry_of(message: str | bytes = "slow down", *, code: str = "rate_limit", model: str = "kimi-k3") -> Entry:
    """One error of a provider."""
    entry = Entry(1_700_000_000.5, Origin.ROUTER)
    entry.route, entry.revision, entry.provider, entry.dialect = "team/chat", 7, "moonshot", "Moonshot"
    entry.base_url = "https://api.moonshot.test/v1"
    entry.model, entry.tenant, entry.status, entry.code, entry.message = model, "acme", 429, code, message
    entry.failure_class, entry.attempt, entry.request_id = "RateLimited", 1, "0" * 32
    return entry


def backlog_of(number: int = 0, *, entries: int = MAX_ENTRIES, size: int = MAX_BYTES) -> Backlog:
    """A backlog with so many entries in it."""
    backlog = Backlog(ReportMetrics(), entries=entries, size=size)
    for _ in range(number):
        backlog.put(entry_of())
    return backlog


def writer_of() -> EventWriter:
    """Writes events of ``router-0`` in its epoch ``e``; what a text says is upper case afterwards."""
    return EventWriter("router-0", "e", str.upper)
