"""What both arms did in a stretch of time: the difference of two samples of a series."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from sealane_api.failure import FailureClass
from sealane_api.report import Figures
from sealane_operator.rollout.analysis.statistics import Share, percentile95
from sealane_operator.rollout.model import Rate, Sample, Series

_NOTHING = Sample(0.0, Figures(), Figures())

#: An outage is seen over so many seconds.
_OUTAGE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """The figures of both arms over the same ``seconds``; None is all that the series has.

    ``first_bad`` is when the last sample was taken in which the candidate had no bad exchange of this stretch yet;
    ``begin`` is the index of the first sample that belongs to it.
    """

    seconds: float | None
    stable: Figures
    candidate: Figures
    first_bad: float | None = None
    begin: int = 0


def stretch(series: Series, seconds: float | None = None, *, since: float | None = None) -> Stretch:
    """Return what happened in the last ``seconds`` before the newest sample, or since the series began.

    ``since``: nothing before that moment counts.
    """
    samples = series.samples
    if not samples:
        return Stretch(seconds, Figures(), Figures())
    last = samples[-1]
    from_ = max(-math.inf if seconds is None else last.at - seconds, -math.inf if since is None else since)
    begin = bisect_right(samples, from_, key=lambda sample: sample.at) - 1
    base = samples[begin] if begin >= 0 else _NOTHING
    return Stretch(
        last.at - base.at if begin >= 0 else None,
        _grown(base.stable, last.stable),
        _grown(base.candidate, last.candidate),
        _first_bad(samples, max(begin, 0), base.candidate.bad),
        begin + 1,
    )


def parts(series: Series, whole: Stretch, count: int) -> list[Stretch]:
    """Return ``whole``, a stretch that ends with the newest sample, in at most ``count`` parts, oldest first.

    A part ends with a sample, so there are no more of them than samples.
    """
    samples = series.samples[whole.begin :]
    pieces = min(count, len(samples))
    ends = [samples[(number + 1) * len(samples) // pieces - 1] for number in range(pieces)]
    bases = [series.samples[whole.begin - 1] if whole.begin else _NOTHING, *ends[:-1]]
    return [
        Stretch(end.at - base.at, _grown(base.stable, end.stable), _grown(base.candidate, end.candidate))
        for base, end in zip(bases, ends, strict=True)
    ]


def last_outage(series: Series) -> float | None:
    """Return the last moment at which both arms were failing at once; None when they never were.

    That is a provider's outage, and nobody's fault: at least half of what each arm did in the last seconds went wrong.
    """
    samples = series.samples
    if not samples or min(samples[-1].stable.bad, samples[-1].candidate.bad) == 0:
        return None
    begin = len(samples) - 1
    for end in range(len(samples) - 1, -1, -1):
        begin = min(begin, end)
        while begin >= 0 and samples[begin].at > samples[end].at - _OUTAGE_SECONDS:
            begin -= 1
        base = samples[begin] if begin >= 0 else _NOTHING
        if base.stable.bad == samples[end].stable.bad or base.candidate.bad == samples[end].candidate.bad:
            continue  # nearly always, and this is looked at every second
        if _is_out(base.stable, samples[end].stable) and _is_out(base.candidate, samples[end].candidate):
            return samples[end].at
    return None


def together(series: Series) -> float | None:
    """Return the last moment at which one of the arms had done nothing yet: before it there is nothing to compare."""
    samples = series.samples
    first = bisect_left(samples, 1, key=lambda sample: min(sample.stable.exchanges, sample.candidate.exchanges))
    return samples[first - 1].at if first > 0 else None


def sent(figures: Figures) -> Share:
    """Return the share of exchanges that went wrong among those that reached a provider.

    What an open breaker refused repeats what opened it. It says that somebody was harmed, not who is to blame.
    """
    refused = min(figures.failures.get(FailureClass.BREAKER_OPEN, 0), figures.bad)
    return Share(max(0, figures.bad - refused), max(0, figures.exchanges - refused))


def bad_share(figures: Figures) -> Share:
    """Return the share of exchanges that went wrong."""
    return Share(min(figures.bad, figures.exchanges), figures.exchanges)


def rate_of(figures: Figures) -> Rate | None:
    """Return figures in short, to be compared with later; None without any exchange."""
    if figures.exchanges == 0:
        return None
    return Rate(figures.exchanges, min(figures.bad, figures.exchanges), percentile95(figures.latency))


def age(series: Series) -> float:
    """Return for how many seconds a series has been counted."""
    return series.samples[-1].at - series.samples[0].at if series.samples else 0.0


def _is_out(before: Figures, after: Figures) -> bool:
    exchanges = after.exchanges - before.exchanges
    return exchanges > 0 and after.bad - before.bad >= exchanges / 2


def _grown(before: Figures, after: Figures) -> Figures:
    latency = tuple(max(0, b - a) for a, b in zip(before.latency, after.latency, strict=False))
    return Figures(
        exchanges=max(0, after.exchanges - before.exchanges),
        bad=max(0, after.bad - before.bad),
        latency=latency,
        failures=_grown_failures(before.failures, after.failures),
    )


def _grown_failures(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    grown = {name: count - before.get(name, 0) for name, count in after.items()}
    return {name: count for name, count in grown.items() if count > 0}


def _first_bad(samples: tuple[Sample, ...], begin: int, bad: int) -> float | None:
    for index in range(begin, len(samples)):
        if samples[index].candidate.bad > bad:
            return samples[max(index - 1, 0)].at
    return None
