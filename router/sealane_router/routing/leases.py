"""How much of a route's traffic its candidate may have now: a lease that ends by itself.

Three must agree: the route's status as the Kubernetes API says it, the operator's poll, and the clock. Whoever falls
silent (the operator, the API, the network between) ends the trial within a minute, without anybody deciding it.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from itertools import islice

from sealane_api.report import MAX_POLLED_ROUTES, CandidateLease

#: Seconds after the last poll, and after the API's last word, in which a candidate is served.
LEASE = 60.0


class CandidateLeases:
    """What candidates may have, by route (``namespace/name``); weights in percent, ``clock`` in monotonic seconds.

    Asked once per exchange of a route that has a candidate, so asking is two lookups and two comparisons.
    """

    __slots__ = ("_clock", "_confirmed", "_leased", "_pointed", "_renewed")

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pointed: dict[str, tuple[int, int]] = {}
        self._leased: dict[str, tuple[int, int]] = {}
        self._confirmed: float | None = None
        self._renewed: float | None = None

    def point(self, pointed: Mapping[str, tuple[int, int]]) -> None:
        """Take what the statuses of all routes say: route -> (revision, weight). What is not in it has no candidate."""
        self._pointed = {route: (revision, _percent(weight)) for route, (revision, weight) in pointed.items()}

    def confirm(self, age: float = 0.0) -> None:
        """The Kubernetes API confirmed ``age`` seconds ago that the routes are as they are known here."""
        self._confirmed = self._clock() - age

    def renew(self, candidates: Iterable[CandidateLease]) -> None:
        """Take the operator's poll, which names all candidates: one that is missing is not served any more.

        At most ``MAX_POLLED_ROUTES`` are taken; of two for the same route the later.
        """
        self._leased = {
            lease.route: (lease.revision, _percent(lease.weight)) for lease in islice(candidates, MAX_POLLED_ROUTES)
        }
        self._renewed = self._clock()

    def weight(self, route: str, revision: int) -> int:
        """The share of the route's traffic that its candidate ``revision`` may have now, in percent; 0 is none."""
        pointed, leased = self._pointed.get(route), self._leased.get(route)
        renewed, confirmed = self._renewed, self._confirmed
        if pointed is None or leased is None or renewed is None or confirmed is None:
            return 0
        if pointed[0] != revision or leased[0] != revision:
            return 0
        if self._clock() - min(renewed, confirmed) >= LEASE:
            return 0
        return min(pointed[1], leased[1])

    @property
    def api_age(self) -> float | None:
        """Seconds since the Kubernetes API last confirmed the routes; None when it never did."""
        return None if self._confirmed is None else self._clock() - self._confirmed

    @property
    def renewed_age(self) -> float | None:
        """Seconds since the operator's last poll; None when there was none."""
        return None if self._renewed is None else self._clock() - self._renewed


def _percent(weight: int) -> int:
    return max(0, min(100, weight))
