"""What both revisions of a route did, summed over the routers, moment by moment.

Theory of operation. A router's counters only grow within one process, so a series adds up *growth*: what a process
counted since its last report. A process that vanishes adds nothing more and takes nothing away; one that starts counts
from zero. Revisions are told apart by number, in whichever arm they are: at a promotion the figures go with them.
What a router counts of a revision goes when it serves it no more; until then its counter is remembered, compared or
not: a router that did not follow for a while must not bring what it counted long ago into a later comparison.
A series begins anew when a pointer or the weight changes, and its first sample is zero.
"""

from dataclasses import dataclass

from sealane_api.report import LATENCY_BOUNDS, Figures, RouteReport
from sealane_operator.rollout.model import RolloutState, Sample

#: Samples that a series keeps; when there are more, the older half is thinned out to every other one.
MAX_SAMPLES = 900

#: Processes whose last counters are kept: 1,000 routers, twice over.
_MAX_PROCESSES = 2_000
#: Failure classes that are told apart; there are ten.
_MAX_FAILURES = 32
#: Samples are not closer than this, in seconds.
_CLOSEST = 0.5

_NOTHING = Figures()


@dataclass(frozen=True, slots=True)
class Pair:
    """What is compared: the numbers of both revisions, and the candidate's weight in percent."""

    stable: int
    candidate: int | None
    weight: int

    @property
    def revisions(self) -> tuple[int, ...]:
        """Both numbers, or the one there is."""
        return (self.stable,) if self.candidate is None else (self.stable, self.candidate)


def pair_of(state: RolloutState) -> Pair | None:
    """Return what a state compares; None while nothing serves."""
    if state.stable is None:
        return None
    if state.candidate is None:
        return Pair(state.stable.revision, None, 0)
    return Pair(state.stable.revision, state.candidate.revision, state.candidate.weight)


class RouteSeries:
    """The series of one pair; ``now`` and ``at`` are monotonic seconds."""

    __slots__ = ("_begun", "_complete", "_counted", "_kept", "_samples", "_sums", "pair")

    def __init__(self, pair: Pair, now: float, before: "RouteSeries | None" = None) -> None:
        """``before`` is the series of the same route that ends here: this one goes on from its last reports."""
        self.pair = pair
        self._begun = now
        self._sums = {number: _Sum() for number in pair.revisions}
        self._samples = [Sample(now, _NOTHING, _NOTHING)]
        self._kept: tuple[Sample, ...] | None = None
        #: What each process counted of its revisions, by number, at its last report; who reported last is last.
        self._counted: dict[str, dict[int, Figures]] = {}
        self._complete = True
        if before is not None:
            self._counted = dict(before._counted)
            self._complete = before._complete

    def take(self, process: str, report: RouteReport, *, now: float, uptime: float = float("inf")) -> None:
        """Add what a router's process counted since its last report; ``uptime`` is its age in seconds."""
        # What a process counts from zero that was here before, or that began within this series, is all of the series.
        began_here = self._complete and (process in self._counted or uptime <= now - self._begun)
        before = self._counted.pop(process, {})
        self._counted[process] = counted = {}
        for arm in (report.stable, report.candidate):
            if arm is None:
                continue
            counted[arm.revision] = figures = arm.figures if arm.figures.exchanges else _NOTHING
            last = before.get(arm.revision, _NOTHING if began_here else figures)
            if arm.revision in self._sums and last != figures:
                self._sums[arm.revision].add(figures, last)
        self._bound()

    def sample(self, now: float, *, limit: int = MAX_SAMPLES, sliding: bool = False) -> None:
        """Note the sums as they are now; of more than ``limit`` samples the older half is thinned out.

        ``sliding``: the oldest goes instead, so that a series may last for days.
        """
        samples = self._samples
        if now - samples[-1].at < _CLOSEST:
            return
        stable = self._sums[self.pair.stable].figures
        candidate = _NOTHING if self.pair.candidate is None else self._sums[self.pair.candidate].figures
        if len(samples) >= 2 and all(each.stable is stable and each.candidate is candidate for each in samples[-2:]):
            samples.pop()  # nothing happened: the first and the last of equal samples say it all
        samples.append(Sample(now, stable, candidate))
        if len(samples) > limit and sliding:
            del samples[: len(samples) - limit]
        elif len(samples) > limit:
            half = len(samples) // 2
            samples[:half] = samples[:half:2]
        self._kept = None

    def counts(self, process: str) -> bool:
        """Whether counters of a router's process are in the sums."""
        return any(number in self._sums for number in self._counted.get(process, ()))

    @property
    def samples(self) -> tuple[Sample, ...]:
        """Oldest first."""
        if self._kept is None:
            self._kept = tuple(self._samples)
        return self._kept

    def _bound(self) -> None:
        """Forget the processes that were heard of least lately."""
        while len(self._counted) > _MAX_PROCESSES:
            del self._counted[next(iter(self._counted))]
            self._complete = False  # should it come back, it must not be counted twice


class _Sum:
    """Growth added up."""

    __slots__ = ("_bad", "_exchanges", "_failures", "_kept", "_latency")

    def __init__(self) -> None:
        self._exchanges = 0
        self._bad = 0
        self._latency = [0] * (len(LATENCY_BOUNDS) + 1)
        self._failures: dict[str, int] = {}
        self._kept: Figures | None = _NOTHING

    @property
    def figures(self) -> Figures:
        """The sum; the same object until it changes."""
        if self._kept is None:
            self._kept = Figures(self._exchanges, self._bad, tuple(self._latency), dict(self._failures))
        return self._kept

    def add(self, now: Figures, last: Figures) -> None:
        """Add what is in ``now`` and was not in ``last``; counters that shrank began anew."""
        if _shrank(now, last):
            last = _NOTHING
        self._exchanges += now.exchanges - last.exchanges
        self._bad += now.bad - last.bad
        self._latency = [
            total + new - old for total, new, old in zip(self._latency, now.latency, last.latency, strict=True)
        ]
        for name, count in now.failures.items():
            if name in self._failures or len(self._failures) < _MAX_FAILURES:
                self._failures[name] = self._failures.get(name, 0) + count - last.failures.get(name, 0)
        self._kept = None


def _shrank(now: Figures, last: Figures) -> bool:
    return (
        now.exchanges < last.exchanges
        or now.bad < last.bad
        or any(new < old for new, old in zip(now.latency, last.latency, strict=True))
    )
