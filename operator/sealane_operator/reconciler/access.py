"""Which Secrets routers may read: in each namespace exactly those that its routes refer to.

The Role grows before a pointer moves to a revision that needs more, and shrinks after the last pointer left one.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from sealane_operator.reconciler.interfaces import Kube


@dataclass(slots=True)
class _Namespace:
    """The names that each route of a namespace refers to; ``written`` is what the Role says, None when unknown."""

    names: dict[str, frozenset[str]] = field(default_factory=dict)
    written: frozenset[str] | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def wanted(self) -> frozenset[str]:
        return _union(self.names.values())


class Access:
    """The Role ``sealane-router-secrets`` of every namespace that has routes."""

    def __init__(self, kube: Kube) -> None:
        self._kube = kube
        self._namespaces: dict[str, _Namespace] = {}

    def enter(self, namespace: str, route: str, names: frozenset[str]) -> None:
        """Note what a route's revisions refer to; nothing is written."""
        self._namespaces.setdefault(namespace, _Namespace()).names[route] = names

    def others(self, namespace: str, route: str) -> frozenset[str]:
        """Return what the other routes of a namespace refer to."""
        routes = self._namespaces.get(namespace, _Namespace()).names
        return _union(names for key, names in routes.items() if key != route)

    async def cover(self, namespace: str, route: str, names: frozenset[str]) -> None:
        """Make sure that routers may read ``names`` besides what they already may."""
        at = self._namespaces.setdefault(namespace, _Namespace())
        at.names[route] = names | at.names.get(route, frozenset())
        async with at.lock:
            wanted = at.wanted
            # Nothing to allow where nothing is known: what an earlier operator allowed goes with settle.
            if not wanted <= (at.written or frozenset()):
                await self._write(namespace, at, wanted)

    async def settle(self, namespace: str, route: str, names: frozenset[str]) -> None:
        """The route refers to exactly ``names`` from now on; what nobody refers to is taken away."""
        self.enter(namespace, route, names)
        await self._match(namespace, self._namespaces[namespace])

    async def forget(self, namespace: str, route: str) -> None:
        """A route is gone, and with it what only it referred to."""
        at = self._namespaces.get(namespace)
        if at is None or at.names.pop(route, None) is None:
            return
        try:
            await self._match(namespace, at)
        except BaseException:
            at.names.setdefault(route, frozenset())  # so that the next attempt finds it
            raise
        if not at.names:
            self._namespaces.pop(namespace, None)

    async def _match(self, namespace: str, at: _Namespace) -> None:
        async with at.lock:
            if at.written != (wanted := at.wanted):
                await self._write(namespace, at, wanted)

    async def _write(self, namespace: str, at: _Namespace, names: frozenset[str]) -> None:
        at.written = None  # a write that fails halfway leaves nobody knows what
        await self._kube.grant_secrets(namespace, sorted(names))
        at.written = names


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)
