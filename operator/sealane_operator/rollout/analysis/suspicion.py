"""The suspicion: a promoted revision does worse than the one before it did.

There is no second arm to compare with, so this proves nothing: the provider may be the one who fails. It is reason
enough to challenge the promoted revision with the one before it, on half of the traffic.
"""

from dataclasses import dataclass

from sealane_api.report import Figures
from sealane_api.resource.rollout import AnalysisSpec
from sealane_operator.rollout.analysis.comparison import FAIL_Z, MIN_EXCHANGES, STRETCHES
from sealane_operator.rollout.analysis.evidence import rate_words
from sealane_operator.rollout.analysis.figures import Stretch, bad_share, rate_of, stretch
from sealane_operator.rollout.analysis.statistics import SLOW_SHARE, bound_above, slower_than, wilson
from sealane_operator.rollout.model import Rate, Series


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What was seen, in words and as a rate."""

    words: str
    rate: Rate


def suspect(series: Series, baseline: Rate | None, spec: AnalysisSpec) -> Suspicion | None:
    """Return what is suspicious about stable; None when it does as well as the baseline, or nobody can tell.

    Without a baseline any error beyond the limit is suspicious.
    """
    for seconds in STRETCHES:
        each = stretch(series, seconds)
        if each.stable.exchanges < MIN_EXCHANGES:
            continue
        rate = rate_of(each.stable)
        if rate is not None and (_fails_more(each, baseline, spec) or _is_slower(each, baseline, spec)):
            return Suspicion(rate_words(each, baseline), rate)
    return None


def raised(baseline: Rate | None, figures: Rate | Figures | None) -> Rate | None:
    """Return a baseline that holds for what was exonerated too: the worse of both, aspect by aspect."""
    rate = rate_of(figures) if isinstance(figures, Figures) else figures
    if rate is None or rate.exchanges < MIN_EXCHANGES:
        return baseline
    if baseline is None:
        return rate
    worse = max(baseline, rate, key=lambda each: each.bad / each.exchanges if each.exchanges else 0.0)
    p95 = max((each.p95 for each in (baseline, rate) if each.p95 is not None), default=None)
    return Rate(worse.exchanges, worse.bad, p95)


def _fails_more(each: Stretch, baseline: Rate | None, spec: AnalysisSpec) -> bool:
    usual = baseline.bad / baseline.exchanges if baseline is not None and baseline.exchanges else 0.0
    lowest, _ = wilson(bad_share(each.stable), FAIL_Z)
    return lowest - usual > spec.max_error_increase_percent / 100


def _is_slower(each: Stretch, baseline: Rate | None, spec: AnalysisSpec) -> bool:
    if baseline is None or baseline.p95 is None:
        return False
    bound = bound_above(baseline.p95 * (1 + spec.max_latency_increase_percent / 100))
    if bound is None:
        return False
    lowest, _ = wilson(slower_than(each.stable.latency, bound), FAIL_Z)
    return lowest > SLOW_SHARE
