"""A compiled route as ``/-/config`` shows it: no secret, no body edit."""

from collections.abc import Mapping
from typing import Any

from sealane_api.route_table import Route


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
