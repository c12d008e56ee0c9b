"""Summaries are written seldom, and never many at once."""

from sealane_operator.reconciler.summaries import PER_SECOND, SUMMARY_SECONDS, WORDS_SECONDS, Summaries


def test_one_object_writes_once_a_minute() -> None:
    """Any write counts, whatever it was for."""
    now = [0.0]
    summaries = Summaries(lambda: now[0])
    summaries.written("a")
    now[0] = 20.0

    assert summaries.wait("a", SUMMARY_SECONDS) == SUMMARY_SECONDS - 20.0
    assert summaries.wait("a", WORDS_SECONDS) == 0.0
    assert summaries.wait("b", SUMMARY_SECONDS) == 0.0


def test_all_objects_write_ten_a_second() -> None:
    """2,000 routes whose routers restarted are written within minutes, not at once."""
    now = [0.0]
    summaries = Summaries(lambda: now[0])
    allowed = 0
    for moment in range(1000):
        now[0] = moment / 100
        allowed += summaries.wait(f"{moment}", SUMMARY_SECONDS) == 0.0

    assert abs(allowed - PER_SECOND * 11) <= 1


def test_a_route_that_is_gone_is_forgotten() -> None:
    """Its successor may write at once."""
    summaries = Summaries(lambda: 0.0)
    summaries.written("a")
    summaries.forget("a")

    assert summaries.wait("a", SUMMARY_SECONDS) == 0.0
