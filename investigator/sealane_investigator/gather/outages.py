"""Notices that a provider as a whole fails, after its first errors have been investigated.

An incident is investigated at its first error, when nobody can know yet who else will fail. So the figures are looked
at again every few seconds, and once they show an outage, the incidents of that host that have no cause yet are
investigated once more: the facts name it then. No model is needed for that, and none is asked.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_investigator.causes.outage import OUTAGE_CLASSES, outage_at
from sealane_investigator.errors import InvestigatorError
from sealane_investigator.incident.facts import Facts
from sealane_investigator.incident.incident import Incident, State
from sealane_investigator.interfaces import Deed, Page, Query
from sealane_telemetry.logs import get_logger

#: Seconds between two looks at the figures.
INTERVAL = 5.0

#: Incidents that are looked through, and those of one host that are asked for, at a time.
MAX_INCIDENTS = 200
MAX_ASKED = 20

#: Episodes that are remembered as asked for.
_MAX_REMEMBERED = 10_000

#: Who asks, in the incident's history.
OWN_NAME = "sealane"

_OPEN = (State.OPEN, State.REGRESSED, State.ESCALATING)

_log = get_logger("sealane.investigator.outages")


class Incidents(Protocol):
    """The part of the store that knows incidents."""

    async def incidents(self, query: Query) -> Page:
        """Return a page of incidents."""

    async def act(self, numbers: Sequence[int], deed: Deed, by: str, arguments: Mapping[str, object]) -> list[Incident]:
        """Do something to incidents."""


class OutageWatch:
    """``run`` it as a task; ``figures`` are those of everybody, at the moment."""

    def __init__(
        self,
        figures: Callable[[], Facts],
        incidents: Incidents,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._figures = figures
        self._incidents = incidents
        self._sleep = sleep
        self._asked: OrderedDict[tuple[int, int], None] = OrderedDict()

    async def run(self) -> None:
        """Look every few seconds; never returns."""
        while True:
            await self._sleep(INTERVAL)
            try:
                await self.look()
            except InvestigatorError as error:
                # The store is away: the figures will still be there when it is back.
                _log.warning("outages_not_told", error=type(error).__name__)

    async def look(self) -> None:
        """Ask for another investigation of what an outage explains. Raises an InvestigatorError."""
        facts = self._figures()
        hosts = {row.base_url_host for row in facts.traffic}
        failing = {host for host in hosts if outage_at(host, None, ErrorClass.UNKNOWN, facts) is not None}
        if not failing:
            return
        page = await self._incidents.incidents(Query(states=_OPEN, limit=MAX_INCIDENTS))
        wanted = [each for each in page.incidents if self._is_explained(each, failing)][:MAX_ASKED]
        if wanted:
            await self._incidents.act([each.id for each in wanted], Deed.INVESTIGATE, OWN_NAME, {})
        for each in wanted:
            self._asked[(each.id, each.episode)] = None
        while len(self._asked) > _MAX_REMEMBERED:
            self._asked.popitem(last=False)

    def _is_explained(self, incident: Incident, failing: set[str]) -> bool:
        """Whether it is of a failing host, has no cause, and was not asked for in this episode."""
        return (
            incident.subject.rpartition("@")[2] in failing
            and incident.diagnosis.error_class in OUTAGE_CLASSES
            and incident.diagnosis.cause is None
            and (incident.id, incident.episode) not in self._asked
        )
