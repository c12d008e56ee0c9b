"""Writing the status of a route: when it says something new, on the copy that it was decided on, and not too often."""

from collections.abc import Callable, Mapping
from typing import Any

from sealane_kube.errors import Conflict
from sealane_kube.raw import Raw, mapping_at, mappings, text_at
from sealane_operator.judgement.versions import is_older
from sealane_operator.reconciler.interfaces import Kube
from sealane_operator.reconciler.summaries import SUMMARY_SECONDS, WORDS_SECONDS, Summaries

_SUMMARIES = ("programmed", "providers")

#: So many seconds after somebody else wrote first, the route is looked at again.
CONFLICT_SECONDS = 0.2


class Statuses:
    """What this process wrote into routes; a copy is kept until the watch has caught up with it."""

    def __init__(self, kube: Kube, monotonic: Callable[[], float]) -> None:
        self._kube = kube
        self._summaries = Summaries(monotonic)
        self._newest: dict[str, Raw] = {}
        self._pruned: dict[str, tuple[str, dict[str, Any]]] = {}

    def newest(self, key: str, seen: Raw | None) -> Raw | None:
        """Return the newest copy of a route that this process has; what the watch does not have is gone.

        ``seen`` is what the watch shows, or a copy from here: that one says nothing of the watch, and stays.
        """
        ours = self._newest.get(key)
        if ours is None or seen is None or seen is ours:
            return seen
        same = text_at(seen, "metadata", "uid") == text_at(ours, "metadata", "uid")
        if same and is_older(seen, ours):
            return ours
        del self._newest[key]
        return seen

    async def write(self, key: str, raw: Raw, status: Mapping[str, Any]) -> float | None:
        """Write ``status`` if that is worth it; return the seconds until the rest of it may be written, if any.

        Raises Conflict when the route changed since it was read; the next look then sees the change, whatever the
        watch shows. Raises NotFound when it is gone.
        """
        before = mapping_at(raw, "status")
        if dict(before) == dict(status) or self._pruned.get(key) == (_version(raw), dict(status)):
            return None
        if _essence(before) == _essence(status):
            only_words = _without(before, _SUMMARIES) != _without(status, _SUMMARIES)
            wait = self._summaries.wait(key, WORDS_SECONDS if only_words else SUMMARY_SECONDS)
            if wait > 0:
                return wait
        try:
            self._newest[key] = await self._kube.write_status(raw, status)
        except Conflict:
            metadata = mapping_at(raw, "metadata")
            fresh = await self._kube.get_route(text_at(metadata, "namespace"), text_at(metadata, "name"))
            if fresh is not None:
                self._newest[key] = fresh
            raise
        self._summaries.written(key)
        # An API server whose CRD is older than this operator leaves out what it does not know: once is enough.
        self._pruned.pop(key, None)
        if dict(mapping_at(self._newest[key], "status")) != dict(status):
            self._pruned[key] = (_version(self._newest[key]), dict(status))
        return None

    def forget(self, key: str) -> None:
        """A route is gone."""
        self._newest.pop(key, None)
        self._pruned.pop(key, None)
        self._summaries.forget(key)


def _version(raw: Raw) -> str:
    return text_at(raw, "metadata", "resourceVersion")


def _essence(status: Raw) -> dict[str, object]:
    """Return what is written at once: all but the summaries and the wording of conditions."""
    essence = _without(status, _SUMMARIES)
    essence["conditions"] = [_without(condition, ("message",)) for condition in mappings(status.get("conditions"))]
    return essence


def _without(raw: Raw, names: tuple[str, ...]) -> dict[str, object]:
    return {name: value for name, value in raw.items() if name not in names}
