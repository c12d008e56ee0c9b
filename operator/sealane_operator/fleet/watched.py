"""The routes that routers are asked about: what each points at, since when, and what was told of it last."""

from collections.abc import Iterator
from itertools import islice

from sealane_api.report import CandidateLease
from sealane_operator.rollout.model import Phase, RolloutState, Routers

from .acknowledgement import Since
from .series import MAX_SAMPLES, RouteSeries, pair_of

#: Seconds for which a route is asked about by name after its pointers moved.
SETTLING_SECONDS = 10.0

#: Samples that all active routes keep together, and the fewest that one keeps.
_ALL_SAMPLES = 30_000
_FEWEST = 60
#: A route at rest keeps those of the last minutes: what its revision did, for whatever is compared with it later.
_AT_REST = 8

#: What people are told of a route: it is looked at again when this changes.
Summary = tuple[object, ...]


class WatchedRoute:
    """One route; times are monotonic seconds."""

    __slots__ = ("acknowledged", "changed", "series", "since", "state", "told")

    def __init__(self, state: RolloutState, now: float) -> None:
        self.state = state
        self.since = Since(now, now)
        self.changed = float("-inf")
        #: Whether every ready router holds the pointers, as far as that was looked at.
        self.acknowledged = False
        #: What whoever decides knows; None until somebody asked.
        self.told: Summary | None = None
        pair = pair_of(state)
        self.series = None if pair is None else RouteSeries(pair, now)

    def point(self, state: RolloutState, now: float) -> bool | None:
        """Take the state as it is now; return whether stable moved, None when nothing did that routers follow."""
        before, self.state = self.state, state
        stable = _identity(before.stable) != _identity(state.stable)
        if not stable and _trial(before) == _trial(state):
            return None
        self.since = Since(now if stable else self.since.stable, now)
        self.changed, self.acknowledged = now, False
        pair = pair_of(state)
        if pair is None:
            self.series = None
        elif self.series is None or self.series.pair != pair or stable:
            self.series = RouteSeries(pair, now, self.series)
        return stable

    @property
    def in_rollout(self) -> bool:
        """Whether its figures are wanted every second."""
        return self.state.phase is not Phase.IDLE or self.state.candidate is not None

    def is_active(self, now: float) -> bool:
        """Whether routers are asked about it by name."""
        return self.in_rollout or not self.acknowledged or now - self.changed < SETTLING_SECONDS


class WatchedRoutes:
    """All routes by ``namespace/name``; the active ones are found without looking at the others."""

    def __init__(self) -> None:
        self._routes: dict[str, WatchedRoute] = {}
        self._active: dict[str, WatchedRoute] = {}
        self._looked_over = 0

    def __len__(self) -> int:
        return len(self._routes)

    def get(self, key: str) -> WatchedRoute | None:
        """The route; None when it is not known."""
        return self._routes.get(key)

    def point(self, key: str, state: RolloutState, now: float) -> bool | None:
        """Take the state of a route as it is now; return whether stable moved, None when nothing did."""
        route = self._routes.get(key)
        if route is None:
            route = self._routes[key] = WatchedRoute(state, now)
            moved = None
        else:
            moved = route.point(state, now)
        if route.is_active(now):
            self._active[key] = route
        return moved

    def forget(self, key: str) -> None:
        """The route is gone."""
        self._routes.pop(key, None)
        self._active.pop(key, None)

    def active(self) -> Iterator[tuple[str, WatchedRoute]]:
        """Those that are asked about by name; the one at hand may be settled meanwhile."""
        return iter(list(self._active.items()))

    def some(self, share: float) -> Iterator[tuple[str, WatchedRoute]]:
        """The next ``share`` of all routes, so that each has its turn."""
        count = min(len(self._routes), int(len(self._routes) * share) + 1)
        if self._looked_over + count > len(self._routes):
            self._looked_over = max(0, len(self._routes) - count)
            turn = list(islice(self._routes.items(), self._looked_over, None))
            self._looked_over = 0
        else:
            turn = list(islice(self._routes.items(), self._looked_over, self._looked_over + count))
            self._looked_over += count
        return iter(turn)

    def acknowledge(self, key: str, route: WatchedRoute, routers: Routers, now: float) -> None:
        """Note how far the routers follow: a route that they hold, and that nothing happens to, is at rest."""
        route.acknowledged = routers.stable == routers.ready or route.state.stable is None
        if route.is_active(now):
            self._active[key] = route
        else:
            self._active.pop(key, None)

    def sample(self, route: WatchedRoute, now: float) -> None:
        """Note the figures of a route as they are now."""
        if route.series is None:
            return
        if route.in_rollout:
            limit = max(_FEWEST, min(MAX_SAMPLES, _ALL_SAMPLES // (len(self._active) or 1)))
            route.series.sample(now, limit=limit)
        else:
            route.series.sample(now, limit=_AT_REST, sliding=True)

    def leases(self) -> Iterator[CandidateLease]:
        """What candidates may have of their routes' traffic."""
        for key, route in self._active.items():
            candidate = route.state.candidate
            if candidate is not None and candidate.weight > 0:
                yield CandidateLease(key, candidate.revision, candidate.weight)

    def names(self) -> Iterator[str]:
        """The active routes that no lease names."""
        for key, route in self._active.items():
            if route.state.candidate is None or route.state.candidate.weight == 0:
                yield key


def _identity(pointer: object) -> tuple[object, object]:
    return getattr(pointer, "revision", None), getattr(pointer, "hash", None)


def _trial(state: RolloutState) -> tuple[object, object, int]:
    candidate = state.candidate
    return (*_identity(candidate), 0 if candidate is None else candidate.weight)
