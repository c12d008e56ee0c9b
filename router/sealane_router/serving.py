"""The live side of a route table: the gates, pools, budgets and buckets that its exchanges use.

A table is immutable; what it needs while it serves is not. On a reload everything whose identity is unchanged (name,
base URL and credential of a provider; name of a rule) is carried over, so that no bad edit and no good one forgets an
open breaker or a used-up budget. Exchanges under way keep the objects they began with.
"""

import random
import time
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from sealane_api.route_table import Provider, Route, Rule, SecretRef

from .attempt.breaker import BreakerState
from .attempt.gate import ProviderGate
from .attempt.retry_budget import RetryBudget
from .attempt.selection import TargetSet
from .policy.limits import RequestLimits
from .providers.dialect import Dialect
from .providers.registry import dialect_of
from .routing.matcher import Matcher
from .upstream.client import Deadlines, ProviderClient
from .upstream.connector import AddressRule
from .upstream.credentials import Credential, CredentialStore
from .upstream.pool import PoolLimits

#: ``firstByte`` where a rule does not set it, in seconds (a stream, anything else).
FIRST_BYTE_STREAM = 60.0
FIRST_BYTE_OTHER = 600.0

TransitionHook = Callable[[Provider, BreakerState], None]


@dataclass(frozen=True, slots=True)
class ServingMeans:
    """What providers are reached with; ``on_transition`` is told of each new breaker state."""

    credentials: CredentialStore
    allowed: Callable[[Provider], AddressRule]
    pool_idle: float
    pool_age: float
    on_transition: TransitionHook


@dataclass(frozen=True, slots=True)
class ProviderRuntime:
    """A provider beside its gate, its client and its dialect."""

    provider: Provider
    gate: ProviderGate
    client: ProviderClient
    credential: Credential | None
    dialect: Dialect


class RuleRuntime:
    """A rule beside its targets' gates, its limits and what every answer of it says."""

    __slots__ = (
        "answer_lines", "deadlines", "endings", "limits", "providers", "route", "rule", "stream_deadlines", "targets",
    )  # fmt: skip

    def __init__(
        self,
        route: Route,
        rule: Rule,
        providers: Mapping[str, ProviderRuntime],
        budget: RetryBudget,
        limits: RequestLimits,
    ) -> None:
        self.route = route
        self.rule = rule
        self.providers = providers
        self.limits = limits
        #: What the recorder keeps of this rule's exchanges; it goes when the table does.
        self.endings: dict[tuple[object, ...], Any] = {}
        gates = {name: runtime.gate for name, runtime in providers.items()}
        self.targets = TargetSet(rule, gates, budget, random=random.random)
        self.answer_lines = f"x-sealane-route: {route.key}\r\nx-sealane-revision: {route.revision}\r\n".encode("ascii")
        times = rule.timeouts
        self.deadlines = Deadlines(times.connect, times.first_byte or FIRST_BYTE_OTHER, times.idle)
        self.stream_deadlines = Deadlines(times.connect, times.first_byte or FIRST_BYTE_STREAM, times.idle)


class Serving:
    """One route table, ready to serve."""

    def __init__(self, matcher: Matcher, means: ServingMeans, before: "Serving | None" = None) -> None:
        self.table = table = matcher.table
        self.matcher = matcher
        self.providers: dict[tuple[str, str], ProviderRuntime] = {}
        self.rules: dict[tuple[str, str], RuleRuntime] = {}
        now = time.monotonic()
        for route in table.routes:
            runtimes = {
                provider.name: _provider_runtime(route, provider, means, before, now) for provider in route.providers
            }
            for name, runtime in runtimes.items():
                self.providers[route.key, name] = runtime
            for rule in route.rules:
                self.rules[route.key, rule.name] = _rule_runtime(route, rule, runtimes, before, now)

    def retire(self, successor: "Serving | None") -> None:
        """Close the idle connections that ``successor`` did not take over."""
        kept = set() if successor is None else {id(runtime.client) for runtime in successor.providers.values()}
        for runtime in self.providers.values():
            if id(runtime.client) not in kept:
                runtime.client.close()

    def credentials_changed(self, changed: AbstractSet[Credential]) -> None:
        """A parked credential that was replaced is tried again."""
        for runtime in self.providers.values():
            if runtime.credential in changed:
                runtime.gate.credential_changed()

    def credential_problems(self) -> list[str]:
        """What is wrong with the credentials the table names, for people."""
        found = {runtime.client.credential_problem for runtime in self.providers.values()}
        return sorted(problem for problem in found if problem is not None)


def _provider_runtime(
    route: Route, provider: Provider, means: ServingMeans, before: Serving | None, now: float
) -> ProviderRuntime:
    known = None if before is None else before.providers.get((route.key, provider.name))
    same = known is not None and known.provider.identity == provider.identity
    if known is not None and same:
        gate = known.gate
        gate.reconfigure(provider.breaker, provider.max_concurrency, now)
        credential = known.credential
    else:
        gate = ProviderGate(
            provider, random=random.random, on_transition=lambda state: means.on_transition(provider, state)
        )
        credential = _credential(route, provider.credential, means)
    pool_limits = PoolLimits(means.pool_idle, means.pool_age, provider.max_concurrency)
    if known is not None and same and _reaches_alike(known.provider, provider):
        client = known.client
        client.pool.limits = pool_limits
    else:
        client = ProviderClient(
            provider,
            credential,
            allowed=means.allowed(provider),
            authority=_authority(route, provider, means),
            limits=pool_limits,
        )
    return ProviderRuntime(provider, gate, client, credential, dialect_of(provider.dialect))


def _rule_runtime(
    route: Route, rule: Rule, providers: Mapping[str, ProviderRuntime], before: Serving | None, now: float
) -> RuleRuntime:
    known = None if before is None else before.rules.get((route.key, rule.name))
    if known is None:
        budget, limits = RetryBudget(rule.retry.budget_percent), RequestLimits(rule.limits, now)
    else:
        budget, limits = known.targets.budget, known.limits
        budget.percent = rule.retry.budget_percent
        limits.reconfigure(rule.limits, now)
    return RuleRuntime(route, rule, providers, budget, limits)


def _reaches_alike(one: Provider, other: Provider) -> bool:
    """Whether connections made for ``one`` are good for ``other``, of the same identity."""
    return one.tls == other.tls and one.allow_insecure == other.allow_insecure


def _credential(route: Route, ref: SecretRef | None, means: ServingMeans) -> Credential | None:
    return None if ref is None else means.credentials.credential(route.namespace, ref)


def _authority(route: Route, provider: Provider, means: ServingMeans) -> Callable[[], bytes | None]:
    if provider.tls is None or provider.tls.ca is None:
        return lambda: None
    bundle = means.credentials.bundle(route.namespace, provider.tls.ca)
    return lambda: bundle.value
