"""Which critical rules are not served from here, as the breakers say."""

from dataclasses import replace

from sealane_api.failure import FailureClass
from sealane_api.route_table import Fallback, Provider, RouteTable, Target
from sealane_router.peers.outages import outages_of
from sealane_router.peers.suspicions import Outage
from sealane_router.serving import Serving
from tests.support.exchanges import ROUTE, provider_of, serving_of
from tests.support.router_fleet import critical_table

_NOW = 1000.0
_KEY = (ROUTE, "kimi")


def _providers() -> tuple[Provider, Provider]:
    return provider_of("https://one.test/v1"), provider_of("https://two.test/v1", "zai")


def _table(*, fallback: bool = False, weight: int = 0) -> RouteTable:
    """Moonshot serves the rule; Zai is its fallback, or a target of some weight."""
    moonshot, zai = _providers()
    table = critical_table("moonshot", "zai")
    (route,) = table.routes
    (rule,) = route.rules
    rule = replace(
        rule,
        targets=(Target(moonshot), Target(zai, weight=weight)),
        fallback=Fallback(frozenset({FailureClass.CONNECT}), (Target(zai),)) if fallback else None,
    )
    return replace(table, routes=(replace(route, rules=(rule,)),))


def _trip(serving: Serving, *names: str) -> Serving:
    for name in names:
        serving.providers[ROUTE, name].gate.trip(_NOW)
    return serving


def test_a_rule_whose_only_provider_is_open_is_out() -> None:
    """A target of weight 0 takes no traffic and is none."""
    serving = _trip(serving_of(_table()), "moonshot")

    assert outages_of(serving, _NOW) == [Outage(_KEY, ("moonshot",), refusing=True, last_success=None)]


def test_a_fallback_or_another_target_keeps_a_rule_alive() -> None:
    """Until it is open too."""
    for table in (_table(fallback=True), _table(weight=5)):
        serving = _trip(serving_of(table), "moonshot")
        alive = outages_of(serving, _NOW)
        _trip(serving, "zai")

        assert alive == []
        assert [outage.providers for outage in outages_of(serving, _NOW)] == [("moonshot", "zai")]


def test_a_rule_that_is_not_critical_is_nobodys_reason() -> None:
    """Its users chose so."""
    table = _table()
    (route,) = table.routes
    rules = tuple(replace(rule, critical=False) for rule in route.rules)
    serving = _trip(serving_of(replace(table, routes=(replace(route, rules=rules),))), "moonshot")

    assert outages_of(serving, _NOW) == []


def test_a_candidate_is_nobodys_reason() -> None:
    """Only stable revisions count."""
    table = _table()
    serving = serving_of(replace(table, candidates=(replace(table.routes[0], revision="8"),)))
    serving.candidates[ROUTE].providers["moonshot"].gate.trip(_NOW)

    assert outages_of(serving, _NOW) == []


def test_while_a_probe_would_be_admitted_nothing_is_refused() -> None:
    """Half-open is an outage that does not refuse; with its probe out it refuses again."""
    serving = _trip(serving_of(_table()), "moonshot")
    gate = serving.providers[ROUTE, "moonshot"].gate
    (eligible,) = outages_of(serving, _NOW + 15.0)
    permit = gate.acquire("kimi-k3", _NOW + 15.0)
    (probed,) = outages_of(serving, _NOW + 15.0)

    assert permit is not None
    assert (eligible.refusing, probed.refusing) == (False, True)


def test_the_last_success_of_any_provider_is_told() -> None:
    """It ends a suspicion."""
    serving = _trip(serving_of(_table(fallback=True)), "moonshot")
    gate = serving.providers[ROUTE, "zai"].gate
    permit = gate.acquire("glm-4.7", _NOW - 3.0)
    assert permit is not None
    gate.settle(permit, None, _NOW - 2.0)
    _trip(serving, "zai")

    assert [outage.last_success for outage in outages_of(serving, _NOW)] == [_NOW - 2.0]
