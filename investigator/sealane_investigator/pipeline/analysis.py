"""An event through the pure stages, and what is counted when one of them raises."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_api.diagnosis.error_event import ErrorEvent
from sealane_investigator.incident.diagnosis import Diagnosis, Ground
from sealane_investigator.incident.incident import Analysed
from sealane_telemetry.logs import get_logger

#: What an event is counted under that no stage could read; each home of errors has one such incident.
NOT_ANALYSED = "v1:not-analysed"

_REMEMBERED = 4_096

#: No rule knows its words, so every stage has to do its best.
_UNHEARD_OF = ErrorEvent(
    id="-",
    reporter="-",
    epoch="-",
    sequence=0,
    occurred_at=0.0,
    status=400,
    message="the wheel of the mill stands still",
)

_log = get_logger("sealane.investigator.analysis")


class Analysis:
    """``analyse`` an event; it never raises.

    The stages see an event without what varies from one occurrence to the next, so what they made of a wording is
    remembered: most errors say what one before them said.
    """

    def __init__(self, stages: Callable[[ErrorEvent], Analysed], failed: Callable[[], None]) -> None:
        self._stages = lru_cache(maxsize=_REMEMBERED)(stages)
        self._failed = failed

    def prepare(self) -> None:
        """Let the stages load what they load when they first need it, which takes them a fifth of a second."""
        self.analyse(_UNHEARD_OF)

    def analyse(self, event: ErrorEvent) -> Analysed:
        """Return what the store needs to count ``event``."""
        try:
            return replace(self._stages(wording(event)), event=event)
        except Exception as error:  # noqa: BLE001 - it is counted all the same, whatever the error
            self._failed()
            _log.error("analysis_failed", error=type(error).__name__, exc_info=error)
            return _not_analysed(event)


def wording(event: ErrorEvent) -> ErrorEvent:
    """Return ``event`` without who saw it, when, and for whom."""
    return ErrorEvent(
        id="",
        reporter="",
        epoch="",
        sequence=0,
        occurred_at=0.0,
        origin=event.origin,
        provider=event.provider,
        dialect=event.dialect,
        base_url_host=event.base_url_host,
        credential_class=event.credential_class,
        workload=event.workload,
        status=event.status,
        code=event.code,
        type=event.type,
        message=event.message,
        exception=event.exception,
        failure_class=event.failure_class,
        committed=event.committed,
    )


def _not_analysed(event: ErrorEvent) -> Analysed:
    return Analysed(
        event=event,
        fingerprint=NOT_ANALYSED,
        template="(not analysed)",
        diagnosis=Diagnosis(
            error_class=ErrorClass.UNKNOWN,
            confidence=0.0,
            ground=Ground.NOTHING,
            why="the analysis of this error failed; the investigator's log says where",
        ),
    )
