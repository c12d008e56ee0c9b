"""The route table as ``/-/config`` shows it: both arms of each route, no secret, no body edit."""

from collections.abc import Mapping
from typing import Any

from sealane_api.route_table import Route
from sealane_router.serving import Serving


def shown_table(serving: Serving) -> Mapping[str, Any]:
    """Return the table's hash, its routes, and the candidates with the share in percent that each has now."""
    table, splits = serving.table, serving.splits
    return {
        "hash": table.hash,
        "routes": [shown_route(route) for route in table.routes],
        "candidates": [
            {**shown_route(route), "weight": 0 if splits is None else splits.weight(route.key)}
            for route in table.candidates
        ],
    }


def shown_route(route: Route) -> Mapping[str, Any]:
    """Return name, revision, providers and rules as JSON values."""
    return {
        "route": route.key,
        "revision": route.revision,
        "hash": route.hash,
        "providers": [
            {"name": provider.name, "dialect": provider.dialect.value, "baseURL": provider.base_url}
            for provider in route.providers
        ],
        "rules": [
            {
                "name": rule.name,
                "models": [{pattern.kind.value: pattern.text} for pattern in rule.patterns],
                "targets": [target.provider.name for target in rule.targets],
            }
            for rule in route.rules
        ],
    }
