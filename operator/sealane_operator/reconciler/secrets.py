"""Which Secrets exist and which keys they have; their contents are never kept.

The operator does not watch Secrets: it asks when a spec refers to one, and again after a while.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable

from sealane_operator.judgement.references import Need
from sealane_operator.reconciler.interfaces import Kube

#: For so many seconds an answer is good enough; one that lacks what is needed is asked for again sooner.
PRESENT_SECONDS = 60.0
ABSENT_SECONDS = 2.0

#: So often a Secret that is missing, or lacks a key, is asked for; nobody tells when it comes.
MISSING_SECONDS = 5.0
#: So many routes are asked for in that time; while more lack something, each has its turn later. Otherwise one team's
#: thousand unfinished routes would take the API's time from everybody's rollbacks.
MISSING_AT_ONCE = 50

_MAX_KNOWN = 10_000


class Secrets:
    """The keys of Secrets, by namespace and name."""

    def __init__(self, kube: Kube, monotonic: Callable[[], float]) -> None:
        self._kube = kube
        self._monotonic = monotonic
        self._known: OrderedDict[tuple[str, str], tuple[float, frozenset[str] | None]] = OrderedDict()
        self._waiting: set[str] = set()

    async def keys_of(
        self, namespace: str, needs: Iterable[Need], *, doubted: bool = False
    ) -> dict[str, frozenset[str] | None]:
        """Return the keys of each Secret that is needed, None for one that is not there.

        ``doubted`` is what somebody says otherwise of: it is asked for as one that lacks something.
        """
        wanted: dict[str, set[str]] = {}
        for need in needs:
            wanted.setdefault(need.secret, set()).add(need.key)
        return {name: await self._keys(namespace, name, wanted[name], doubted) for name in sorted(wanted)}

    def patience(self, route: str, *, missing: bool) -> list[float]:
        """Return in how many seconds a route that lacks a Secret is looked at again; nothing when it lacks none."""
        if not missing:
            self._waiting.discard(route)
            return []
        self._waiting.add(route)
        return [MISSING_SECONDS * max(1.0, len(self._waiting) / MISSING_AT_ONCE)]

    def forget(self, route: str) -> None:
        """A route is gone."""
        self._waiting.discard(route)

    async def _keys(self, namespace: str, name: str, wanted: set[str], doubted: bool) -> frozenset[str] | None:
        now = self._monotonic()
        asked, keys = self._known.get((namespace, name), (float("-inf"), None))
        suffices = keys is not None and wanted <= keys and not doubted
        if now - asked < (PRESENT_SECONDS if suffices else ABSENT_SECONDS):
            return keys
        keys = await self._kube.secret_keys(namespace, name)
        self._known[namespace, name] = (now, keys)
        self._known.move_to_end((namespace, name))
        if len(self._known) > _MAX_KNOWN:
            self._known.popitem(last=False)
        return keys
