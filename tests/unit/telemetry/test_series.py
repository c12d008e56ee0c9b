"""Families count as prometheus_client's do, faster, and within bounds."""

import prometheus_client
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane_telemetry import series
from sealane_telemetry.series import CounterFamily, Family, GaugeFamily, HistogramFamily


def _samples(
    family: Family[series.Counter] | Family[series.Gauge] | Family[series.Histogram],
) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {(sample.name, tuple(sorted(sample.labels.items()))): sample.value for sample in family.collect().samples}


@settings(max_examples=100)
@given(st.lists(st.floats(-1, 100), max_size=20))
def test_a_histogram_exposes_what_prometheus_client_would(values: list[float]) -> None:
    """The same buckets, count and sum for any observations, those on a bound included."""
    bounds = (0.1, 1.0, 2.5, 10.0)
    theirs = prometheus_client.Histogram("x", "x", ["a"], buckets=bounds, registry=None)
    ours = HistogramFamily("x", "x", ("a",), unit="seconds", bounds=bounds)
    for value in [*values, *bounds]:
        theirs.labels("1").observe(value)
        ours.labels("1").observe(value)

    expected = {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for metric in theirs.collect()
        for sample in metric.samples
        if not sample.name.endswith("_created")
    }
    assert expected == pytest.approx(_samples(ours))


def test_a_counter_grows_by_label_values() -> None:
    """Each combination is a series of its own."""
    family = CounterFamily("x_total", "x", ("a",), unit="things")
    family.labels("1").inc()
    family.labels("1").inc(2)
    family.labels("2").inc()

    assert _samples(family) == {("x_total", (("a", "1"),)): 3, ("x_total", (("a", "2"),)): 1}


def test_a_series_without_labels_is_there_from_the_start() -> None:
    """An alert on an increase needs the zero before it."""
    assert _samples(CounterFamily("x_total", "x", unit="things")) == {("x_total", ()): 0}


def test_a_gauge_can_be_read_when_it_is_scraped() -> None:
    """The callback's rows are the series, and no others."""
    family = GaugeFamily("x", "x", ("a",), unit="things")
    family.labels("set").set(1)
    state = {"open": 1.0}
    family.read_from(lambda: [((name,), value) for name, value in state.items()])
    state["closed"] = 0.0

    assert _samples(family) == {("x", (("a", "open"),)): 1, ("x", (("a", "closed"),)): 0}


def test_a_wrong_number_of_labels_is_an_error() -> None:
    """Found where the series is made, once."""
    with pytest.raises(ValueError, match="x_total has the labels"):
        CounterFamily("x_total", "x", ("a",), unit="things").labels("1", "2")


def test_series_beyond_the_bound_share_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded and the sum stays right."""
    monkeypatch.setattr(series, "MAX_SERIES", 3)
    family = CounterFamily("x_total", "x", ("a",), unit="things")
    for number in range(10):
        family.labels(str(number)).inc()

    samples = _samples(family)
    assert (len(samples), sum(samples.values()), samples["x_total", (("a", "_overflow"),)]) == (4, 10.0, 7.0)
