"""Which Secrets exist and which keys they have; their contents are never kept.

The operator does not watch Secrets: it asks when a spec refers to one, and again after a while.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable

from sealane_operator.reconciler.interfaces import Kube

#: For so many seconds an answer is good enough; a missing Secret is asked for again sooner.
PRESENT_SECONDS = 60.0
ABSENT_SECONDS = 2.0

_MAX_KNOWN = 10_000


class Secrets:
    """The keys of Secrets, by namespace and name."""

    def __init__(self, kube: Kube, monotonic: Callable[[], float]) -> None:
        self._kube = kube
        self._monotonic = monotonic
        self._known: OrderedDict[tuple[str, str], tuple[float, frozenset[str] | None]] = OrderedDict()

    async def keys_of(
        self, namespace: str, names: Iterable[str], *, anew: bool = False
    ) -> dict[str, frozenset[str] | None]:
        """Return the keys of each Secret, None for one that is not there; ``anew`` asks whatever is known."""
        return {name: await self._keys(namespace, name, anew=anew) for name in sorted(names)}

    async def _keys(self, namespace: str, name: str, *, anew: bool) -> frozenset[str] | None:
        now = self._monotonic()
        asked, keys = self._known.get((namespace, name), (float("-inf"), None))
        age = now - asked
        if not anew and age < (ABSENT_SECONDS if keys is None else PRESENT_SECONDS):
            return keys
        keys = await self._kube.secret_keys(namespace, name)
        self._known[namespace, name] = (now, keys)
        self._known.move_to_end((namespace, name))
        if len(self._known) > _MAX_KNOWN:
            self._known.popitem(last=False)
        return keys
