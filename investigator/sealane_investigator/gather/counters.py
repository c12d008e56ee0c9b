"""Counters of routers turned into figures of the last minutes.

A router counts from when it began; what happened lately is the difference of two reports of the same process. A process
that starts anew is another one, and a series that says it began after the last look counts from nothing, so neither
ever looks like a drop.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sealane_api.report import RouterFacts, TrafficFact
from sealane_investigator.incident.facts import Traffic

#: How far back figures reach, in seconds.
WINDOW = 600.0

#: Series of all routers together; of more, those of routers that were heard of last are kept.
MAX_SERIES = 50_000

#: Looks that one series remembers: those in which it changed, and one before.
_MAX_LOOKS = 64

_Key = tuple[str, int, str, str, str | None, str]


@dataclass(slots=True)
class _Series:
    """One series of one process: ``looks`` are (time of the look, successes, errors), oldest first."""

    fact: TrafficFact
    seen: float
    looks: deque[tuple[float, int, int]] = field(default_factory=lambda: deque(maxlen=_MAX_LOOKS))


class Counters:
    """Takes the reports of routers as they come; ``traffic`` is what they add up to."""

    def __init__(self, window: float = WINDOW, limit: int = MAX_SERIES) -> None:
        """``window`` is in seconds; ``limit`` is how many series are kept."""
        self._window = window
        self._limit = limit
        self._series: dict[tuple[str, _Key], _Series] = {}

    def add(self, report: RouterFacts, now: float) -> None:
        """Take the report of one router, which was read at ``now``; clocks of routers are compared with nobody's."""
        skew = now - report.at
        for fact in report.traffic:
            place = (report.process, _key(fact))
            known = self._series.pop(place, None)
            successes, errors = fact.successes, sum(fact.failures.values())
            if known is None or known.fact.since != fact.since:
                known = _Series(fact, now)
                known.looks.append(_beginning(fact.since + skew, now, self._window, successes, errors))
            last = known.looks[-1]
            if (successes, errors) != last[1:]:
                known.looks.append((now, successes, errors))
            known.fact, known.seen = fact, now
            self._series[place] = known  # at the end: the oldest come first
        while len(self._series) > self._limit:
            del self._series[next(iter(self._series))]

    def traffic(self, now: float, seconds: float | None = None) -> tuple[Traffic, ...]:
        """Return the figures of the last ``seconds`` (else of the window), most errors first, without what is quiet."""
        window = self._window if seconds is None else min(seconds, self._window)
        self._forget(now)
        sums: dict[_Key, list[int]] = {}
        for series in self._series.values():
            successes, errors = _difference(series.looks, now - window)
            total = sums.setdefault(_key(series.fact), [0, 0, 0])
            total[0] += successes
            total[1] += errors
            # The same tenant may be at several routers, so the largest number is certain and a sum is not.
            total[2] = max(total[2], series.fact.failing_tenants if errors else 0)
        rows = [_row(key, total, window) for key, total in sums.items() if total[0] or total[1]]
        return tuple(sorted(rows, key=lambda row: (-row.errors, row.route, row.model, row.revision)))

    @property
    def size(self) -> int:
        """How many series are kept."""
        return len(self._series)

    def _forget(self, now: float) -> None:
        for place in [place for place, series in self._series.items() if now - series.seen > self._window]:
            del self._series[place]


def relevant(
    traffic: Iterable[Traffic], route: str | None, host: str | None, credential: str | None
) -> Iterator[Traffic]:
    """Yield what says something about an error: its route, its host, and its key wherever that is used."""
    for row in traffic:
        same = (
            row.route == route,
            host is not None and row.base_url_host == host,
            credential is not None and row.credential == credential,
        )
        if any(same):
            yield row


def _key(fact: TrafficFact) -> _Key:
    return (fact.route, fact.revision, fact.provider, fact.base_url_host, fact.credential, fact.model)


def _row(key: _Key, total: list[int], seconds: float) -> Traffic:
    route, revision, provider, host, credential, model = key
    return Traffic(
        route=route,
        revision=revision,
        provider=provider,
        base_url_host=host,
        credential=credential,
        model=model,
        successes=total[0],
        errors=total[1],
        seconds=seconds,
        tenants=max(total[2], 1),
    )


def _beginning(since: float, now: float, window: float, successes: int, errors: int) -> tuple[float, int, int]:
    """Where a series is counted from: nothing, if it began within the window, else what it has at the first look."""
    return (max(since, now - window), 0, 0) if since > now - window else (now, successes, errors)


def _difference(looks: deque[tuple[float, int, int]], begin: float) -> tuple[int, int]:
    """The newest look minus the last one before the window, or the first there is."""
    before = looks[0]
    for look in looks:
        if look[0] > begin:
            break
        before = look
    newest = looks[-1]
    return newest[1] - before[1], newest[2] - before[2]
