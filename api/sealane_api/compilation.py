"""A resource becomes a Route, and Routes become a RouteTable: immutable, hashed and free of conflicts."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NoReturn

from sealane_api.canonical import spec_hash
from sealane_api.ownership import Claim, conflicts
from sealane_api.problems import FieldPath, Location, Problem, ProblemLog, shown
from sealane_api.provider_route import ProviderRoute
from sealane_api.resource.provider import BreakerSpec, ProviderSpec, SecretKeyRef, TlsSpec
from sealane_api.resource.rule import FallbackSpec, RuleSpec, TargetSpec
from sealane_api.route_table import (
    BreakerPolicy,
    Fallback,
    HealthCheck,
    Limits,
    Pattern,
    Provider,
    Retry,
    Route,
    RouteTable,
    Rule,
    SecretRef,
    Target,
    Timeouts,
    Tls,
)

#: The digits of a hash that name a revision where there are no numbers.
REVISION_DIGITS = 12


class FrozenObject(dict[str, object]):
    """A JSON object inside a target's ``set``: it refuses changes, and a JSON encoder still sees a dict."""

    def _refuse(self, *_args: object, **_kwargs: object) -> NoReturn:
        raise TypeError("a compiled route does not change")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse


def compile_route(resource: ProviderRoute, *, namespace_default: str = "default", revision: str | None = None) -> Route:
    """Return the compiled route; rules, patterns and targets stay in the order in which they were written.

    ``revision`` is a number in a cluster; without it, the first 12 digits of the hash. Every target holds the very
    provider object of the route.
    """
    namespace = resource.metadata.namespace or namespace_default
    key = f"{namespace}/{resource.metadata.name}"
    content = spec_hash(resource.spec)
    providers = {spec.name: _provider(spec, key) for spec in resource.spec.providers}
    return Route(
        namespace=namespace,
        name=resource.metadata.name,
        revision=revision or content[:REVISION_DIGITS],
        hash=content,
        providers=tuple(providers.values()),
        rules=tuple(_rule(spec, key, providers) for spec in resource.spec.rules),
        created=resource.metadata.creation_timestamp or "",
    )


def compile_table(routes: Sequence[Route], *, locate: Callable[[int, FieldPath], Location] | None = None) -> RouteTable:
    """Return the table of ``routes``, sorted by ``namespace/name``.

    Raises :class:`InvalidRoutes` when two routes have one name or a pattern is claimed twice: one problem at each
    place, naming the other. ``locate`` says where a part of ``routes[i]`` is written; without it a problem's source is
    the route's ``namespace/name``.
    """
    place = locate or (lambda at, _path: Location(routes[at].key))
    log = ProblemLog()
    log.extend(_namesakes(routes, place))
    if not log:
        log.extend(_rival_claims(routes, place))
    log.raise_if_any()
    ordered = tuple(sorted(routes, key=lambda route: route.key))
    return RouteTable(ordered, table_hash(ordered))


def table_hash(routes: Iterable[Route]) -> str:
    """Return what names the whole of ``routes``, which are sorted by ``namespace/name``."""
    digest = hashlib.sha256()
    for route in routes:
        digest.update(f"{route.key} {route.hash} {route.created}\n".encode())
    return digest.hexdigest()


def _namesakes(routes: Sequence[Route], locate: Callable[[int, FieldPath], Location]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    path = ("metadata", "name")
    for at, route in enumerate(routes):
        if (earlier := first.setdefault(route.key, at)) != at:
            message = f"found a second route {route.key} (first at {_at(locate(earlier, path))}); write another name"
            yield Problem.at(locate(at, path), path, message)


def _rival_claims(routes: Sequence[Route], locate: Callable[[int, FieldPath], Location]) -> Iterator[Problem]:
    places: dict[Claim, list[tuple[int, FieldPath]]] = {}
    for at, route in enumerate(routes):
        for path, claim in _claims(route):
            places.setdefault(claim, []).append((at, path))
    claims = [claim for claim, where in places.items() for _ in where]
    for conflict in conflicts(claims):
        # A rule that repeats a pattern makes equal claims: each of them stands for one place.
        rivals = dict.fromkeys((conflict.owner, *conflict.others))
        spots = [(claim, at, path) for claim in rivals for at, path in places[claim]]
        for nth, (claim, at, path) in enumerate(spots):
            rival, rival_at, rival_path = spots[0 if nth else 1]
            elsewhere = locate(rival_at, rival_path)
            yield Problem.at(locate(at, path), path, _rivalry(claim, rival, elsewhere))


def _claims(route: Route) -> Iterator[tuple[FieldPath, Claim]]:
    for at, rule in enumerate(route.rules):
        for nth, pattern in enumerate(rule.patterns):
            path = ("spec", "rules", at, "models", nth, pattern.kind.value)
            yield path, Claim(pattern, route.key, rule.name, route.created)


def _rivalry(claim: Claim, rival: Claim, elsewhere: Location) -> str:
    if (claim.route, claim.rule) == (rival.route, rival.rule):
        who = f"rule {shown(rival.rule)} claims a second time ({_at(elsewhere)})"
    else:
        owner = "the same route" if claim.route == rival.route else rival.route
        who = f"rule {shown(rival.rule)} of {owner} claims too ({_at(elsewhere)})"
    return f"found {shown(claim.pattern.text)}, which {who}; a model has one owner: remove one of the two"


def _at(location: Location) -> str:
    if location.line is not None:
        return f"{location.source}:{location.line}"
    return location.source if location.document is None else f"{location.source}, document {location.document}"


def _provider(spec: ProviderSpec, route: str) -> Provider:
    return Provider(
        route=route,
        name=spec.name,
        dialect=spec.dialect,
        base_url=spec.base_url,
        messages_base_url=spec.messages_base_url,
        credential=None if spec.credential is None else _secret(spec.credential.secret_ref),
        tls=_tls(spec.tls),
        max_concurrency=spec.max_concurrency,
        breaker=_breaker(spec.breaker),
        health_check=None
        if spec.health_check is None
        else HealthCheck(spec.health_check.path, spec.health_check.interval.seconds),
        allow_insecure=spec.allow_insecure,
    )


def _secret(ref: SecretKeyRef) -> SecretRef:
    return SecretRef(ref.name, ref.key)


def _tls(spec: TlsSpec) -> Tls | None:
    if spec.server_name is None and spec.ca_ref is None:
        return None
    return Tls(spec.server_name, None if spec.ca_ref is None else _secret(spec.ca_ref))


def _breaker(spec: BreakerSpec) -> BreakerPolicy:
    return BreakerPolicy(
        window=spec.window.seconds,
        min_requests=spec.min_requests,
        failure_percent=spec.failure_percent,
        consecutive_failures=spec.consecutive_failures,
        open_for=spec.open_for.seconds,
        max_open_for=spec.max_open_for.seconds,
        half_open_max=spec.half_open_max,
        close_after=spec.close_after,
    )


def _rule(spec: RuleSpec, route: str, providers: Mapping[str, Provider]) -> Rule:
    first_byte = spec.timeouts.first_byte
    return Rule(
        route=route,
        name=spec.name,
        critical=spec.critical,
        patterns=tuple(Pattern(pattern.kind, pattern.text) for pattern in spec.models),
        targets=tuple(_target(target, providers) for target in spec.targets),
        fallback=None if spec.fallback is None else _fallback(spec.fallback, providers),
        retry=Retry(spec.retry.max_attempts, spec.retry.budget_percent),
        timeouts=Timeouts(
            spec.timeouts.connect.seconds,
            None if first_byte is None else first_byte.seconds,
            spec.timeouts.idle.seconds,
        ),
        limits=Limits(spec.limits.requests_per_minute, spec.limits.tokens_per_minute),
    )


def _fallback(spec: FallbackSpec, providers: Mapping[str, Provider]) -> Fallback:
    return Fallback(frozenset(spec.when), tuple(_target(target, providers) for target in spec.targets))


def _target(spec: TargetSpec, providers: Mapping[str, Provider]) -> Target:
    return Target(
        provider=providers[spec.provider],
        weight=spec.weight,
        model=spec.model,
        set=MappingProxyType({name: _frozen(value) for name, value in spec.set.items()}),
        remove=spec.remove,
    )


def _frozen(value: object) -> object:
    match value:
        case dict():
            return FrozenObject({name: _frozen(member) for name, member in value.items()})
        case list():
            return tuple(_frozen(item) for item in value)
        case _:
            return value
