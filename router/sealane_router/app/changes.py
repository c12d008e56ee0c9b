"""What happens to changes of the configuration: taken or refused, counted, logged, and told to who asks."""

import time

from sealane_telemetry.logs import get_logger
from sealane_telemetry.metrics import RouterMetrics

_log = get_logger("sealane.configuration")

#: The rest is on ``/-/config``; a log line holds so much text and no more.
_LOGGED_PROBLEMS = 10
_LOGGED_LENGTH = 250


class Changes:
    """Why the newest version of each kind (``routes``, ``keys``) is not in force, if it is not."""

    def __init__(self, metrics: RouterMetrics) -> None:
        self._metrics = metrics
        self._refused: dict[str, str] = {}

    def problem(self, kind: str) -> str | None:
        """Why the newest of ``kind`` is not in force, None when it is."""
        return self._refused.get(kind)

    def refuse(self, kind: str, reason: str) -> None:
        """What was there before stays in force; ``reason`` has one problem a line."""
        self._refused[kind] = reason
        self._metrics.config_reload_failures.labels(kind).inc()
        problems = reason.splitlines()
        _log.error("reload_refused", kind=kind, problems=len(problems))
        for problem in problems[:_LOGGED_PROBLEMS]:
            _log.error("reload_problem", kind=kind, reason=problem[:_LOGGED_LENGTH])

    def take(self, kind: str) -> None:
        """The newest of ``kind`` is in force."""
        self._refused.pop(kind, None)
        self._metrics.config_reloads.labels(kind).inc()
        self._metrics.config_last_reload.labels(kind).set(time.time())
