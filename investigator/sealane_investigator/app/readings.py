"""Metrics that are read when somebody scrapes: they cost nothing until then."""

from sealane_investigator.intake.spool import Spool
from sealane_investigator.interfaces import Store
from sealane_telemetry.investigator_metrics import InvestigatorMetrics


def show_state(metrics: InvestigatorMetrics, spool: Spool | None, limit: int, version: str) -> None:
    """Let ``metrics`` read the spool."""
    metrics.build_info.labels(version).set(1)
    metrics.spool_limit.labels().set(limit if spool is not None else 0)
    if spool is None:
        return
    figures = spool.figures
    metrics.spool_bytes.read_from(lambda: [((), float(spool.size))])
    metrics.backlog.read_from(lambda: [((), float(spool.waiting))])
    metrics.spool_bad.read_from(lambda: [(("damaged",), float(figures.damaged)), (("torn",), float(figures.torn))])
    metrics.spool_adopted.read_from(lambda: [((), float(figures.adopted))])
    metrics.spool_failures.read_from(lambda: [((), float(figures.failures))])


async def show_backlog(metrics: InvestigatorMetrics, store: Store) -> None:
    """Show what waits in the database. Raises StoreUnavailable."""
    backlog = await store.backlog()
    metrics.investigations_due.labels().set(backlog.investigations)
    metrics.notices.labels("due").set(backlog.notices)
    metrics.notices.labels("held").set(backlog.held)
    metrics.reported_drops.labels().set(backlog.dropped)
