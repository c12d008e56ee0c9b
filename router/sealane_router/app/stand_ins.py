"""Providers that are played by something else on this machine, so that a first try needs no account."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from sealane_api.route_table import Fallback, Provider, Route, RouteTable, Rule, Target

#: The players by (route, provider), for as long as the context is open.
Players = Mapping[tuple[str, str], Provider]
StandIns = Callable[[RouteTable], AbstractAsyncContextManager[Players]]


def substitute(table: RouteTable, players: Players) -> RouteTable:
    """``table`` with the providers that have a player replaced wherever they are named."""
    if not players:
        return table
    return replace(table, routes=tuple(_route(route, players) for route in table.routes))


def _route(route: Route, players: Players) -> Route:
    providers = tuple(players.get((route.key, provider.name), provider) for provider in route.providers)
    by_name = {provider.name: provider for provider in providers}
    return replace(route, providers=providers, rules=tuple(_rule(rule, by_name) for rule in route.rules))


def _rule(rule: Rule, by_name: Mapping[str, Provider]) -> Rule:
    fallback = rule.fallback
    if fallback is not None:
        fallback = Fallback(fallback.when, _targets(fallback.targets, by_name))
    return replace(rule, targets=_targets(rule.targets, by_name), fallback=fallback)


def _targets(targets: tuple[Target, ...], by_name: Mapping[str, Provider]) -> tuple[Target, ...]:
    return tuple(replace(target, provider=by_name[target.provider.name]) for target in targets)
