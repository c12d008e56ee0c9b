"""Facts that only a gateway has, counted where attempts end and told when somebody asks.

Which credential fails where another works, which model, since when, for how many tenants: the investigator reads it
at ``/-/report?facts=1``. A good exchange costs one addition, to a series that is kept with its rule.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import urlsplit

from sealane_api.report import (
    MAX_BREAKER_CHANGES,
    MAX_TRAFFIC,
    MAX_TRAFFIC_MODELS,
    MAX_TRAFFIC_TENANTS,
    OTHER,
    Breaker,
    BreakerFact,
    RouterFacts,
    TrafficFact,
)
from sealane_api.route_table import Provider, Route, RouteTable
from sealane_router.attempt.breaker import BreakerState
from sealane_router.exchange import Attempt

from .credential_names import CredentialNames

_BREAKERS: dict[BreakerState, Breaker] = {
    BreakerState.CLOSED: "closed",
    BreakerState.HALF_OPEN: "half-open",
    BreakerState.OPEN: "open",
}

#: Route, revision, provider, base URL and credential; the model is beside it.
_Place = tuple[str, str, str, str, str | None]


class TrafficSeries:
    """Attempts of one (route, revision, provider, base URL, credential, model); counts only grow."""

    __slots__ = ("failing_tenants", "failures", "fixed", "since", "successes", "tenants")

    def __init__(self, fixed: tuple[str, int, str, str, str, str | None, str | None, str], since: float) -> None:
        self.fixed = fixed
        self.since = since
        self.successes = 0
        self.failures: dict[str, int] = {}
        self.tenants: set[str] = set()
        self.failing_tenants: set[str] = set()

    def failed(self, failure_class: str, tenant: str) -> None:
        """Count a failed attempt."""
        self.failures[failure_class] = self.failures.get(failure_class, 0) + 1
        _remember(self.failing_tenants, tenant)
        _remember(self.tenants, tenant)

    def fact(self) -> TrafficFact:
        """A copy for the report."""
        return TrafficFact(
            *self.fixed,
            self.successes,
            dict(self.failures),
            len(self.tenants),
            len(self.failing_tenants),
            self.since,
        )


class Facts:
    """Series of traffic and the last changes of breakers; ``wall`` is seconds since 1970.

    A revision's series go when it has left the tables (:meth:`forget_all_but`), as its metrics do.
    """

    def __init__(self, names: CredentialNames, wall: Callable[[], float] = time.time) -> None:
        self._names = names
        self._wall = wall
        self._places: dict[_Place, dict[str, TrafficSeries]] = {}
        self._count = 0
        self._other = TrafficSeries((OTHER, 0, "", OTHER, OTHER, None, None, OTHER), wall())
        self._changes: deque[BreakerFact] = deque(maxlen=MAX_BREAKER_CHANGES)
        self._states: dict[tuple[str, str, str], Breaker] = {}

    def series(self, route: Route, attempt: Attempt, model: str, tenant: str) -> TrafficSeries:
        """The series that an attempt for ``model``, the name sent, counts in."""
        provider = attempt.target.provider
        credential, credential_class = self._names.of(attempt.runtime.credential)
        place = (route.key, route.revision, provider.name, provider.base_url, credential)
        models = self._places.get(place)
        found = None if models is None else models.get(model)
        if found is None:
            found = self._add(place, route, provider, credential_class, model)
        _remember(found.tenants, tenant)
        return found

    def breaker_changed(self, provider: Provider, arm: str, state: BreakerState) -> None:
        """Note that a breaker is in another state from now on."""
        key, after = (provider.route, provider.name, arm), _BREAKERS[state]
        before = self._states.get(key, "closed")
        self._states[key] = after
        self._changes.append(BreakerFact(*key, before, after, self._wall()))

    def forget_all_but(self, *tables: RouteTable) -> Iterator[None]:
        """Forget the traffic of revisions that are in none of ``tables``; a part of it before each item."""
        live = {(route.key, route.revision) for table in tables for route in (*table.routes, *table.candidates)}
        routes = {route for route, _ in live}
        yield
        for place in [place for place in self._places if place[:2] not in live]:
            self._count -= len(self._places.pop(place))
        for key in [key for key in self._states if key[0] not in routes]:
            del self._states[key]
        yield

    def traffic(self) -> list[TrafficSeries]:
        """All series as they are now, at most ``MAX_TRAFFIC`` and one; they go on counting."""
        found = [series for models in self._places.values() for series in models.values()]
        return [*found, self._other] if self._other.successes or self._other.failures else found

    def report(self, process: str, name: str, traffic: Iterable[TrafficSeries] = ()) -> RouterFacts:
        """The changes of breakers, and what ``traffic`` counted, for a router called ``name``."""
        facts = tuple(series.fact() for series in traffic)
        return RouterFacts(process, name, self._wall(), facts, tuple(self._changes))

    def _add(
        self, place: _Place, route: Route, provider: Provider, credential_class: str | None, model: str
    ) -> TrafficSeries:
        models = self._places.get(place, {})
        if len(models) >= MAX_TRAFFIC_MODELS:
            model = OTHER
            if model in models:
                return models[model]
        if self._count >= MAX_TRAFFIC:
            return self._other
        host = urlsplit(provider.base_url).hostname or ""
        fixed = (route.key, route.number or 0, route.hash, provider.name, host, place[4], credential_class, model)
        found = models[model] = TrafficSeries(fixed, self._wall())
        self._places[place] = models
        self._count += 1
        return found


def _remember(tenants: set[str], tenant: str) -> None:
    if len(tenants) < MAX_TRAFFIC_TENANTS:
        tenants.add(tenant)
