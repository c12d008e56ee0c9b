"""The live side of a route table: the gates, pools, budgets and buckets that its exchanges use.

A table is immutable; what it needs while it serves is not. On a reload everything whose identity is unchanged (name,
base URL and credential of a provider; name of a rule) is carried over, so that no bad edit and no good one forgets an
open breaker or a used-up budget. A route that is the very same object is carried over whole, so that one changed route
among thousands costs little. Exchanges under way keep the objects they began with.

A route has two arms while a candidate revision is on trial. Gates, budgets, connections and counters belong to an arm:
nothing that happens to the candidate changes what stable sees. When the candidate is promoted, all of it goes with the
revision. The limits of a rule are shared, so that a rollout doubles none.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from sealane_api.route_table import Provider, Route, RouteTable, Rule, SecretRef

from .attempt.breaker import BreakerState
from .attempt.gate import ProviderGate
from .attempt.retry_budget import RetryBudget
from .attempt.selection import TargetSet
from .policy.limits import RequestLimits
from .providers.dialect import Dialect
from .providers.registry import dialect_of
from .routing.counters import ArmCounters
from .routing.leases import CandidateLeases
from .routing.matcher import Matcher
from .routing.splits import Arm, Splits
from .upstream.client import Deadlines, ProviderClient
from .upstream.connector import AddressRule
from .upstream.credentials import Credential, CredentialStore
from .upstream.pool import PoolLimits

#: ``firstByte`` where a rule does not set it, in seconds (a stream, anything else).
FIRST_BYTE_STREAM = 60.0
FIRST_BYTE_OTHER = 600.0

TransitionHook = Callable[[Provider, Arm, BreakerState], None]


@dataclass(frozen=True, slots=True)
class ServingMeans:
    """What providers are reached with; ``on_transition`` is told of each new breaker state.

    ``leases`` say how much of its route's traffic a candidate may have.
    """

    credentials: CredentialStore
    allowed: Callable[[Provider], AddressRule]
    pool_idle: float
    pool_age: float
    on_transition: TransitionHook
    leases: CandidateLeases = field(default_factory=CandidateLeases)


@dataclass(slots=True)
class Place:
    """The arm that a provider's gate stands in; a promotion moves it."""

    arm: Arm


@dataclass(frozen=True, slots=True)
class ProviderRuntime:
    """A provider of one arm beside its gate, its client and its dialect."""

    provider: Provider
    gate: ProviderGate
    client: ProviderClient
    credential: Credential | None
    dialect: Dialect
    place: Place


class RuleRuntime:
    """A rule beside its targets' gates, its limits and what every answer of it says."""

    __slots__ = (
        "answer_lines", "counters", "deadlines", "endings", "limits", "providers", "route", "rule", "stream_deadlines",
        "targets",
    )  # fmt: skip

    def __init__(
        self,
        route: Route,
        rule: Rule,
        providers: Mapping[str, ProviderRuntime],
        budget: RetryBudget,
        limits: RequestLimits,
        counters: ArmCounters,
    ) -> None:
        self.route = route
        self.rule = rule
        self.providers = providers
        self.limits = limits
        self.counters = counters
        #: What the recorder keeps of this rule's exchanges; it goes when the table does.
        self.endings: dict[tuple[object, ...], Any] = {}
        gates = {name: runtime.gate for name, runtime in providers.items()}
        self.targets = TargetSet(rule, gates, budget, random=random.random)
        self.answer_lines = f"x-sealane-route: {route.key}\r\nx-sealane-revision: {route.revision}\r\n".encode("ascii")
        times = rule.timeouts
        self.deadlines = Deadlines(times.connect, times.first_byte or FIRST_BYTE_OTHER, times.idle)
        self.stream_deadlines = Deadlines(times.connect, times.first_byte or FIRST_BYTE_STREAM, times.idle)


@dataclass(frozen=True, slots=True, eq=False)
class ArmRuntime:
    """One revision of a route, ready to serve: its providers and rules by name, and what became of its exchanges."""

    route: Route
    providers: Mapping[str, ProviderRuntime]
    rules: Mapping[str, RuleRuntime]
    counters: ArmCounters


class Serving:
    """One route table, ready to serve.

    ``stable`` and ``candidates`` are its arms by route; ``providers`` and ``rules`` are those of the stable arms.
    ``splits`` is None while the table has no candidate; ``made`` counts the arms that the table before did not have.
    """

    def __init__(self, matcher: Matcher, means: ServingMeans, before: "Serving | None" = None) -> None:
        self.table = table = matcher.table
        self.matcher = matcher
        builder = _Builder(table, means, before, time.monotonic())
        self.stable = {route.key: builder.stable(route) for route in table.routes}
        self.candidates = {route.key: builder.candidate(route, self.stable[route.key]) for route in table.candidates}
        self.providers: dict[tuple[str, str], ProviderRuntime] = {} if before is None else dict(before.providers)
        self.rules: dict[tuple[str, str], RuleRuntime] = {} if before is None else dict(before.rules)
        self._follow_changes({} if before is None else before.stable)
        self.made = builder.made
        self.splits: Splits | None = None
        if matcher.trials is not None:
            self.splits = Splits(matcher, matcher.trials, weight=means.leases.weight, random=random.random)

    def arms(self) -> Iterator[tuple[Arm, ArmRuntime]]:
        """Every arm of every route."""
        for runtime in self.stable.values():
            yield Arm.STABLE, runtime
        for runtime in self.candidates.values():
            yield Arm.CANDIDATE, runtime

    def runtimes(self) -> Iterator[tuple[tuple[str, str, str], ProviderRuntime]]:
        """Every provider of both arms, by route, name and arm."""
        for arm, runtime in self.arms():
            for name, provider in runtime.providers.items():
                yield (runtime.route.key, name, arm.value), provider

    def runtime(self, route: str, provider: str, arm: Arm) -> ProviderRuntime | None:
        """The provider of a route's arm; None when there is none."""
        found = (self.stable if arm is Arm.STABLE else self.candidates).get(route)
        return None if found is None else found.providers.get(provider)

    def retire(self, successor: "Serving | None") -> None:
        """Close the idle connections that ``successor`` did not take over."""
        for _, arm in self.arms():
            key = arm.route.key
            heirs = () if successor is None else (successor.stable.get(key), successor.candidates.get(key))
            if any(heir is arm for heir in heirs):
                continue
            kept = {id(each.client) for heir in heirs if heir is not None for each in heir.providers.values()}
            for runtime in arm.providers.values():
                if id(runtime.client) not in kept:
                    runtime.client.close()

    def credentials_changed(self, changed: AbstractSet[Credential]) -> None:
        """A parked credential that was replaced is tried again, and what it does counts as another's."""
        for _, runtime in self.runtimes():
            if runtime.credential in changed:
                runtime.gate.credential_changed()
        for _, arm in self.arms():
            if any(runtime.credential in changed for runtime in arm.providers.values()):
                for rule in arm.rules.values():
                    rule.endings.clear()

    def credential_problems(self) -> list[str]:
        """What is wrong with the credentials the table names, for people."""
        found = {runtime.client.credential_problem for _, runtime in self.runtimes()}
        return sorted(problem for problem in found if problem is not None)

    def _follow_changes(self, before: Mapping[str, ArmRuntime]) -> None:
        """Bring ``providers`` and ``rules`` from the stable arms ``before`` to those of now."""
        for key, arm in before.items():
            if self.stable.get(key) is not arm:
                for name in arm.providers:
                    del self.providers[key, name]
                for name in arm.rules:
                    del self.rules[key, name]
        for key, arm in self.stable.items():
            if before.get(key) is not arm:
                self.providers |= {(key, name): runtime for name, runtime in arm.providers.items()}
                self.rules |= {(key, name): runtime for name, runtime in arm.rules.items()}


class _Builder:
    """Makes the arms of one table out of those before it."""

    def __init__(self, table: RouteTable, means: ServingMeans, before: Serving | None, now: float) -> None:
        self._means = means
        self._now = now
        self._stable: Mapping[str, ArmRuntime] = {} if before is None else before.stable
        self._candidates: Mapping[str, ArmRuntime] = {} if before is None else before.candidates
        self._on_trial = {route.key: route for route in table.candidates}
        #: Arms made so far.
        self.made = 0

    def stable(self, route: Route) -> ArmRuntime:
        """The stable arm: with the state of this revision, else with what is unchanged since the one before."""
        ours, candidate = self._stable.get(route.key), self._candidates.get(route.key)
        if ours is not None and ours.route is route:
            return ours
        if _is_revision(ours, route):
            return self._arm(route, Arm.STABLE, ours, ours)
        if _is_revision(candidate, route):
            return self._arm(route, Arm.STABLE, candidate, candidate)
        on_trial = self._on_trial.get(route.key)
        if on_trial is not None and _is_revision(ours, on_trial):
            ours = None  # the revision goes on as candidate, and its state with it
        return self._arm(route, Arm.STABLE, ours, None)

    def candidate(self, route: Route, stable: ArmRuntime) -> ArmRuntime:
        """The candidate's arm beside ``stable``; a revision that was not served before begins anew."""
        ours, before = self._candidates.get(route.key), self._stable.get(route.key)
        if ours is not None and ours.route is route and stable is before:
            return ours
        heir = ours if _is_revision(ours, route) else before if _is_revision(before, route) else None
        if _is_revision(stable, route):
            heir = None  # two arms never share a gate, whatever they are told to be
        return self._arm(route, Arm.CANDIDATE, heir, heir, beside=stable)

    def _arm(
        self,
        route: Route,
        arm: Arm,
        known: ArmRuntime | None,
        same: ArmRuntime | None,
        beside: ArmRuntime | None = None,
    ) -> ArmRuntime:
        """An arm with the state of ``known`` where that fits, and the counters of the ``same`` revision."""
        self.made += 1
        counters = ArmCounters() if same is None else same.counters
        providers = {each.name: self._provider(route, each, arm, known) for each in route.providers}
        rules = {rule.name: self._rule(route, rule, providers, counters, known, beside) for rule in route.rules}
        return ArmRuntime(route, providers, rules, counters)

    def _provider(self, route: Route, provider: Provider, arm: Arm, before: ArmRuntime | None) -> ProviderRuntime:
        means = self._means
        known = None if before is None else before.providers.get(provider.name)
        if known is not None and known.provider.identity != provider.identity:
            known = None
        if known is not None:
            place, gate, credential = known.place, known.gate, known.credential
            place.arm = arm
            gate.reconfigure(provider.breaker, provider.max_concurrency, self._now)
        else:
            place = Place(arm)
            gate = ProviderGate(
                provider,
                random=random.random,
                on_transition=lambda state: means.on_transition(provider, place.arm, state),
            )
            credential = _credential(route, provider.credential, means)
        pool_limits = PoolLimits(means.pool_idle, means.pool_age, provider.max_concurrency)
        if known is not None and _reaches_alike(known.provider, provider):
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
        return ProviderRuntime(provider, gate, client, credential, dialect_of(provider.dialect), place)

    def _rule(
        self,
        route: Route,
        rule: Rule,
        providers: Mapping[str, ProviderRuntime],
        counters: ArmCounters,
        before: ArmRuntime | None,
        beside: ArmRuntime | None,
    ) -> RuleRuntime:
        known = None if before is None else before.rules.get(rule.name)
        budget = RetryBudget(rule.retry.budget_percent) if known is None else known.targets.budget
        budget.percent = rule.retry.budget_percent
        if known is None or beside is not None:
            limits = RequestLimits(rule.limits, self._now)
        else:
            limits = known.limits
            limits.reconfigure(rule.limits, self._now)
        if beside is not None and rule.name in beside.rules:
            limits.share(beside.rules[rule.name].limits)
        return RuleRuntime(route, rule, providers, budget, limits, counters)


def _is_revision(arm: ArmRuntime | None, route: Route) -> TypeGuard[ArmRuntime]:
    """Whether ``arm`` is the revision ``route``, read anew or not."""
    return arm is not None and (arm.route.revision, arm.route.hash) == (route.revision, route.hash)


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
