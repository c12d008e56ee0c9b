"""The series that the end of an exchange touches, found once and then incremented without a look-up."""

from .series import Counter, CounterFamily, Histogram, HistogramFamily


class ExchangeCounters:
    """What is counted for one route, rule, revision, provider and API.

    Series appear with their first value: an exchange that was refused exposes no empty series of a provider.
    """

    __slots__ = (
        "_by_code",
        "_duration",
        "_exchanges",
        "_find_first_content",
        "_find_tokens",
        "_first_content",
        "_input",
        "_labels",
        "_output",
    )

    def __init__(
        self,
        labels: tuple[str, str, str, str, str],
        exchanges: CounterFamily,
        duration: HistogramFamily,
        first_content: HistogramFamily,
        tokens: CounterFamily,
    ) -> None:
        route, rule, _, _, api = labels
        self._labels = labels
        self._exchanges = exchanges
        self._by_code: dict[str, Counter] = {}
        self._duration = duration.labels(route, rule, api)
        self._find_first_content = first_content.labels
        self._first_content: Histogram | None = None
        self._find_tokens = tokens.labels
        self._input: Counter | None = None
        self._output: Counter | None = None

    def ended(self, code: str, duration: float, first_content: float | None = None) -> None:
        """Count an exchange: ``code`` is a stable error code, empty for success; times are seconds."""
        series = self._by_code.get(code)
        if series is None:
            series = self._by_code[code] = self._exchanges.labels(*self._labels, code or "ok")
        series.value += 1.0
        self._duration.observe(duration)
        if first_content is not None:
            if self._first_content is None:
                self._first_content = self._find_first_content(self._labels[0], self._labels[3])
            self._first_content.observe(first_content)

    def used(self, input_tokens: int, output_tokens: int) -> None:
        """Count the tokens of an exchange."""
        if self._input is None or self._output is None:
            self._input = self._find_tokens(self._labels[0], self._labels[3], "input")
            self._output = self._find_tokens(self._labels[0], self._labels[3], "output")
        self._input.value += input_tokens
        self._output.value += output_tokens
