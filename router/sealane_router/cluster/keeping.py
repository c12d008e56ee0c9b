"""When the snapshot is written: some seconds after a change, once, and again after a failure."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping

from sealane_telemetry.cluster_metrics import ClusterMetrics
from sealane_telemetry.logs import get_logger

from .revisions import Revision
from .secrets import SecretName
from .snapshot import Keys, Snapshot, SnapshotError

_log = get_logger("sealane.cluster")

#: Seconds after a change in which further ones come into the same file.
SETTLE = 2.0
#: Seconds until a failed write is tried again.
_AGAIN = 60.0

#: What to keep now: the stable revisions and the keys that they need.
Served = Callable[[], tuple[Iterable[Revision], Mapping[SecretName, Mapping[str, bytes]]]]


class SnapshotKeeper:
    """Reads a snapshot at the start and writes it after :meth:`changed`; its failures are told and harm nothing."""

    def __init__(
        self,
        snapshot: Snapshot,
        served: Served,
        metrics: ClusterMetrics,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._snapshot = snapshot
        self._served = served
        self._metrics = metrics
        self._sleep = sleep
        self._dirty = asyncio.Event()
        self._failing = False
        self._written: float | None = None

    @property
    def age(self) -> float | None:
        """Seconds since the snapshot was written by this process; None when it was not."""
        return None if self._written is None else time.monotonic() - self._written

    async def read(self) -> tuple[list[Revision], Keys]:
        """What the last process kept; what cannot be believed is told and left out."""
        revisions: list[Revision] = []
        keys: Keys = {}
        try:
            # Thousands take seconds to check.
            revisions, problems = await asyncio.to_thread(self._snapshot.read_routes)
            for problem in problems[:10]:
                _log.warning("snapshot_refused", kind="routes", reason=problem[:250])
        except SnapshotError as error:
            _log.warning("snapshot_refused", kind="routes", reason=str(error)[:250])
        try:
            keys = await asyncio.to_thread(self._snapshot.read_keys)
        except SnapshotError as error:
            _log.warning("snapshot_refused", kind="keys", reason=str(error)[:250])
        return revisions, keys

    def changed(self) -> None:
        """What is served, or a key of it, is another one now."""
        self._dirty.set()

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            await self._dirty.wait()
            await self._sleep(SETTLE)
            if not await self.write():
                await self._sleep(_AGAIN)

    async def write(self) -> bool:
        """Write what is served now; True when that went well."""
        self._dirty.clear()
        revisions, keys = self._served()
        went_well = await self._attempt("routes", lambda: self._snapshot.write_routes(revisions))
        if self._snapshot.holds_keys:
            went_well &= await self._attempt("keys", lambda: self._snapshot.write_keys(keys))
        if went_well:
            self._written = time.monotonic()
        else:
            self._dirty.set()
        self._failing = not went_well
        return went_well

    async def finish(self) -> None:
        """Write what was not written yet, before the process ends."""
        if self._dirty.is_set():
            await self.write()

    async def _attempt(self, part: str, write: Callable[[], None]) -> bool:
        try:
            await asyncio.to_thread(write)
        except SnapshotError as error:
            self._metrics.snapshot_writes.labels(part, "failed").inc()
            if not self._failing:
                _log.error("snapshot_not_written", kind=part, reason=str(error)[:250])
            return False
        self._metrics.snapshot_writes.labels(part, "ok").inc()
        return True
