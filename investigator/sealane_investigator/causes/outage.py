"""Whether a provider as a whole is failing: many tenants or models of it at once, wherever the route."""

from dataclasses import dataclass

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_investigator.incident.facts import Facts, Traffic

from .evidence import breaker_id, traffic_id

_C = ErrorClass

#: Errors that a provider's bad hour shows; an exhausted balance or a refused key is the account's own.
OUTAGE_CLASSES = frozenset({
    _C.PROVIDER_OVERLOADED, _C.UPSTREAM_5XX, _C.BAD_GATEWAY, _C.GATEWAY_TIMEOUT, _C.NO_HEALTHY_UPSTREAM,
    _C.ALL_UPSTREAMS_FAILED, _C.UPSTREAM_NON_JSON, _C.STREAM_TRUNCATED, _C.TIMEOUT_READ, _C.CONNECTION_REFUSED,
    _C.CONNECTION_RESET, _C.NETWORK_UNREACHABLE, _C.DNS_FAILURE, _C.TLS_VERIFY, _C.UNKNOWN,
})  # fmt: skip

#: Figures of at most so many seconds are of now; an hour of good answers before an outage says nothing about it.
RECENT = 60.0

#: So many errors are needed before figures say anything: as many as open a breaker, after which few come.
LEAST_ERRORS = 5

#: A provider is failing from this share of errors on.
FAILING_SHARE = 0.5

#: From so many models, tenants or routes on it is the provider and not one of them.
MANY_MODELS = 2
MANY_TENANTS = 3
MANY_ROUTES = 2


@dataclass(frozen=True, slots=True)
class Outage:
    """A provider that fails for many at once; ``why`` says for how many."""

    why: str
    evidence: tuple[str, ...]


def outage_at(host: str | None, provider: str | None, error_class: ErrorClass, facts: Facts) -> Outage | None:
    """Return what shows that the whole provider at ``host`` fails; None where the figures do not."""
    if error_class not in OUTAGE_CLASSES:
        return None
    rows = [(at, each) for at, each in enumerate(facts.traffic) if _is_of(each, host, provider)]
    errors = sum(each.errors for _, each in rows)
    total = errors + sum(each.successes for _, each in rows)
    if errors < LEAST_ERRORS or errors < FAILING_SHARE * total:
        return None
    failing = [(at, each) for at, each in rows if _fails(each)]
    spread = _spread([each for _, each in failing])
    if not spread:
        return None
    opened = [
        breaker_id(at)
        for at, each in enumerate(facts.breakers)
        if each.after == "open" and (provider is None or each.provider == provider)
    ]
    name = host or provider or "the provider"
    why = f"{name} fails for {' and '.join(spread)} at once: {errors} of {total} attempts in {RECENT:.0f} s"
    return Outage(why, (*(traffic_id(at) for at, _ in failing), *opened))


def _is_of(each: Traffic, host: str | None, provider: str | None) -> bool:
    return each.seconds <= RECENT and (each.base_url_host == host if host else each.provider == provider)


def _fails(each: Traffic) -> bool:
    return each.errors > 0 and each.errors >= each.successes


def _spread(failing: list[Traffic]) -> list[str]:
    """For how many it fails, where that is many; tenants are counted per row, so the largest number is certain."""
    counts = (
        (len({each.model for each in failing}), MANY_MODELS, "models"),
        (max((each.tenants for each in failing), default=0), MANY_TENANTS, "tenants"),
        (len({each.route for each in failing}), MANY_ROUTES, "routes"),
    )
    return [f"{number} {what}" for number, many, what in counts if number >= many]
