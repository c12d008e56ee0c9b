"""Figures in words, as a condition, an Event and the record of a rollback tell them."""

from sealane_api.report import Figures
from sealane_operator.rollout.analysis.figures import Stretch, bad_share
from sealane_operator.rollout.analysis.statistics import Share, percentile95, slower_than
from sealane_operator.rollout.model import Rate

#: So many classes of failures are named, the most frequent first.
_MAX_CLASSES = 4


def share_words(share: Share) -> str:
    """Return ``31/420 (7.4 %)``."""
    return f"{share.part:,}/{share.whole:,} ({share.value * 100:.1f} %)"


def seconds_words(seconds: float | None) -> str:
    """Return a latency as people read it."""
    if seconds is None:
        return "no content"
    return f"{seconds * 1_000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def error_words(each: Stretch, other: int) -> str:
    """Return how many exchanges of both arms went wrong, and how."""
    ours, theirs = _bad_words(bad_share(each.candidate)), share_words(bad_share(each.stable))
    return f"{ours} against {theirs} of revision {other}{_within(each)}"


def latency_words(each: Stretch, other: int, bound: float) -> str:
    """Return how slow both arms were."""
    slow, usual = slower_than(each.candidate.latency, bound), slower_than(each.stable.latency, bound)
    ours, theirs = percentile95(each.candidate.latency), percentile95(each.stable.latency)
    both = f"{seconds_words(ours)} against {seconds_words(theirs)} of revision {other}"
    return (
        f"p95 to first content {both}{_within(each)}; "
        f"slower than {seconds_words(bound)}: {share_words(slow)} against {share_words(usual)}"
    )


def rate_words(each: Stretch, baseline: Rate | None) -> str:
    """Return what the promoted revision does, and what the one before it did."""
    before = baseline or Rate(0, 0, None)
    now = f"{_bad_words(bad_share(each.stable))}, p95 {seconds_words(percentile95(each.stable.latency))}"
    then = f"{share_words(Share(before.bad, before.exchanges))}, p95 {seconds_words(before.p95)}"
    return f"{now}{_within(each)} against {then} before{failure_words(each.stable)}"


def failure_words(figures: Figures) -> str:
    """Return ``; failures: InvalidRequest 31``, or nothing."""
    counts = sorted(figures.failures.items(), key=lambda item: (-item[1], item[0]))
    if not counts:
        return ""
    named = ", ".join(f"{name} {count:,}" for name, count in counts[:_MAX_CLASSES])
    rest = len(counts) - _MAX_CLASSES
    return f"; failures: {named}{f' and {rest} more' if rest > 0 else ''}"


def _bad_words(share: Share) -> str:
    return f"{share.part:,}/{share.whole:,} exchanges bad ({share.value * 100:.1f} %)"


def _within(each: Stretch) -> str:
    return "" if each.seconds is None else f" in the last {each.seconds:.0f} s"
