"""Candidate against stable, over the same time."""

import pytest

from sealane_api.report import LATENCY_BOUNDS, Figures
from sealane_api.resource.rollout import AnalysisSpec
from sealane_operator.rollout.analysis.comparison import Verdict, compare, swapped
from sealane_operator.rollout.model import Sample, Series

SPEC = AnalysisSpec()


def _figures(exchanges: int, bad: int = 0, bucket: int = 8, slow: int = 0, slow_bucket: int = 12) -> Figures:
    latency = [0] * (len(LATENCY_BOUNDS) + 1)
    latency[bucket] += exchanges - bad - slow
    latency[slow_bucket] += slow
    return Figures(exchanges, bad, tuple(latency), {"InvalidRequest": bad} if bad else {})


def _series(*pairs: tuple[Figures, Figures], sources: int = 3) -> Series:
    samples = tuple(Sample(1_000.0 + at, stable, candidate) for at, (stable, candidate) in enumerate(pairs, 1))
    return Series(7, 8, 10, samples, samples[-1].at if samples else 0.0, sources)


def _verdict(stable: Figures, candidate: Figures) -> Verdict:
    return compare(_series((stable, candidate)), SPEC, 7).verdict


def _added(one: Figures, other: Figures) -> Figures:
    latency = tuple(a + b for a, b in zip(one.latency, other.latency, strict=True))
    return Figures(one.exchanges + other.exchanges, one.bad + other.bad, latency, {**one.failures, **other.failures})


def _by_seconds(*seconds: tuple[Figures, Figures]) -> Series:
    grown: list[tuple[Figures, Figures]] = [(Figures(), Figures())]
    for stable, candidate in seconds:
        grown.append((_added(grown[-1][0], stable), _added(grown[-1][1], candidate)))
    return _series(*grown)


@pytest.mark.parametrize(
    ("stable", "candidate", "expected"),
    [
        (_figures(900), _figures(100), Verdict.PASS),
        (_figures(900), _figures(49), Verdict.INCONCLUSIVE),
        (_figures(900), _figures(50), Verdict.PASS),
        (_figures(900), _figures(9, bad=9), Verdict.INCONCLUSIVE),
        (_figures(900), _figures(10, bad=10), Verdict.FAIL),
        (_figures(900), _figures(0), Verdict.NO_DATA),
        (_figures(0), _figures(500), Verdict.NO_DATA),
        (_figures(0), _figures(500, bad=500), Verdict.NO_DATA),
        (_figures(900, bad=900), _figures(100, bad=100), Verdict.NO_DATA),
        (_figures(900, bad=400), _figures(100, bad=46), Verdict.PASS),
        (_figures(900, bad=900), _figures(100, bad=2), Verdict.PASS),
        (_figures(900, bad=1), _figures(100, bad=8), Verdict.INCONCLUSIVE),
        (_figures(900, bad=1), _figures(100, bad=20), Verdict.FAIL),
        (_figures(900, bad=90), _figures(100), Verdict.PASS),
    ],
)
def test_errors_are_compared(stable: Figures, candidate: Figures, expected: Verdict) -> None:
    """minRequests is the floor for Pass; Fail needs ten exchanges, a bound, and a stable arm to compare with."""
    assert _verdict(stable, candidate) is expected


@pytest.mark.parametrize(
    ("candidate", "expected"),
    [
        (_figures(100, bucket=8), Verdict.PASS),
        (_figures(100, bucket=9), Verdict.PASS),
        (_figures(100, bucket=12), Verdict.FAIL),
        (_figures(100, slow=30), Verdict.FAIL),
        (_figures(100, slow=4), Verdict.PASS),
        (_figures(100, slow=8), Verdict.INCONCLUSIVE),
        (_figures(1, bucket=12), Verdict.INCONCLUSIVE),
    ],
)
def test_latency_is_compared(candidate: Figures, expected: Verdict) -> None:
    """Stable's p95 is about 150 ms, so up to 225 ms are allowed; one in twenty may always be slower."""
    assert compare(_by_seconds(*5 * [(_figures(180, bucket=8), candidate)]), SPEC, 7).verdict is expected


_CALM, _SLOW = _figures(20), _figures(20, bucket=12)


@pytest.mark.parametrize(
    ("seconds", "fails"),
    [
        ([_SLOW, _SLOW, _SLOW], True),
        ([_CALM] * 57 + [_SLOW] * 3, True),
        ([_SLOW, _SLOW], False),
        ([_CALM] * 8 + [_SLOW] * 2 + [_CALM] * 20, False),
        ([_CALM] * 4 + [_SLOW] + [_CALM] * 4 + [_SLOW], False),
        ([_CALM, _SLOW, _SLOW, _SLOW, _SLOW, _SLOW], True),
        ([_SLOW, _figures(0), _SLOW, _figures(0), _SLOW], True),
        ([_figures(0)] * 10 + [_SLOW] * 3, True),
    ],
)
def test_slowness_has_to_last(seconds: list[Figures], fails: bool) -> None:
    """A busy second makes all of its exchanges slow, so one or two of them are no proof, however many they hold."""
    series = _by_seconds(*((_figures(180), candidate) for candidate in seconds))
    verdicts = [
        compare(Series(7, 8, 10, series.samples[:end], series.samples[end - 1].at, 3), SPEC, 7).verdict
        for end in range(1, len(series.samples) + 1)
    ]

    assert (Verdict.FAIL in verdicts) is fails


def test_slowness_of_both_arms_in_the_same_seconds_is_nobodys() -> None:
    """What the candidate met in slow seconds is compared with what stable met in them."""
    calm, slow = (_figures(180), _figures(4)), (_figures(10, bucket=12), _figures(20, bucket=12))

    assert compare(_by_seconds(*[calm] * 2, *[slow] * 3), SPEC, 7).verdict is not Verdict.FAIL


def test_a_slow_stable_arm_allows_a_slow_candidate() -> None:
    """A provider that slows down is nobody's fault; nor is the candidate judged where nothing is slower any more."""
    assert _verdict(_figures(900, bucket=20), _figures(100, bucket=20)) is Verdict.PASS
    assert _verdict(_figures(900, bucket=24), _figures(100, bucket=25)) is not Verdict.FAIL
    assert _verdict(_figures(15, bucket=8), _figures(100, bucket=20)) is not Verdict.FAIL


def test_a_failure_has_its_reason_and_words() -> None:
    """Errors go before latency."""
    first = _figures(950, bad=1), _figures(105, bad=8, bucket=20)
    both = compare(_by_seconds(first, *3 * [(_figures(950), _figures(105, bad=8, bucket=20))]), SPEC, 7)

    assert both.checks == {"errors": Verdict.INCONCLUSIVE, "latency": Verdict.FAIL}
    assert both.failure is not None
    assert both.failure.reason == "LatencyExceeded"
    worse = compare(_series((_figures(3_800, bad=2), _figures(420, bad=90, bucket=20))), SPEC, 7)
    assert worse.failure is not None
    assert worse.failure.reason == "ErrorRateExceeded"
    assert worse.failure.words == "90/420 exchanges bad (21.4 %) against 2/3,800 (0.1 %) of revision 7"
    assert worse.failure.classes == "; failures: InvalidRequest 90"


def test_a_failure_that_begins_late_is_found_in_a_short_stretch() -> None:
    """Five minutes of good figures do not hide ten bad seconds."""
    pairs = [(_figures(180 * at), _figures(20 * at)) for at in range(1, 301)]
    pairs += [(_figures(180 * at), _figures(20 * at, bad=5 * (at - 300))) for at in range(301, 307)]
    found = compare(_series(*pairs), SPEC, 7).failure

    assert found is not None
    assert "in the last 5 s" in found.words
    assert found.seconds is not None
    assert found.seconds <= 7


def test_a_late_doubt_keeps_from_passing() -> None:
    """What looks bad in the last seconds does not pass on the merits of the minutes before."""
    pairs = [(_figures(180 * at), _figures(20 * at)) for at in range(1, 121)]
    pairs += [(_figures(180 * 121), _figures(20 * 121, bad=5)), (_figures(180 * 122), _figures(20 * 122, bad=12))]

    assert compare(_series(*pairs), SPEC, 7).verdict is Verdict.INCONCLUSIVE


def test_an_outage_of_both_arms_fails_nobody() -> None:
    """However abrupt."""
    pairs = [(_figures(180 * at), _figures(20 * at)) for at in range(1, 60)]
    pairs += [(_figures(180 * at, bad=180 * (at - 59)), _figures(20 * at, bad=20 * (at - 59))) for at in range(60, 90)]

    verdicts = [compare(_series(*pairs[:end]), SPEC, 7).verdict for end in range(50, 90)]
    assert Verdict.FAIL not in verdicts
    assert verdicts[-1] is Verdict.NO_DATA


def test_without_sources_there_are_no_metrics() -> None:
    """That is no verdict on the candidate."""
    assert compare(_series(sources=0), SPEC, 7).verdict is Verdict.UNAVAILABLE
    assert compare(_series(), SPEC, 7).verdict is Verdict.NO_DATA


def test_traffic_that_stopped_is_no_data() -> None:
    """Thirty exchanges an hour ago do not make a step inconclusive."""
    pairs = [(_figures(100), _figures(30))] * 62

    assert compare(_series(*pairs[:50]), SPEC, 7).verdict is Verdict.INCONCLUSIVE
    assert compare(_series(*pairs), SPEC, 7).verdict is Verdict.NO_DATA


def test_swapped_arms_change_places() -> None:
    """In a challenge the promoted revision is the one that is judged."""
    series = swapped(_series((_figures(100, bad=90), _figures(100))))

    assert (series.stable, series.candidate) == (8, 7)
    assert compare(series, SPEC, 7).verdict is Verdict.FAIL


def _refused(exchanges: int, bad: int, refused: int) -> Figures:
    figures = _figures(exchanges, bad)
    return Figures(exchanges, bad, figures.latency, {"Connect": bad - refused, "BreakerOpen": refused})


def test_a_breaker_that_closes_later_blames_nobody() -> None:
    """An outage of ten seconds; stable's breakers close first, the candidate's twenty seconds later."""
    good = [(_figures(180 * at), _figures(20 * at)) for at in range(1, 31)]
    out = [
        (_refused(5_400 + 180 * at, 180 * at, 180 * at - 30), _refused(600 + 20 * at, 20 * at, 20 * at - 15))
        for at in range(1, 11)
    ]
    late = [
        (_refused(7_200 + 180 * at, 1_800, 1_770), _refused(800 + 20 * at, 200 + 20 * at, 185 + 20 * at))
        for at in range(1, 21)
    ]
    again = [(_refused(10_800 + 180 * at, 1_800, 1_770), _refused(1_200 + 20 * at, 600, 585)) for at in range(1, 11)]
    pairs = [*good, *out, *late, *again]
    verdicts = [compare(_series(*pairs[:end]), SPEC, 7).verdict for end in range(1, len(pairs) + 1)]

    assert Verdict.FAIL not in verdicts
    assert verdicts[29] is Verdict.PASS
    assert set(verdicts[36:42]) == {Verdict.NO_DATA}
    assert set(verdicts[43:60]) <= {Verdict.INCONCLUSIVE}


def test_breakers_that_open_at_random_blame_nobody() -> None:
    """A third of everything fails; one arm's breaker is open, the other one's happens to be closed."""
    assert _verdict(_figures(900, bad=300), _refused(100, 100, 99)) is not Verdict.FAIL
    assert _verdict(_figures(900, bad=300), _refused(100, 95, 90)) is not Verdict.FAIL


def test_a_candidate_whose_breakers_open_is_to_blame_for_what_opened_them() -> None:
    """A wrong address fails five times; what its breaker refuses afterwards makes ten."""
    assert _verdict(_figures(90), _refused(9, 9, 4)) is not Verdict.FAIL
    assert _verdict(_figures(90), _refused(10, 10, 5)) is Verdict.FAIL
    assert _verdict(_figures(900), _refused(60, 60, 58)) is Verdict.FAIL
    assert _verdict(_figures(900), _refused(60, 60, 60)) is not Verdict.FAIL
