"""What the watches have shown: every route whole, every revision's metadata, by name.

A watch begins with a list, page by page, and goes on with changes in their order. When a list is complete, what is not
in it is gone: a watch that was interrupted does not tell of everything that was deleted meanwhile.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from .kinds import Item, WatchedKind, kept

#: More than one poll may name (``sealane_api.report.MAX_POLLED_ROUTES``) is more than anybody should have.
MAX_ROUTES = 10_000
#: A full history of 100 for each of 2,000 routes.
MAX_REVISIONS = 200_000

#: Where a watch looks: one namespace, or None for all of them.
Scope = str | None


@dataclass(slots=True)
class _Listing:
    """One watch: the names of the list that is coming in, and whether one was ever complete."""

    names: set[str] = field(default_factory=set)
    complete: bool = False


class World:
    """The index of what is there; ``mark`` is told which route, ``namespace/name``, is to be looked at.

    ``refused`` counts, by kind, what was not taken in because there was too much of it.
    """

    def __init__(
        self,
        scopes: Collection[Scope],
        mark: Callable[[str], None],
        *,
        max_routes: int = MAX_ROUTES,
        max_revisions: int = MAX_REVISIONS,
    ) -> None:
        self.routes: dict[str, Item] = {}
        self.refused = dict.fromkeys(WatchedKind, 0)
        self._mark = mark
        self._limits = {WatchedKind.ROUTES: max_routes, WatchedKind.REVISIONS: max_revisions}
        self._revisions: dict[str, dict[str, Item]] = {}
        self._count = 0
        self._listings = {(kind, scope): _Listing() for kind in WatchedKind for scope in scopes}

    @property
    def complete(self) -> bool:
        """Whether every watch has shown everything that there was when it began."""
        return all(listing.complete for listing in self._listings.values())

    def size(self, kind: WatchedKind) -> int:
        """Return how many objects of a kind are known."""
        return len(self.routes) if kind is WatchedKind.ROUTES else self._count

    def revisions(self, namespace: str, route: str) -> Sequence[Item]:
        """Return the revisions that bear a route's name, whoever owns them."""
        return list(self._revisions.get(f"{namespace}/{route}", {}).values())

    def begin(self, kind: WatchedKind, scope: Scope) -> None:
        """A list begins; one that was broken off is forgotten."""
        self._listings[kind, scope].names = set()

    def page(self, kind: WatchedKind, scope: Scope, items: Sequence[Item]) -> None:
        """A part of a list came in."""
        names = self._listings[kind, scope].names
        for item in items:
            names.add(_key(item))
            self.put(kind, item)

    def end(self, kind: WatchedKind, scope: Scope) -> None:
        """The list is complete: what it did not show is gone."""
        listing = self._listings[kind, scope]
        listed, listing.names, listing.complete = listing.names, set(), True
        for key in self._keys(kind, scope) - listed:
            self.remove(kind, key)

    def put(self, kind: WatchedKind, item: Item) -> None:
        """An object is there, or changed."""
        key = _key(item)
        if not self._takes(kind, key):
            self.refused[kind] += 1
        elif kind is WatchedKind.ROUTES:
            self.routes[key] = kept(kind, item)
            self._mark(key)
        else:
            self._put_revision(key, kept(kind, item))

    def remove(self, kind: WatchedKind, key: str) -> None:
        """An object, ``namespace/name``, is gone."""
        if kind is WatchedKind.ROUTES:
            if self.routes.pop(key, None) is not None:
                self._mark(key)
            return
        route = _route_of(key)
        revisions = self._revisions.get(route, {})
        if revisions.pop(key, None) is not None:
            self._count -= 1
            if not revisions:
                del self._revisions[route]
            self._mark_known(route)

    def _put_revision(self, key: str, item: Item) -> None:
        route = _route_of(key)
        revisions = self._revisions.setdefault(route, {})
        if key not in revisions:
            self._count += 1
        revisions[key] = item
        self._mark_known(route)

    def _mark_known(self, route: str) -> None:
        """A route that is not there yet is looked at when it comes, and one that is gone was."""
        if route in self.routes:
            self._mark(route)

    def _takes(self, kind: WatchedKind, key: str) -> bool:
        known: Mapping[str, Item] = (
            self.routes if kind is WatchedKind.ROUTES else self._revisions.get(_route_of(key), {})
        )
        return key in known or self.size(kind) < self._limits[kind]

    def _keys(self, kind: WatchedKind, scope: Scope) -> set[str]:
        keys: set[str] = (
            set(self.routes)
            if kind is WatchedKind.ROUTES
            else {key for each in self._revisions.values() for key in each}
        )
        return keys if scope is None else {key for key in keys if key.partition("/")[0] == scope}


def _key(item: Item) -> str:
    metadata = item["metadata"]
    return f"{metadata['namespace']}/{metadata['name']}"


def _route_of(key: str) -> str:
    """``team/chat`` for ``team/chat-12``."""
    return key.rpartition("-")[0]
