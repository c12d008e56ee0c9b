"""What a router and the operator tell each other at ``/-/report`` of the admin port.

The operator's leader POSTs a :class:`Poll` to every router each second, which renews the leases of all candidates, and
reads the :class:`RouterReport` that comes back. Peers GET the same report, of up to 32 routes that they name, for
readiness and breakers. Counters only ever grow within one ``process``: a restart is a new process, never a drop. JSON
member names are the attribute names.

The investigator GETs :class:`RouterFacts` at ``/-/report?facts=1``, which nobody else is made to carry.
"""

from dataclasses import dataclass, field
from typing import Literal

#: What the problem of a route says whose revision is served though its providers lack keys: the operator looks for it.
KEYLESS_PROBLEM = "is served without all of its Secrets"

#: Routes that one poll may name; a cluster has as many candidates only when something has gone wrong.
MAX_POLLED_ROUTES = 10_000

#: Routes that a peer may name, as ``?route=namespace/name`` each: they have to fit into a request line.
MAX_ASKED_ROUTES = 32

#: What facts hold at most. Beyond the models of one credential their name is ``OTHER``, beyond the traffic every name.
MAX_TRAFFIC = 2_000
MAX_TRAFFIC_MODELS = 32
MAX_TRAFFIC_TENANTS = 64
MAX_BREAKER_CHANGES = 256
OTHER = "other"

#: Upper bounds of the buckets of time to first content, in seconds; one more bucket holds what is slower.
LATENCY_BOUNDS: tuple[float, ...] = (
    0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 7.5,
    10.0, 15.0, 20.0, 30.0, 45.0, 60.0,
)  # fmt: skip

Breaker = Literal["closed", "half-open", "open"]

#: Whether a router stays in the Service, means to leave it for a local fault, or has left it for one.
Standing = Literal["stays", "leaving", "left"]


@dataclass(frozen=True, slots=True)
class CandidateLease:
    """The share of a route's traffic, in percent, that a candidate may have until 60 s after the last poll."""

    route: str
    revision: int
    weight: int


@dataclass(frozen=True, slots=True)
class Poll:
    """What the leader asks and allows.

    ``candidates`` are all there are: one that is missing is not served any more. ``routes`` names those whose report
    is wanted besides; ``full`` asks for every route.
    """

    operator: str
    candidates: tuple[CandidateLease, ...] = ()
    routes: tuple[str, ...] = ()
    full: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of the exchanges of one revision since its router's process began to serve it.

    ``bad`` ones are among ``exchanges``: the first attempt failed, a fallback was needed, or the answer ended broken.
    ``latency`` counts exchanges by time to first content, one number for each bound and one for what is slower; an
    exchange without content is in no bucket. ``failures`` counts bad exchanges by the class of their first failure.
    """

    exchanges: int = 0
    bad: int = 0
    latency: tuple[int, ...] = (0,) * (len(LATENCY_BOUNDS) + 1)
    failures: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ArmReport:
    """One revision that a router serves; ``weight`` is the share it has now, in percent."""

    revision: int
    hash: str
    weight: int
    figures: Figures = field(default_factory=Figures)


@dataclass(frozen=True, slots=True)
class ProviderReport:
    """A provider of a stable revision; ``success_age`` is in seconds, None when nothing succeeded yet."""

    breaker: Breaker
    success_age: float | None = None


@dataclass(frozen=True, slots=True)
class RouteReport:
    """What a router has programmed of a route; ``problem`` says why that is not all that its status points at."""

    stable: ArmReport | None = None
    candidate: ArmReport | None = None
    problem: str | None = None
    providers: dict[str, ProviderReport] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RouterReport:
    """A router about itself.

    ``name`` is its pod or address, ``replica_set`` empty outside a cluster. ``api_age`` is how many seconds ago the
    Kubernetes API last confirmed the routes, None where routes come from files. ``totals`` are all its exchanges.
    A router is ready while it is ``leaving`` and not any more when it has ``left``.
    """

    process: str
    name: str
    ready: bool
    draining: bool
    version: str = ""
    replica_set: str = ""
    uptime: float = 0.0
    api_age: float | None = None
    totals: Figures = field(default_factory=Figures)
    standing: Standing = "stays"
    routes: dict[str, RouteReport] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrafficFact:
    """What became of the attempts at one provider, with one credential, for one model.

    ``revision`` is 0 for a route of a file, which its ``hash`` tells apart. ``credential`` is a keyed hash, None where
    the provider has none. ``failures`` counts failed attempts by failure class. ``tenants`` and ``failing_tenants``
    stop at ``MAX_TRAFFIC_TENANTS``. ``since`` is when this began to be counted, in seconds since 1970: a series that
    was let go with its revision and came back begins anew, and says so here.
    """

    route: str
    revision: int
    hash: str
    provider: str
    base_url_host: str
    credential: str | None
    credential_class: str | None
    model: str
    successes: int
    failures: dict[str, int]
    tenants: int
    failing_tenants: int
    since: float


@dataclass(frozen=True, slots=True)
class BreakerFact:
    """A breaker of one arm (``stable`` or ``candidate``) changed at ``at``, in seconds since 1970."""

    route: str
    provider: str
    arm: str
    before: Breaker
    after: Breaker
    at: float


@dataclass(frozen=True, slots=True)
class RouterFacts:
    """What a router knows that explains errors; ``at`` is now by its clock, ``breakers`` the last changes in order."""

    process: str
    name: str
    at: float
    traffic: tuple[TrafficFact, ...] = ()
    breakers: tuple[BreakerFact, ...] = ()
