"""The routers that are known, and what each said of itself and of its routes the last time."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from sealane_api.report import ArmReport, Breaker, RouteReport, RouterReport

from .discovery import MAX_ROUTERS, Endpoint

#: Seconds after its last answer from which a router counts as silent: it was asked several times since.
SILENT_SECONDS = 5.0

#: Different ways to hold a route that are kept once for all routers.
_MAX_SHARED = 50_000
_LONGEST_NAME = 253
_LONGEST_PROBLEM = 300


@dataclass(frozen=True, slots=True)
class HeldArm:
    """A revision that a router serves, and its share in percent."""

    revision: int
    hash: str
    weight: int


@dataclass(frozen=True, slots=True)
class Held:
    """What a router holds of a route; ``breakers`` are those of stable's providers."""

    stable: HeldArm | None = None
    candidate: HeldArm | None = None
    problem: str = ""
    breakers: tuple[tuple[str, Breaker], ...] = ()


_NOTHING = Held()


@dataclass(slots=True)
class KnownRouter:
    """One router; times are monotonic seconds, None for never.

    ``thorough`` says that ``held`` has every route, as of a moment since the router is ready.
    """

    endpoint: Endpoint
    name: str
    process: str = ""
    replica_set: str = ""
    ready: bool = False
    ready_since: float = 0.0
    answered: float | None = None
    failed: bool = False
    thorough: bool = False
    thorough_at: float | None = None
    held: dict[str, Held] = field(default_factory=dict)

    def is_silent(self, now: float) -> bool:
        """Whether it did not answer the last polls, or never any."""
        return self.answered is None or now - self.answered >= SILENT_SECONDS

    def is_ready(self, now: float) -> bool:
        """Whether it is ready, stays, and what it holds is known."""
        return self.ready and self.thorough and not self.endpoint.terminating and not self.is_silent(now)

    @property
    def was_asked(self) -> bool:
        """Whether it told everything, or did not answer when it was asked."""
        return self.thorough_at is not None or self.failed


class Roster:
    """All routers by address; what does not differ between them is kept once."""

    def __init__(self) -> None:
        self._routers: dict[str, KnownRouter] = {}
        self._shared: dict[Held, Held] = {}
        #: Routers beyond :data:`.discovery.MAX_ROUTERS` that were found and left out.
        self.left_out = 0

    def __iter__(self) -> Iterator[KnownRouter]:
        return iter(self._routers.values())

    def __len__(self) -> int:
        return len(self._routers)

    def __contains__(self, router: KnownRouter) -> bool:
        return self._routers.get(router.endpoint.address) is router

    def update(self, found: Iterable[Endpoint]) -> list[KnownRouter]:
        """Take who is there now and return who left."""
        endpoints = list(found)
        self.left_out = max(0, len(endpoints) - MAX_ROUTERS)
        before, self._routers = self._routers, {}
        for endpoint in endpoints[:MAX_ROUTERS]:
            known = before.get(endpoint.address)
            if known is None or (known.endpoint.name and endpoint.name and known.endpoint.name != endpoint.name):
                # An address that another pod has now is another router.
                known = KnownRouter(endpoint, endpoint.name or endpoint.address)
            known.endpoint = endpoint
            self._routers[endpoint.address] = known
        return [router for router in before.values() if router not in self]

    def take(
        self,
        router: KnownRouter,
        report: RouterReport,
        *,
        full: bool,
        now: float,
        outdated: Callable[[str], bool] = lambda _route: False,
    ) -> None:
        """Take a router's answer; ``outdated`` says that a route's pointers moved since the router was asked."""
        if report.process != router.process:
            router.process, router.held, router.ready, router.thorough_at = report.process, {}, False, None
        ready = report.ready and not report.draining
        if not (router.ready and ready):
            router.ready_since, router.thorough = now, False
        router.ready = ready
        router.answered, router.failed = now, False
        router.name = report.name[:_LONGEST_NAME] or router.name
        router.replica_set = report.replica_set[:_LONGEST_NAME]
        held = {route: self._held(route, each, outdated) for route, each in report.routes.items()}
        if full:
            router.held = {route: each for route, each in held.items() if each is not _NOTHING}
            router.thorough, router.thorough_at = ready, now
            return
        for route, each in held.items():
            if each is _NOTHING:
                router.held.pop(route, None)
            else:
                router.held[route] = each

    def unpoint(self, route: str, *, stable: bool) -> None:
        """The pointers of a route moved: what routers said of its candidate, or of both arms, must be said again."""
        for router in self._routers.values():
            held = router.held.get(route)
            if held is not None:
                router.held[route] = replace(held, candidate=None, stable=None if stable else held.stable)

    def forget(self, route: str) -> None:
        """The route is gone."""
        for router in self._routers.values():
            router.held.pop(route, None)

    def counts(self, now: float) -> dict[str, int]:
        """Count routers by state: ready, unready, silent."""
        counts = {"ready": 0, "unready": 0, "silent": 0}
        for router in self._routers.values():
            counts["ready" if router.is_ready(now) else "silent" if router.is_silent(now) else "unready"] += 1
        return counts

    def _held(self, route: str, report: RouteReport, outdated: Callable[[str], bool]) -> Held:
        arms = not outdated(route)
        held = Held(
            _arm(report.stable) if arms else None,
            _arm(report.candidate) if arms else None,
            " ".join((report.problem or "")[:_LONGEST_PROBLEM].split()),
            tuple((name, provider.breaker) for name, provider in report.providers.items()),
        )
        if held == _NOTHING:
            return _NOTHING
        if len(self._shared) >= _MAX_SHARED:
            self._shared.clear()
        return self._shared.setdefault(held, held)


def _arm(report: ArmReport | None) -> HeldArm | None:
    return None if report is None else HeldArm(report.revision, report.hash, report.weight)
