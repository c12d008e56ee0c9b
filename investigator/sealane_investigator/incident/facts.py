"""What the gateway knows beside the error's own words."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionChange:
    """A revision of a route that began to serve at ``at`` (seconds since 1970); ``changed`` names what differs.

    Entries of ``changed`` are like ``providers[moonshot].baseURL: https://a → https://b``.
    """

    route: str
    revision: int
    previous: int | None
    at: float
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Successes and errors of one (route, revision, provider, credential, model) over ``seconds`` until now."""

    route: str
    revision: int
    provider: str
    base_url_host: str
    credential: str | None
    model: str
    successes: int
    errors: int
    seconds: float
    tenants: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerChange:
    """A breaker of one provider at one router went from one state to another at ``at``."""

    route: str
    provider: str
    router: str
    before: str
    after: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that was gathered; ``missing`` says in words what could not be."""

    at: float
    traffic: tuple[Traffic, ...] = ()
    revisions: tuple[RevisionChange, ...] = ()
    breakers: tuple[BreakerChange, ...] = ()
    missing: tuple[str, ...] = ()
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
