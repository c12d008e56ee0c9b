"""Routes where there is no cluster: a router shows its table, and what changed between two looks is a revision.

A file has no numbered revisions, so they are numbered here, from 1 in the order in which they were seen.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sealane_investigator.causes.spec_changes import changes_between
from sealane_investigator.incident.facts import RevisionChange
from sealane_kube.raw import mappings

#: Changes that are remembered of one route, and routes that are remembered.
MAX_CHANGES = 20
MAX_ROUTES = 1_000

Config = Callable[[], Awaitable[Mapping[str, Any] | None]]


class FileRoutes:
    """Implements :class:`.interfaces.Routes`; call ``look`` now and then, ``now`` in seconds since 1970."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._known: dict[str, tuple[str, Mapping[str, Any]]] = {}
        self._changes: dict[str, list[RevisionChange]] = {}

    async def look(self, now: float) -> None:
        """See what is served now, and what changed since the last look."""
        found = await self._config()
        table = found.get("table") if found is not None else None
        routes = table.get("routes") if isinstance(table, Mapping) else None
        for raw in routes[:MAX_ROUTES] if isinstance(routes, list) else ():
            if isinstance(raw, Mapping) and isinstance(raw.get("route"), str):
                self._take(raw["route"], raw, now)

    async def changes(self, route: str) -> tuple[RevisionChange, ...]:
        """Return what was seen to change, oldest first."""
        return tuple(self._changes.get(route, ()))

    async def live(self, route: str) -> Mapping[str, Any] | None:
        """Return the route as far as its router shows it: providers without credentials, rules without edits."""
        known = self._known.get(route)
        return _document(route, known[1]) if known is not None else None

    def _take(self, route: str, raw: Mapping[str, Any], now: float) -> None:
        content = str(raw.get("hash", ""))
        known = self._known.get(route)
        if known is not None and known[0] == content:
            return
        self._known[route] = (content, raw)
        if known is None:
            return
        changes = self._changes.setdefault(route, [])
        number = changes[-1].revision + 1 if changes else 2
        entries = changes_between(_spec(known[1]), _spec(raw)) or ("what its router does not show",)
        changes.append(RevisionChange(route=route, revision=number, previous=number - 1, at=now, changed=entries))
        del changes[:-MAX_CHANGES]


def _spec(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "providers": [_provider(each) for each in mappings(raw.get("providers"))],
        "rules": [_rule(each) for each in mappings(raw.get("rules"))],
    }


def _document(route: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    namespace, _, name = route.partition("/")
    return {"metadata": {"namespace": namespace, "name": name}, "spec": _spec(raw)}


def _provider(raw: Mapping[str, Any]) -> dict[str, Any]:
    insecure = str(raw.get("baseURL", "")).startswith("http://")
    shown = {name: raw[name] for name in ("name", "dialect", "baseURL") if name in raw}
    return {**shown, "allowInsecure": True} if insecure else shown


def _rule(raw: Mapping[str, Any]) -> dict[str, Any]:
    targets = raw.get("targets")
    return {
        "name": raw.get("name"),
        "models": raw.get("models"),
        "targets": [{"provider": name} for name in targets] if isinstance(targets, list) else [],
    }
