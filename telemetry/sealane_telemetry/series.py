"""Families of counters, gauges and histograms that cost a few additions on the hot path.

prometheus_client's own take a lock for every increment and walk the buckets; a router's numbers are written
by one thread, its event loop, and a bound histogram here costs a fifth. The exposition stays
prometheus_client's: a family turns into one of its metrics when it is scraped. Families may be read from
another thread; a scrape may then see a histogram between two additions.

The number of series of a family is bounded: past MAX_SERIES all further label values share one series in
which every label is ``_overflow``.
"""

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Generic, TypeVar

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

MAX_SERIES: Final = 10_000
OVERFLOW: Final = "_overflow"

Labels = tuple[str, ...]
#: What a callback reports at a scrape: label values and the present value of each series.
Readings = Iterable[tuple[Labels, float]]


class Counter:
    """One series that only grows."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = 0.0

    def inc(self, amount: float = 1.0) -> None:
        """Add ``amount``, which is not negative."""
        self.value += amount


class Gauge:
    """One series that is set."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = 0.0

    def set(self, value: float) -> None:
        """Set the present value."""
        self.value = value


class Histogram:
    """One series of observations, counted by bucket."""

    __slots__ = ("bounds", "counts", "sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def observe(self, value: float) -> None:
        """Count ``value`` in the first bucket whose bound is not below it."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value

    def buckets(self) -> list[tuple[str, float]]:
        """Return (bound, observations up to it), the last with the bound ``+Inf``."""
        total = 0
        rows: list[tuple[str, float]] = []
        for bound, count in zip((*self.bounds, float("inf")), self.counts, strict=True):
            total += count
            rows.append((_bound_text(bound), total))
        return rows


Series = TypeVar("Series", Counter, Gauge, Histogram)


class Family(ABC, Generic[Series]):
    """All series of one metric.

    ``name`` is the name in an exposition (a counter's ends in ``_total``), ``unit`` is for the reader.
    """

    kind: str

    def __init__(self, name: str, meaning: str, label_names: Labels = (), *, unit: str) -> None:
        self.name = name
        self.meaning = meaning
        self.label_names = label_names
        self.unit = unit
        self._series: dict[Labels, Series] = {}
        if not label_names:
            self.labels()  # a series without labels is there from the start, as zero

    def labels(self, *values: str) -> Series:
        """Return the series with these label values, new or not. Raises ValueError for a wrong number."""
        series = self._series.get(values)
        return series if series is not None else self._add(values)

    def keep(self, lives: Callable[[Mapping[str, str]], bool]) -> None:
        """Forget every series for whose labels ``lives`` is False."""
        if self.label_names:
            for values in list(self._series):
                if not lives(dict(zip(self.label_names, values, strict=True))):
                    del self._series[values]

    @abstractmethod
    def collect(self) -> Metric:
        """Return the family as prometheus_client exposes it."""

    @abstractmethod
    def _new(self) -> Series: ...

    def _add(self, values: Labels) -> Series:
        if len(values) != len(self.label_names):
            raise ValueError(f"{self.name} has the labels {self.label_names}, not {len(values)} of them")
        if len(self._series) >= MAX_SERIES:
            values = (OVERFLOW,) * len(values)
        return self._series.setdefault(values, self._new())


class CounterFamily(Family[Counter]):
    """Counters; ``read_from`` takes them from a callback at each scrape instead."""

    kind = "counter"
    _read: Callable[[], Readings] | None = None

    def read_from(self, read: Callable[[], Readings]) -> None:
        """Take all series from ``read`` whenever somebody scrapes."""
        self._read = read

    def collect(self) -> Metric:
        """Return the counters as prometheus_client exposes them."""
        metric = CounterMetricFamily(self.name, self.meaning, labels=self.label_names)
        for values, value in _readings(self._read, self._series):
            metric.add_metric(values, value)
        return metric

    def _new(self) -> Counter:
        return Counter()


class GaugeFamily(Family[Gauge]):
    """Gauges; ``read_from`` takes them from a callback at each scrape instead."""

    kind = "gauge"
    _read: Callable[[], Readings] | None = None

    def read_from(self, read: Callable[[], Readings]) -> None:
        """Take all series from ``read`` whenever somebody scrapes: state costs nothing until then."""
        self._read = read

    def collect(self) -> Metric:
        """Return the gauges as prometheus_client exposes them."""
        metric = GaugeMetricFamily(self.name, self.meaning, labels=self.label_names)
        for values, value in _readings(self._read, self._series):
            metric.add_metric(values, value)
        return metric

    def _new(self) -> Gauge:
        return Gauge()


class HistogramFamily(Family[Histogram]):
    """Histograms with the same bounds, which rise strictly."""

    kind = "histogram"

    def __init__(
        self, name: str, meaning: str, label_names: Labels = (), *, unit: str, bounds: tuple[float, ...]
    ) -> None:
        self.bounds = bounds
        super().__init__(name, meaning, label_names, unit=unit)

    def collect(self) -> Metric:
        """Return the histograms as prometheus_client exposes them."""
        metric = HistogramMetricFamily(self.name, self.meaning, labels=self.label_names)
        for values, series in list(self._series.items()):
            metric.add_metric(values, series.buckets(), series.sum)
        return metric

    def _new(self) -> Histogram:
        return Histogram(self.bounds)


def _bound_text(bound: float) -> str:
    return "+Inf" if bound == float("inf") else repr(bound)


def _readings(read: Callable[[], Readings] | None, series: Mapping[Labels, Counter | Gauge]) -> Readings:
    if read is not None:
        return read()
    return [(values, one.value) for values, one in list(series.items())]


class FamilyCollector(Collector):
    """One collector of all families of a process, which whoever derives from it names in ``families``."""

    families: tuple[Family[Any], ...]

    def own_families(self) -> tuple[Family[Any], ...]:
        """Return the families among the attributes, in the order in which they were declared."""
        return tuple(family for family in vars(self).values() if isinstance(family, Family))

    def collect(self) -> Iterator[Metric]:
        """Yield every metric with its present values; what prometheus_client calls at a scrape."""
        return (family.collect() for family in self.families)

    def describe(self) -> Iterator[Metric]:
        """Yield every metric without values, so that registering calls no callback."""
        return (Metric(family.name.removesuffix("_total"), family.meaning, family.kind) for family in self.families)
