"""An alert that Alertmanager calls resolved is noted in the history of its incident, once; it resolves nothing.

Whether an incident is over is for a person to say, or for its silence; that the alert stopped helps them to decide.
"""

from collections.abc import Callable, Sequence

from sealane_api.diagnosis.error_event import ErrorEvent
from sealane_investigator.errors import InvestigatorError
from sealane_investigator.incident.incident import Analysed, Incident
from sealane_investigator.intake.cleaning import Cleaning
from sealane_investigator.interfaces import Deed, Query, Store
from sealane_telemetry.logs import get_logger

#: Notes of one notification, and how far back a note is looked for that says the same.
MAX_NOTES = 50
_LOOKED_AT = 100
#: In whose name.
OWN_NAME = "alertmanager"

_log = get_logger("sealane.investigator.alerts")


class AlertNotes:
    """``note`` resolved alerts; what fails is told in the log and not tried again, for the next alert says more."""

    def __init__(self, store: Store, cleaning: Cleaning, analyse: Callable[[ErrorEvent], Analysed]) -> None:
        self._store = store
        self._cleaning = cleaning
        self._analyse = analyse

    async def note(self, resolved: Sequence[ErrorEvent], now: float) -> None:
        """Write a note for each alert whose incident is known."""
        for event in resolved[:MAX_NOTES]:
            try:
                await self._note(self._analyse(self._cleaning.clean(event, now)))
            except InvestigatorError as error:
                _log.warning("alert_not_noted", error=type(error).__name__)
                return

    async def _note(self, analysed: Analysed) -> None:
        incident = await self._incident(analysed)
        if incident is None:
            return
        # Alertmanager and its twin say the same; the id names fingerprint, beginning and status.
        text = f"the alert {analysed.event.type} is resolved ({analysed.event.id})"
        told = await self._store.history(incident.id, _LOOKED_AT)
        if not any(done.deed is Deed.COMMENT and done.arguments.get("text") == text for done in told):
            await self._store.act((incident.id,), Deed.COMMENT, OWN_NAME, {"text": text})

    async def _incident(self, analysed: Analysed) -> Incident | None:
        page = await self._store.incidents(Query(text=analysed.event.subject))
        return next((each for each in page.incidents if each.fingerprint == analysed.fingerprint), None)
