"""What an investigator is put together from; the real parts are chosen in one place, tests choose their own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sealane_api.diagnosis.error_event import ErrorEvent
from sealane_investigator.incident.incident import Analysed
from sealane_investigator.intake.acceptance import Intake
from sealane_investigator.interfaces import Store
from sealane_investigator.kube.rollback import Rollbacks
from sealane_investigator.notify.delivery import Channel
from sealane_investigator.pipeline.investigation import Stages


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts that differ between a cluster, a laptop and a test.

    ``prepare`` makes sure that the tables are there; it raises StoreUnavailable while the database does not answer and
    is then called again. ``watch`` brings events of Kubernetes to the intake, as the process of a name, until it is
    cancelled; None: nobody does. ``rollbacks`` None: there is no cluster to ask.
    ``follow`` are further tasks, such as the one that keeps what routers report.
    """

    store: Store
    prepare: Callable[[], Awaitable[None]]
    redact: Callable[[str], str]
    analyse: Callable[[ErrorEvent], Analysed]
    stages: Stages | None = None
    rollbacks: Rollbacks | None = None
    watch: Callable[[Intake, str], Awaitable[None]] | None = None
    follow: tuple[Callable[[], Awaitable[None]], ...] = ()
    channels: tuple[Channel, ...] = ()
    close: tuple[Callable[[], Awaitable[None]], ...] = ()
