"""A new version of the routers themselves: do its routers do worse than those it replaces?

While routers of two ReplicaSets of one Deployment serve, all exchanges of the new ones are compared with all of the old
ones over the same window, by the analysis that compares revisions. A failure is told to people, with the command that
goes back: nothing here writes a Deployment.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from sealane_api.report import ArmReport, Figures, RouteReport, RouterReport
from sealane_api.resource.rollout import AnalysisSpec
from sealane_kube.errors import KubeError
from sealane_operator.rollout.analysis.comparison import Verdict, compare
from sealane_operator.rollout.analysis.figures import together
from sealane_operator.rollout.model import Series
from sealane_telemetry.logs import get_logger

from .interfaces import FleetMetrics
from .replica_sets import ReplicaSet, ReplicaSets
from .roster import SILENT_SECONDS, KnownRouter
from .series import Pair, RouteSeries

#: Seconds from one comparison to the next.
COMPARE_SECONDS = 1.0
#: Seconds for which a suspicion stands after the last router of the old version is gone.
STANDS_SECONDS = 3_600.0
#: Seconds without any router of a Deployment until nothing stands: an operator that hears nobody for a moment forgets
#: nothing of what it saw.
GONE_SECONDS = 60.0
#: Seconds until a ReplicaSet is asked for again after the API failed.
RETRY_SECONDS = 10.0

_SPEC = AnalysisSpec()
#: What tells both sides apart in a series.
_OLD, _NEW = 1, 2
_log = get_logger("sealane.fleet")


@dataclass(frozen=True, slots=True)
class Suspicion:
    """New routers do worse; ``message`` says how much and holds ``command``, which goes back."""

    namespace: str
    deployment: str
    deployment_uid: str
    message: str
    command: str


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a router's process said last, and when."""

    replica_set: str
    totals: Figures
    uptime: float
    at: float


class Comparison:
    """The routers of one ReplicaSet against those of the one before; times are monotonic seconds.

    ``seen`` is when both were there last, ``met`` when any router of the Deployment was.
    """

    def __init__(self, old: ReplicaSet, new: ReplicaSet, now: float) -> None:
        self.old, self.new = old, new
        self.seen = self.met = now
        self.words = ""
        self._series = RouteSeries(Pair(_OLD, _NEW, 0), now)

    def is_of(self, old: ReplicaSet, new: ReplicaSet) -> bool:
        """Whether these are compared here."""
        return (self.old, self.new) == (old, new)

    def look(self, heard: Iterable[tuple[str, _Heard]], now: float) -> bool:
        """Take what processes said; return whether the new ones are found worse for the first time."""
        self.seen = now
        sources, sides = 0, {self.old.name: _OLD, self.new.name: _NEW}
        for process, said in heard:
            number = sides.get(said.replica_set)
            if number is not None:
                sources += 1
                counted = RouteReport(ArmReport(number, "", 0, said.totals))
                self._series.take(process, counted, now=now, uptime=said.uptime)
        self._series.sample(now)
        if self.words:
            return False
        series = Series(_OLD, _NEW, 0, self._series.samples, now, sources)
        # What the old ones met before the new ones had any traffic compares nothing.
        analysis = compare(series, _SPEC, self.old.revision, since=together(series))
        if analysis.verdict is not Verdict.FAIL or analysis.failure is None:
            return False
        self.words = analysis.failure.words
        return True


class DeploymentWatch:
    """Compares while it runs; ``announce`` is told once of each new version that does worse."""

    def __init__(
        self,
        replica_sets: ReplicaSets,
        *,
        announce: Callable[[Suspicion], None],
        metrics: FleetMetrics,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._replica_sets = replica_sets
        self._announce = announce
        self._metrics = metrics
        self._clock, self._sleep = clock, sleep
        self._heard: dict[str, _Heard] = {}
        self._comparisons: dict[str, Comparison] = {}
        self._retry_at = 0.0

    def heard(self, router: KnownRouter, report: RouterReport) -> None:
        """A router answered; one outside of a cluster belongs to no ReplicaSet."""
        if router.replica_set:
            self._heard[report.process] = _Heard(router.replica_set, report.totals, report.uptime, self._clock())

    async def run(self) -> None:
        """Compare every second until this is cancelled."""
        while True:
            await self.look()
            await self._sleep(COMPARE_SECONDS)

    async def look(self) -> None:
        """Compare once; while the API does not say what belongs to what, nothing is compared."""
        now = self._clock()
        self._heard = {process: said for process, said in self._heard.items() if now - said.at < SILENT_SECONDS}
        names = {said.replica_set for said in self._heard.values()}
        serving: defaultdict[str, list[ReplicaSet]] = defaultdict(list)
        if now >= self._retry_at and (len(names) > 1 or self._comparisons):
            try:
                for found in [await self._replica_sets.find(name) for name in sorted(names)]:
                    if found is not None:
                        serving[found.deployment_uid].append(found)
            except KubeError as error:
                self._retry_at = now + RETRY_SECONDS
                _log.warning("replica_sets_cannot_be_read", error=type(error).__name__, status=error.status)
                return
            self._compare(serving, now)

    def _compare(self, serving: dict[str, list[ReplicaSet]], now: float) -> None:
        for uid, comparison in list(self._comparisons.items()):
            if uid in serving:
                comparison.met = now
            elif now - comparison.met > GONE_SECONDS:
                self._end(uid)
        for uid, sets in serving.items():
            *_, new = ordered = sorted(sets, key=lambda each: (each.revision, each.created))
            known = self._comparisons.get(uid)
            if known is not None and (known.new != new or now - known.seen > STANDS_SECONDS):
                self._end(uid)  # what was suspected is gone, or has served for an hour since
            if len(ordered) > 1:
                self._look_at(uid, ordered[-2], new, now)

    def _look_at(self, uid: str, old: ReplicaSet, new: ReplicaSet, now: float) -> None:
        comparison = self._comparisons.get(uid)
        if comparison is None or not comparison.is_of(old, new):
            self._end(uid)
            comparison = self._comparisons[uid] = Comparison(old, new, now)
        if comparison.look(self._heard.items(), now):
            self._metrics.suspect(new.deployment, suspected=True)
            self._announce(self._suspicion(comparison))

    def _suspicion(self, comparison: Comparison) -> Suspicion:
        new, namespace = comparison.new, self._replica_sets.namespace
        command = f"kubectl rollout undo deployment/{new.deployment} -n {namespace}"
        message = f"routers of revision {new.revision} do worse: {comparison.words}; to go back: {command}"
        return Suspicion(namespace, new.deployment, new.deployment_uid, message, command)

    def _end(self, uid: str) -> None:
        ended = self._comparisons.pop(uid, None)
        if ended is not None and ended.words:
            self._metrics.suspect(ended.new.deployment, suspected=False)
