"""Metrics of the spool are read at a scrape."""

from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest

from sealane_investigator.app.readings import show_backlog, show_state
from sealane_investigator.intake.spool import Spool
from sealane_investigator.interfaces import Backlog
from sealane_telemetry.investigator_metrics import InvestigatorMetrics
from tests.support.fake_store import FakeStore


async def test_the_spool_shows_what_it_holds(tmp_path: Path) -> None:
    """And what it may."""
    registry = CollectorRegistry()
    spool = Spool(tmp_path, "one", limit=4_096)
    spool.open()
    show_state(InvestigatorMetrics(registry), spool, 4_096, "1.2.3")
    await spool.append(bytes(100))

    shown = generate_latest(registry).decode()
    await spool.close()

    assert "sealane_investigator_spool_limit_bytes 4096.0" in shown
    assert "sealane_investigator_backlog_bytes 112.0" in shown
    assert 'sealane_investigator_build_info{version="1.2.3"} 1.0' in shown


def test_without_a_spool_its_limit_is_nothing() -> None:
    """And nothing else of it is shown but zeros."""
    registry = CollectorRegistry()
    show_state(InvestigatorMetrics(registry), None, 4_096, "1")

    assert "sealane_investigator_spool_limit_bytes 0.0" in generate_latest(registry).decode()


async def test_what_waits_in_the_database_is_shown() -> None:
    """Of all replicas together."""

    class Busy(FakeStore):
        async def backlog(self) -> Backlog:
            return Backlog(investigations=1, notices=2, held=3, stream=4, dropped=5)

    metrics = InvestigatorMetrics(CollectorRegistry())
    await show_backlog(metrics, Busy())

    assert metrics.investigations_due.labels().value == 1
    assert (metrics.notices.labels("due").value, metrics.notices.labels("held").value) == (2, 3)
    assert metrics.reported_drops.labels().value == 5
