"""Providers that somebody else plays."""

from dataclasses import replace

from sealane_api.route_table import Fallback, RouteTable, Rule, Target
from sealane_router.app.stand_ins import substitute
from tests.support.exchanges import ROUTE, provider_of, table_of

REAL, OTHER = provider_of("https://api.moonshot.ai/v1"), provider_of("https://api.z.ai/v4", "zai")
PLAYER = replace(REAL, base_url="http://127.0.0.1:9/v1", credential=None)


def _table() -> RouteTable:
    return table_of(REAL, OTHER, fallback=Fallback(frozenset(), (Target(OTHER), Target(REAL, model="kimi-k3"))))


def _only_rule(table: RouteTable) -> Rule:
    (route,) = table.routes
    (rule,) = route.rules
    return rule


def test_without_players_the_table_is_the_table() -> None:
    """Nothing is copied for nothing."""
    table = _table()

    assert substitute(table, {}) is table


def test_a_player_takes_every_place_of_its_provider() -> None:
    """Among the route's providers, as a target and as a fallback target: one left out would call the real one."""
    table = substitute(_table(), {(ROUTE, "moonshot"): PLAYER})
    rule = _only_rule(table)

    assert table.routes[0].providers == (PLAYER, OTHER)
    assert [target.provider for target in rule.targets] == [PLAYER]
    assert rule.fallback is not None
    assert rule.fallback.targets == (Target(OTHER), Target(PLAYER, model="kimi-k3"))


def test_the_rest_of_the_table_is_as_it_was() -> None:
    """Names, hashes, patterns and policies are those of the file."""
    before, after = _table(), substitute(_table(), {(ROUTE, "moonshot"): PLAYER})
    rest = [replace(_only_rule(table), targets=(), fallback=None) for table in (before, after)]

    assert rest[0] == rest[1]
    assert (after.hash, after.routes[0].hash) == (before.hash, before.routes[0].hash)


def test_a_player_of_another_route_plays_nothing_here() -> None:
    """Providers of the same name in two routes are two providers."""
    assert substitute(_table(), {("default/other", "moonshot"): PLAYER}) == _table()


def test_a_rule_without_fallback_has_none_afterwards() -> None:
    """Substituting adds nothing."""
    table = substitute(table_of(REAL), {(ROUTE, "moonshot"): PLAYER})

    assert _only_rule(table).fallback is None
