"""Looks at this router's own breakers: which critical rules have no provider that is closed."""

from collections.abc import Iterator

from sealane_router.attempt.gate import ProviderGate, Refusal
from sealane_router.serving import ArmRuntime, RuleRuntime, Serving

from .suspicions import Outage


def outages_of(serving: Serving, now: float) -> list[Outage]:
    """The outages of critical rules of stable revisions.

    A rule's providers are those of its targets that take traffic and of its fallback: while one of them works, the
    rule is served. Routes whose breakers are all closed, nearly all of them nearly always, cost one look a provider.
    """
    return [
        outage
        for arm in serving.stable.values()
        if not all(runtime.gate.closed for runtime in arm.providers.values())
        for outage in _of_route(arm, now)
    ]


def _of_route(arm: ArmRuntime, now: float) -> Iterator[Outage]:
    for name, rule in arm.rules.items():
        gates = _gates(rule) if rule.rule.critical else {}
        if gates and not any(gate.closed for gate in gates.values()):
            yield Outage(
                key=(arm.route.key, name),
                providers=tuple(gates),
                refusing=all(gate.refusal("", now) is Refusal.OPEN for gate in gates.values()),
                last_success=max((gate.last_success or 0.0 for gate in gates.values()), default=0.0) or None,
            )


def _gates(rule: RuleRuntime) -> dict[str, ProviderGate]:
    return {choice.target.provider.name: choice.gate for choice in rule.targets.choices}
