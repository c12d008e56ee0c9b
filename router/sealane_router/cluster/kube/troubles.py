"""Which watches fail now, and what the log says about that.

Hundreds of Secrets are watched one by one, and an API that is away fails all of these watches at once. One line says as
much as hundreds: one when a kind of failure begins for a resource, one when its last watch is heard again.
"""

from sealane_telemetry.logs import get_logger

from .errors import ApiError

_log = get_logger("sealane.cluster")


class Troubles:
    """The watches that fail, by resource; a watch is known by an object of its own."""

    def __init__(self) -> None:
        self._kinds: dict[str, dict[object, str]] = {}

    def failed(self, resource: str, watch: object, error: ApiError) -> None:
        """A watch failed, for the first time or once more."""
        kinds = self._kinds.setdefault(resource, {})
        is_new = error.kind not in kinds.values()
        kinds[watch] = error.kind
        if is_new:
            _log.warning("watch_failed", resource=resource, kind=error.kind, reason=str(error)[:250])

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
