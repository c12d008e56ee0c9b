"""What both revisions did, summed over routers that come, go and start again."""

import pytest

from sealane_api.report import Figures, RouteReport
from sealane_operator.fleet.series import MAX_SAMPLES, Pair, RouteSeries, pair_of
from tests.support.fleets import arm, figures, state

STEP = Pair(7, 8, 10)


def _report(stable: Figures | None = None, candidate: Figures | None = None) -> RouteReport:
    return RouteReport(
        None if stable is None else arm(7, 90, stable), None if candidate is None else arm(8, 10, candidate)
    )


def _last(series: RouteSeries) -> tuple[tuple[int, int], tuple[int, int]]:
    sample = series.samples[-1]
    return (sample.stable.exchanges, sample.stable.bad), (sample.candidate.exchanges, sample.candidate.bad)


@pytest.mark.parametrize(
    ("told", "pair"),
    [
        (state(None), None),
        (state(7), Pair(7, None, 0)),
        (state(7, 8, 10), Pair(7, 8, 10)),
    ],
)
def test_what_is_compared_is_what_the_state_points_at(told: object, pair: Pair | None) -> None:
    """Nothing, a revision alone, or both."""
    assert pair_of(told) == pair  # type: ignore[arg-type]


def test_a_series_counts_from_its_own_beginning() -> None:
    """What a router counted before is not part of it."""
    series = RouteSeries(STEP, 100.0)
    series.take("a", _report(figures(1_000, 30), figures(50)), now=100.5)
    series.sample(100.5)
    series.take("a", _report(figures(1_090, 31), figures(60, 2)), now=101.5)
    series.sample(101.5)

    assert [each.at for each in series.samples] == [100.0, 100.5, 101.5]
    assert series.samples[0].stable == series.samples[1].stable == Figures()
    assert series.samples[-1].stable == figures(90, 1)
    assert series.samples[-1].candidate == figures(10, 2)


def test_routers_are_summed() -> None:
    """Each by the growth of its own process."""
    series = RouteSeries(STEP, 100.0)
    for process, before, after in (("a", 10, 15), ("b", 1_000, 1_007)):
        series.take(process, _report(figures(before), figures(0)), now=100.0)
        series.take(process, _report(figures(after), figures(1)), now=101.0)
    series.sample(101.0)

    assert _last(series) == ((12, 0), (2, 0))


def test_a_router_that_is_silent_makes_no_dip() -> None:
    """What it had counted stays; when it comes back its growth is added at once."""
    series = RouteSeries(STEP, 100.0)
    for process in "ab":
        series.take(process, _report(figures(0), figures(0)), now=100.0)
        series.take(process, _report(figures(10), figures(1)), now=101.0)
    series.sample(101.0)
    for second in range(2, 6):
        series.take("a", _report(figures(10 * second), figures(second)), now=100.0 + second)
        series.sample(100.0 + second)
    series.take("b", _report(figures(60), figures(6)), now=106.0)
    series.sample(106.0)

    counted = [each.stable.exchanges for each in series.samples]
    assert counted == sorted(counted)
    assert _last(series) == ((50 + 60, 0), (5 + 6, 0))


def test_a_router_that_starts_again_counts_from_zero() -> None:
    """Its new process is as old as it says, so all that it counted belongs to the series."""
    series = RouteSeries(STEP, 100.0)
    series.take("a", _report(figures(500), figures(0)), now=100.0)
    series.take("a", _report(figures(520), figures(2)), now=102.0)
    series.take("a2", _report(figures(3), figures(1)), now=110.0, uptime=4.0)
    series.take("a2", _report(figures(5), figures(1)), now=111.0, uptime=5.0)
    series.sample(111.0)

    assert _last(series) == ((25, 0), (3, 0))


def test_a_router_that_was_there_before_but_unheard_of_adds_only_what_comes() -> None:
    """It is older than the series: what it counted until now may be from before."""
    series = RouteSeries(STEP, 100.0)
    series.take("late", _report(figures(9_000, 400), figures(90)), now=110.0, uptime=3_600.0)
    series.take("late", _report(figures(9_010, 401), figures(91)), now=111.0, uptime=3_601.0)
    series.sample(111.0)

    assert _last(series) == ((10, 1), (1, 0))


def test_an_arm_that_appears_is_counted_from_zero() -> None:
    """The process was there without it, so it began within the series."""
    series = RouteSeries(STEP, 100.0)
    series.take("a", _report(figures(500)), now=100.0)
    series.take("a", _report(figures(510), figures(4, 4)), now=101.0)
    series.sample(101.0)

    assert _last(series) == ((10, 0), (4, 4))


def test_counters_that_begin_anew_in_the_same_process_are_no_drop() -> None:
    """A revision that was gone for a while and is served again."""
    series = RouteSeries(STEP, 100.0)
    series.take("a", _report(figures(0), figures(0)), now=100.0)
    series.take("a", _report(figures(50), figures(20, 3)), now=101.0)
    series.take("a", _report(figures(60), figures(5, 1)), now=102.0)
    series.sample(102.0)

    assert _last(series) == ((60, 0), (25, 4))


def test_at_a_promotion_the_figures_go_with_the_revision() -> None:
    """The new series begins at zero from the last report, whichever arm the revision is in."""
    trial = RouteSeries(STEP, 100.0)
    trial.take("a", _report(figures(500), figures(90, 1)), now=101.0)
    baking = RouteSeries(Pair(8, None, 0), 101.5, trial)
    baking.take("a", _report(figures(505), figures(95, 1)), now=102.0)
    baking.take("a", RouteReport(arm(8, 100, figures(99, 2))), now=103.0)
    baking.sample(103.0)

    assert _last(baking) == ((9, 1), (0, 0))


def test_a_challenge_compares_with_the_revision_before() -> None:
    """It is the candidate now, and counts from zero whatever it had counted as stable."""
    baking = RouteSeries(Pair(8, None, 0), 100.0)
    baking.take("a", RouteReport(arm(8, 100, figures(10))), now=100.0)
    challenge = RouteSeries(Pair(8, 7, 50), 101.0, baking)
    challenge.take("a", RouteReport(arm(8, 50, figures(14, 2)), arm(7, 50, figures(3))), now=102.0)
    challenge.sample(102.0)

    assert _last(challenge) == ((4, 2), (3, 0))


def test_a_revision_that_was_out_of_the_comparison_counts_anew() -> None:
    """What it had counted as stable of an earlier series is not what its new counters are measured by."""
    trial = RouteSeries(STEP, 100.0)
    trial.take("a", _report(figures(5), figures(1)), now=100.0)
    baking = RouteSeries(Pair(8, None, 0), 101.0, trial)
    baking.take("a", RouteReport(arm(8, 100, figures(1))), now=101.0)
    challenge = RouteSeries(Pair(8, 7, 50), 102.0, baking)
    challenge.take("a", RouteReport(arm(8, 50, figures(1)), arm(7, 50, figures(9))), now=103.0)
    challenge.sample(103.0)

    assert _last(challenge) == ((0, 0), (9, 0))


def test_a_router_that_did_not_follow_brings_nothing_of_the_past() -> None:
    """It served the candidate that was given up all the while; when it is tried again, only what comes counts."""
    trial = RouteSeries(STEP, 100.0)
    trial.take("a", _report(figures(0), figures(0)), now=100.0)
    trial.take("a", _report(figures(900), figures(500, 150)), now=110.0)
    rest = RouteSeries(Pair(7, None, 0), 111.0, trial)
    rest.take("a", _report(figures(1_000), figures(510, 152)), now=112.0)
    again = RouteSeries(STEP, 113.0, rest)
    again.take("a", _report(figures(1_090), figures(520, 152)), now=114.0)
    again.sample(114.0)

    assert _last(again) == ((90, 0), (10, 0))


def test_a_router_that_missed_a_promotion_does_not_acquit_the_previous_revision() -> None:
    """In a challenge its figures are of the same seconds as those of the promoted one."""
    trial = RouteSeries(STEP, 100.0)
    trial.take("a", _report(figures(20_000), figures(500)), now=100.0)
    baking = RouteSeries(Pair(8, None, 0), 101.0, trial)
    baking.take("a", _report(figures(20_100), figures(510)), now=102.0)
    challenge = RouteSeries(Pair(8, 7, 50), 103.0, baking)
    challenge.take("a", RouteReport(arm(8, 50, figures(520, 10)), arm(7, 50, figures(20_110, 10))), now=104.0)
    challenge.sample(104.0)

    assert _last(challenge) == ((10, 10), (10, 10))


def test_samples_are_not_closer_than_half_a_second() -> None:
    """However often a round is brought together."""
    series = RouteSeries(STEP, 100.0)
    series.sample(100.4)
    series.sample(100.5)
    series.sample(100.9)

    assert [each.at for each in series.samples] == [100.0, 100.5]


def test_while_nothing_happens_two_samples_say_it() -> None:
    """The first and the last of equal ones; the same objects, which cost nothing."""
    series = RouteSeries(STEP, 100.0)
    series.take("a", _report(figures(0), figures(0)), now=100.0)
    for second in range(1, 50):
        series.sample(100.0 + second)
    series.take("a", _report(figures(1), figures(0)), now=150.0)
    for second in range(50, 100):
        series.sample(100.0 + second)

    assert [(each.at, each.stable.exchanges) for each in series.samples] == [
        (100.0, 0), (149.0, 0), (150.0, 1), (199.0, 1),
    ]  # fmt: skip
    assert series.samples[-1].stable is series.samples[-2].stable


def test_there_are_so_many_samples_and_no_more() -> None:
    """Beyond, the older half is thinned out; the first and the newest minutes stay as they are."""
    series = RouteSeries(STEP, 0.0)
    for second in range(1, 4_000):
        series.take("a", _report(figures(second), figures(0)), now=float(second), uptime=0.0)
        series.sample(float(second))

    times = [each.at for each in series.samples]
    assert MAX_SAMPLES / 2 < len(times) <= MAX_SAMPLES
    assert times == sorted(times)
    assert times[0] == 0.0
    assert times[-300:] == [float(second) for second in range(3_700, 4_000)]


def test_a_series_that_lasts_for_days_slides() -> None:
    """The newest samples stay."""
    series = RouteSeries(Pair(7, None, 0), 0.0)
    for minute in range(1, 60):
        series.take("a", _report(figures(minute)), now=60.0 * minute, uptime=0.0)
        series.sample(60.0 * minute, limit=8, sliding=True)

    assert [each.at for each in series.samples] == [60.0 * minute for minute in range(52, 60)]


def test_a_router_that_starts_again_and_again_costs_bounded_memory() -> None:
    """Those heard of least lately are forgotten; what they counted stays, and what comes back is never doubled."""
    series = RouteSeries(STEP, 0.0)
    for number in range(5_000):
        series.take(f"a{number}", _report(figures(2), figures(1)), now=float(number), uptime=0.0)
    series.take("a0", _report(figures(3), figures(1)), now=5_001.0, uptime=0.0)
    series.sample(5_001.0)

    assert not series.counts("a1")
    assert series.counts("a4999")
    assert _last(series) == ((2 * 2_001, 0), (2_001, 0))


def test_failures_are_told_apart_up_to_a_bound() -> None:
    """A router cannot fill the operator with names."""
    series = RouteSeries(STEP, 0.0)
    many = Figures(100, 100, figures(0).latency, {f"class-{number}": 1 for number in range(100)})
    series.take("a", _report(many, figures(0)), now=0.5, uptime=0.0)
    series.sample(1.0)

    assert len(series.samples[-1].stable.failures) == 32
