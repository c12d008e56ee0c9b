"""Which watches fail now, and what the log says about that.

Hundreds of Secrets are watched one by one, and an API that is away fails all of these watches at once. One line says as
much as hundreds: one when a kind of failure begins for a resource, one when its last watch is heard again.
"""

from sealane_kube.errors import Expired, Forbidden, KubeError, NotFound, Throttled, Unavailable, Unreadable
from sealane_telemetry.logs import get_logger

_log = get_logger("sealane.cluster")


_KINDS: dict[type[KubeError], str] = {NotFound: "missing", Forbidden: "denied", Expired: "gone", Throttled: "busy"}


def kind_of(error: KubeError) -> str:
    """What metrics and logs call it, one of seven words; a server with trouble of its own is as ``busy`` as one that
    says so."""
    if isinstance(error, Unreadable):
        return "unreadable"
    if isinstance(error, Unavailable):
        return "busy" if error.status else "unreachable"
    return _KINDS.get(type(error), "refused")


class Troubles:
    """The watches that fail, by resource; a watch is known by an object of its own."""

    def __init__(self) -> None:
        self._kinds: dict[str, dict[object, str]] = {}

    def failed(self, resource: str, watch: object, error: KubeError) -> None:
        """A watch failed, for the first time or once more."""
        kinds = self._kinds.setdefault(resource, {})
        kind = kind_of(error)
        is_new = kind not in kinds.values()
        kinds[watch] = kind
        if is_new:
            _log.warning("watch_failed", resource=resource, kind=kind, reason=error.brief[:250])

    def heard(self, resource: str, watch: object) -> None:
        """A watch is heard again."""
        if self.forget(resource, watch) and resource not in self._kinds:
            _log.info("watch_resumed", resource=resource)

    def forget(self, resource: str, watch: object) -> bool:
        """Nobody follows this watch any more; True when it failed."""
        kinds = self._kinds.get(resource, {})
        failed = kinds.pop(watch, None) is not None
        if not kinds:
            self._kinds.pop(resource, None)
        return failed
