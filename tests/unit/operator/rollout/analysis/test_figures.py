"""Differences of two samples."""

from sealane_api.report import LATENCY_BOUNDS, Figures
from sealane_operator.rollout.analysis.figures import age, bad_share, last_outage, rate_of, sent, stretch, together
from sealane_operator.rollout.analysis.statistics import Share
from sealane_operator.rollout.model import Rate, Sample, Series


def _figures(exchanges: int, bad: int = 0, **failures: int) -> Figures:
    latency = (exchanges - bad, *[0] * len(LATENCY_BOUNDS))
    return Figures(exchanges, bad, latency, failures)


def _series(*candidate: Figures, begin: float = 100.0) -> Series:
    samples = tuple(Sample(begin + at, _figures(10 * at), each) for at, each in enumerate(candidate, 1))
    return Series(7, 8, 10, samples, begin + len(candidate), 3)


def test_the_whole_counts_from_the_beginning() -> None:
    """Samples that the series has lost are in its sums all the same."""
    whole = stretch(_series(_figures(50), _figures(60, 2, Timeout=2)))

    assert (whole.candidate.exchanges, whole.candidate.bad, whole.stable.exchanges) == (60, 2, 20)
    assert whole.seconds is None


def test_a_stretch_is_what_came_since() -> None:
    """Failures and latencies too; both arms over the same time."""
    series = _series(_figures(10, 1, Connect=1), _figures(20, 2, Connect=1, Timeout=1), _figures(30, 4, Timeout=3))
    last = stretch(series, 1.0)

    assert last.candidate.failures == {"Timeout": 2}
    assert (last.candidate.exchanges, last.candidate.bad, sum(last.candidate.latency)) == (10, 2, 8)
    assert last.stable.exchanges == 10


def test_a_stretch_longer_than_the_series_is_the_whole() -> None:
    """It says so, for people are told over which time."""
    assert stretch(_series(_figures(10)), 5.0).seconds is None
    assert stretch(_series(*[_figures(at) for at in range(9)]), 5.0).seconds == 5.0


def test_nothing_is_known_of_an_empty_series() -> None:
    """No samples, no exchanges, no age."""
    assert stretch(Series()).candidate.exchanges == 0
    assert age(Series()) == 0.0
    assert rate_of(stretch(Series()).stable) is None


def test_counters_that_fall_count_as_nothing() -> None:
    """A router that left takes its exchanges with it; less than nothing never happened."""
    last = stretch(_series(_figures(100, 9), _figures(40, 3)), 1.0)

    assert (last.candidate.exchanges, last.candidate.bad) == (0, 0)


def test_the_first_bad_one_came_after_the_last_sample_without() -> None:
    """Within the stretch: what went wrong before does not count."""
    series = _series(_figures(10, 1), _figures(20, 1), _figures(30, 1), _figures(40, 5))

    assert stretch(series, 2.0).first_bad == 103.0
    assert stretch(series).first_bad == 101.0
    assert stretch(series, 0.0).first_bad is None


def test_a_rate_is_figures_in_short() -> None:
    """More bad ones than exchanges cannot be, and are capped."""
    assert rate_of(_figures(10, 1)) == Rate(10, 1, 0.00475)
    assert bad_share(Figures(exchanges=3, bad=5)) == Share(3, 3)
    assert age(_series(_figures(1), _figures(2), _figures(3))) == 2.0


def _pairs(*pairs: tuple[tuple[int, int], tuple[int, int]]) -> Series:
    """Samples a second apart: ((exchanges, bad) of stable, of the candidate), counted from the beginning."""
    samples = tuple(Sample(100.0 + at, Figures(*one), Figures(*other)) for at, (one, other) in enumerate(pairs))
    return Series(7, 8, 10, samples, 100.0 + len(pairs), 3)


def test_an_outage_is_when_both_arms_fail() -> None:
    """One arm that fails is its own affair, and so is half of both at different times."""
    good = [((90 * at, 0), (10 * at, 0)) for at in range(10)]
    both = [((810 + 90 * at, 90 * at), (90 + 10 * at, 10 * at)) for at in range(1, 6)]
    after = [((1_260 + 90 * at, 450), (140 + 10 * at, 50)) for at in range(1, 10)]

    assert last_outage(_pairs(*good)) is None
    assert last_outage(_pairs(*good, *both)) == 114.0
    assert last_outage(_pairs(*good, *both, *after)) == 116.0
    assert last_outage(_pairs(*[(one, (10 * at, 10 * at)) for at, (one, _) in enumerate(good)])) is None
    assert last_outage(Series()) is None


def test_what_reached_a_provider_is_what_no_breaker_refused() -> None:
    """Fewer bad ones than were refused cannot be, and are capped."""
    assert sent(Figures(100, 60, failures={"BreakerOpen": 50, "Connect": 10})) == Share(10, 50)
    assert sent(Figures(100, 60)) == Share(60, 100)
    assert sent(Figures(5, 3, failures={"BreakerOpen": 9})) == Share(0, 2)


def test_there_is_nothing_to_compare_until_both_arms_serve() -> None:
    """The last moment before is where a comparison may begin; of an empty series there is none."""
    alone = _pairs(((0, 0), (0, 0)), ((90, 80), (0, 0)))
    both = _pairs(((0, 0), (0, 0)), ((90, 80), (0, 0)), ((99, 80), (8, 0)))

    assert together(alone) == alone.samples[-1].at
    assert together(both) == both.samples[1].at
    assert together(Series()) is None


def test_nothing_before_a_moment_counts() -> None:
    """The shorter of both limits holds."""
    series = _series(*[_figures(10 * at) for at in range(1, 11)])

    assert stretch(series, since=107.0).candidate.exchanges == 30
    assert stretch(series, 2.0, since=107.0).candidate.exchanges == 20
    assert stretch(series, since=110.0).candidate.exchanges == 0
