"""What a list of incidents shows beside them, and who is looking at it."""

from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from sealane_investigator.interfaces import MAX_GLANCES, Store
from sealane_investigator.server.access.token_file import Right
from sealane_investigator.server.endpoints import Call, Endpoint, json_answer

from .reading import NothingQuery, Number, reads


class GlancesQuery(msgspec.Struct, forbid_unknown_fields=True):
    """Which incidents; give it once for each."""

    incident: Annotated[tuple[Number, ...], Meta(max_length=MAX_GLANCES)] = ()


class GlanceAnswer(msgspec.Struct, frozen=True):
    """The counts of 24 hours from ``since`` on, oldest first; the three routes, providers and models with the most
    errors; how many incidents it is the parent of."""

    incident: int
    since: float
    hours: tuple[int, ...]
    facets: dict[str, dict[str, int]]
    children: int


class GlancesAnswer(msgspec.Struct, frozen=True):
    """One for each incident that there is, in the order asked."""

    glances: tuple[GlanceAnswer, ...]


class TotalsAnswer(msgspec.Struct, frozen=True):
    """How many incidents are in each state."""

    states: dict[str, int]


class CallerAnswer(msgspec.Struct, frozen=True):
    """The name of the token, and what it may do."""

    name: str
    rights: tuple[Right, ...]


class Overview:
    """The endpoints that a list needs beside a page of incidents."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return their descriptions."""
        glances = "The last 24 hours, the routes, providers and models, and the children of many incidents."
        return (
            reads("glances", "/v1/incidents/glances", glances, self.glances, GlancesQuery, GlancesAnswer),
            reads("totals", "/v1/incidents/totals", "Incidents by state.", self.totals, NothingQuery, TotalsAnswer),
            Endpoint(
                name="caller",
                method="GET",
                path="/v1/caller",
                summary="Whose token this is.",
                handler=self.caller,
                right=Right.READ,
                query=NothingQuery,
                answer=CallerAnswer,
                codes=("invalid_request",),
            ),
        )

    async def glances(self, call: Call) -> web.StreamResponse:
        """``GET /v1/incidents/glances``."""
        found = await self._store.glances(call.query(GlancesQuery).incident)
        answers = (
            GlanceAnswer(
                each.incident,
                each.since,
                each.hours,
                {facet: dict(values) for facet, values in each.facets.items()},
                each.children,
            )
            for each in found
        )
        return json_answer(GlancesAnswer(tuple(answers)))

    async def totals(self, call: Call) -> web.StreamResponse:
        """``GET /v1/incidents/totals``."""
        call.query(NothingQuery)
        totals = await self._store.totals()
        return json_answer(TotalsAnswer({state.value: count for state, count in totals.items()}))

    async def caller(self, call: Call) -> web.StreamResponse:
        """``GET /v1/caller``."""
        call.query(NothingQuery)
        return json_answer(CallerAnswer(call.caller.name, tuple(sorted(call.caller.rights))))
