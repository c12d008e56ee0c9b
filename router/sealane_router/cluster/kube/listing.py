"""What is known of one list of the API; pure, and indifferent to events that come twice, late or in another order.

Kubernetes promises no order of resourceVersions to clients, yet in fact they are etcd's revision: whole numbers that
grow with every write. Where both are such numbers, the older never replaces the newer. Where they are not, the last
arrival is the truth, as with every other client.
"""

from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar

#: Deleted objects that are remembered, so that a late event does not bring one back.
_MAX_GONE = 10_000
#: So many lists in a row that are older than what is known are refused; then the API was restored from a backup.
MAX_STALE_LISTS = 5


class Item(Protocol):
    """What is kept of an object; two versions of it are equal when what is kept is."""

    @property
    def key(self) -> str:
        """``namespace/name``."""
        ...

    @property
    def version(self) -> str:
        """Its resourceVersion."""
        ...


T = TypeVar("T", bound=Item)


class StaleList(Exception):
    """A list that is older than what is known: an API server that lags behind answered."""


class Listing(Generic[T]):
    """The objects of a list by key; ``version`` is where a watch goes on, empty when the whole has to be listed."""

    def __init__(self) -> None:
        self.items: dict[str, T] = {}
        self.version = ""
        self._highest: int | None = None
        #: The version of the last list: no older event says anything new.
        self._floor: int | None = None
        self._gone: dict[str, int] = {}
        self._stale = 0

    def replace(self, items: Iterable[T], version: str) -> bool:
        """Take a whole list; True when that changed something. Raises StaleList."""
        number = _number(version)
        if number is not None and self._highest is not None and number < self._highest:
            self._stale += 1
            if self._stale < MAX_STALE_LISTS:
                raise StaleList(f"a list of version {number} after {self._highest}")
        self._stale = 0
        new = {item.key: item for item in items}
        changed = new != self.items
        # What did not change stays the same object.
        self.items = {k: self.items[k] if _same(self.items.get(k), item) else item for k, item in new.items()}
        self._gone.clear()
        self._floor = self._highest = number
        self.version = version
        return changed

    def put(self, item: T) -> bool:
        """An object was added or changed; True when that was news."""
        if self._is_late(item):
            return False
        self._advance(item.version)
        self._gone.pop(item.key, None)
        before, self.items[item.key] = self.items.get(item.key), item
        return before != item

    def remove(self, item: T) -> bool:
        """An object was deleted; True when that was news."""
        if self._is_late(item):
            return False
        self._advance(item.version)
        if (number := _number(item.version)) is not None:
            self._gone[item.key] = number
            if len(self._gone) > _MAX_GONE:
                del self._gone[next(iter(self._gone))]
        return self.items.pop(item.key, None) is not None

    def bookmark(self, version: str) -> None:
        """Everything up to ``version`` has been said."""
        self._advance(version)

    def forget_version(self) -> None:
        """The whole has to be listed again; what is known stays until then."""
        self.version = ""

    def _is_late(self, item: T) -> bool:
        number = _number(item.version)
        if number is None:
            return False
        known = self.items.get(item.key)
        seen = (self._floor, self._gone.get(item.key), None if known is None else _number(known.version))
        return any(number <= each for each in seen if each is not None)

    def _advance(self, version: str) -> None:
        number = _number(version)
        if number is None:
            self.version = version or self.version
        elif self._highest is None or number > self._highest:
            self._highest = number
            self.version = version


def _number(version: str) -> int | None:
    return int(version) if version.isascii() and version.isdigit() and len(version) <= 20 else None


def _same(one: T | None, other: T) -> bool:
    return one is not None and one.version == other.version
