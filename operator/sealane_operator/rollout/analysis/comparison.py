"""The analysis: is the candidate worse than stable, over the same time?

Two checks, errors and latency, each over several stretches: a failure that begins late in a long hold would drown in
the whole step, and one that is rare does not show in seconds. Both arms are looked at over the same stretch, so what
hits both is nobody's fault. A failure needs a lower confidence bound beyond the limit, and the bound is strict enough
for a look every second at every stretch: docs/rollout.md has the measured figures.

Failures of exchanges are taken as independent; slowness is not: a busy second makes all of its exchanges slow, and may
hit one arm by chance. So a candidate is only called slow when it is slower in most parts of a stretch, each compared
with stable in that same part.

Breakers would blame the innocent all the same. Each arm has its own, and after an outage they close at different times:
so the comparison begins anew after one, and what an open breaker refused proves nothing without failures that reached
a provider.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from sealane_api.resource.rollout import AnalysisSpec
from sealane_operator.rollout.analysis.evidence import error_words, failure_words, latency_words
from sealane_operator.rollout.analysis.figures import Stretch, bad_share, last_outage, parts, sent, stretch
from sealane_operator.rollout.analysis.statistics import (
    SLOW_SHARE,
    bound_above,
    least_difference,
    percentile95,
    slower_than,
)
from sealane_operator.rollout.model import Sample, Series

_ERRORS, _LATENCY = "ErrorRateExceeded", "LatencyExceeded"

#: Reasons of the condition RolledBack that an analysis has; every other one is a deadline's or a person's.
ANALYSED = frozenset({_ERRORS, _LATENCY})

#: Seconds of the stretches that are looked at besides the whole step.
STRETCHES: tuple[float | None, ...] = (5.0, 10.0, 30.0, None)

#: Standard deviations of the bound that a failure needs, and of the one that is enough not to call it passed.
FAIL_Z = 4.2
DOUBT_Z = 1.645

#: With fewer exchanges of the candidate nothing fails.
MIN_EXCHANGES = 10

#: With fewer exchanges that reached a provider its errors prove nothing.
_MIN_SENT = 2

#: With fewer exchanges of stable its p95 says too little.
_MIN_STABLE_LATENCIES = 20

#: Parts of a stretch that slowness is looked for in, and the fewest in which it has to be.
_PARTS, _MIN_SLOW_PARTS = 5, 3

#: A candidate without any exchange for so many seconds has no data, whatever it had before.
QUIET_SECONDS = 60.0


class Verdict(StrEnum):
    """What an analysis comes to."""

    PASS = "Pass"  # noqa: S105 - a verdict
    FAIL = "Fail"
    INCONCLUSIVE = "Inconclusive"
    NO_DATA = "NoData"
    UNAVAILABLE = "MetricsUnavailable"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a candidate fails: a reason of the condition RolledBack, the figures in words, the classes of its failures.

    ``seconds`` lie between the sample before its first bad exchange and the newest one; None for latency.
    """

    reason: str
    words: str
    classes: str = ""
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Analysis:
    """The verdict, that of each check, and the figures of the whole step."""

    verdict: Verdict
    checks: dict[str, Verdict]
    whole: Stretch
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class _Check:
    verdict: Verdict
    failure: Failure | None = None


def compare(series: Series, spec: AnalysisSpec, other: int, *, since: float | None = None) -> Analysis:
    """Compare the candidate with stable, which is revision ``other``; nothing before ``since`` counts."""
    calm = last_outage(series)  # breakers close again one by one: what is compared begins after it
    if since is not None:
        calm = since if calm is None else max(calm, since)
    stretches = [stretch(series, seconds, since=calm) for seconds in STRETCHES]
    whole = stretches[-1]
    errors = _errors(stretches, spec, series, other)
    latency = _latency(stretches, spec, series, other)
    checks = {"errors": errors.verdict, "latency": latency.verdict}
    failure = errors.failure or latency.failure
    if failure is not None:
        return Analysis(Verdict.FAIL, checks, whole, failure)
    for verdict, is_so in (
        (Verdict.UNAVAILABLE, series.sources == 0),
        (Verdict.NO_DATA, not whole.candidate.exchanges or not whole.stable.exchanges),
    ):
        if is_so:
            return Analysis(verdict, dict.fromkeys(checks, verdict), whole)
    if whole.candidate.exchanges < spec.min_requests:
        verdict = Verdict.NO_DATA if _is_quiet(series) else Verdict.INCONCLUSIVE
        return Analysis(verdict, dict.fromkeys(checks, verdict), whole)
    passed = all(verdict is Verdict.PASS for verdict in checks.values())
    return Analysis(Verdict.PASS if passed else Verdict.INCONCLUSIVE, checks, whole)


def swapped(series: Series) -> Series:
    """Return the series with stable and candidate in each other's place."""
    samples = tuple(Sample(each.at, each.candidate, each.stable) for each in series.samples)
    return replace(series, samples=samples, stable=series.candidate, candidate=series.stable)


def _errors(stretches: list[Stretch], spec: AnalysisSpec, series: Series, other: int) -> _Check:
    limit = spec.max_error_increase_percent / 100

    def excess(each: Stretch, z: float) -> float:
        if not each.stable.exchanges:
            return 0.0  # nothing to be compared with
        return least_difference(bad_share(each.candidate), bad_share(each.stable), z) - limit

    def proven(each: Stretch, z: float) -> float:
        ours, theirs = sent(each.candidate), sent(each.stable)
        if ours.whole < _MIN_SENT:
            return 0.0  # an open breaker alone blames nobody
        return min(excess(each, z), least_difference(ours, theirs, z) - limit)

    failed = _failed(stretches, proven)
    if failed is not None:
        seconds = series.samples[-1].at - failed.first_bad if failed.first_bad is not None else None
        return _Check(
            Verdict.FAIL, Failure(_ERRORS, error_words(failed, other), failure_words(failed.candidate), seconds)
        )
    whole = stretches[-1]
    worse = bad_share(whole.candidate).value - bad_share(whole.stable).value > limit
    return _Check(Verdict.INCONCLUSIVE if worse or _is_doubtful(stretches, excess) else Verdict.PASS)


def _latency(stretches: list[Stretch], spec: AnalysisSpec, series: Series, other: int) -> _Check:
    factor = 1 + spec.max_latency_increase_percent / 100

    def excess(each: Stretch, z: float) -> float:
        bound = _slow_bound(each, factor)
        if bound is None:
            return 0.0
        slow, usual = slower_than(each.candidate.latency, bound), slower_than(each.stable.latency, bound)
        return usual.value + least_difference(slow, usual, z) - SLOW_SHARE

    def lasting(each: Stretch, z: float) -> float:
        bound = _slow_bound(each, factor)
        found = excess(each, z)
        return found if bound is not None and found > 0 and _lasts(parts(series, each, _PARTS), bound) else 0.0

    failed = _failed(stretches, lasting)
    if failed is not None:
        words = latency_words(failed, other, _slow_bound(failed, factor) or 0.0)
        return _Check(Verdict.FAIL, Failure(_LATENCY, words))
    whole = stretches[-1]
    ours, theirs = percentile95(whole.candidate.latency), percentile95(whole.stable.latency)
    worse = ours is not None and theirs is not None and ours > theirs * factor
    return _Check(Verdict.INCONCLUSIVE if worse or _is_doubtful(stretches, excess) else Verdict.PASS)


def _slow_bound(each: Stretch, factor: float) -> float | None:
    """Return the bound of the histogram above which at most one exchange in twenty may be."""
    if sum(each.stable.latency) < _MIN_STABLE_LATENCIES:
        return None
    usual = percentile95(each.stable.latency)
    return None if usual is None else bound_above(usual * factor)


def _lasts(pieces: list[Stretch], bound: float) -> bool:
    """Say whether the candidate is slower than allowed, and than stable, in most parts in which it did anything."""
    slow = [
        share.value > max(SLOW_SHARE, slower_than(each.stable.latency, bound).value)
        for each in pieces
        if (share := slower_than(each.candidate.latency, bound)).whole
    ]
    return sum(slow) >= _MIN_SLOW_PARTS and 2 * sum(slow) > len(slow)


def _failed(stretches: list[Stretch], excess: Callable[[Stretch, float], float]) -> Stretch | None:
    """Return the shortest stretch that is proof enough."""
    return next(
        (each for each in stretches if each.candidate.exchanges >= MIN_EXCHANGES and excess(each, FAIL_Z) > 0), None
    )


def _is_doubtful(stretches: list[Stretch], excess: Callable[[Stretch, float], float]) -> bool:
    return any(each.candidate.exchanges >= MIN_EXCHANGES and excess(each, DOUBT_Z) > 0 for each in stretches)


def _is_quiet(series: Series) -> bool:
    return stretch(series, QUIET_SECONDS).candidate.exchanges == 0
