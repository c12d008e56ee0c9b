"""Reading incidents: pages with filters, one incident, its occurrences and facets."""

from typing import Annotated, Literal

import msgspec
from aiohttp import web
from msgspec import Meta

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_api.diagnosis.error_event import ErrorEvent, Origin
from sealane_investigator.errors import DeedRefused
from sealane_investigator.incident.incident import FACETS, Analysed, Incident, State
from sealane_investigator.interfaces import MAX_PAGE, Query, Store
from sealane_investigator.server.access.token_file import Right
from sealane_investigator.server.endpoints import Call, Endpoint, Handler, json_answer
from sealane_investigator.server.refusals import refused

from .answers import DiagnosisAnswer, IncidentAnswer

MAX_OCCURRENCES = 200

_Text = Annotated[str, Meta(max_length=256)]
#: The number of an incident.
Number = Annotated[int, Meta(ge=1, le=2**62)]
_Moment = Annotated[float, Meta(ge=0, le=1e11)]


class IncidentsQuery(msgspec.Struct, forbid_unknown_fields=True, rename={"error_class": "class"}):
    """Filters of a page; those that may be given more than once mean any of theirs, different ones all of them.

    ``after`` is the ``next`` of the page before, with the same filters and the same sort.
    """

    state: tuple[State, ...] = ()
    error_class: tuple[ErrorClass, ...] = ()
    origin: Origin | None = None
    route: _Text | None = None
    revision: _Text | None = None
    provider: _Text | None = None
    model: _Text | None = None
    tenant: _Text | None = None
    status: _Text | None = None
    text: _Text = ""
    since: _Moment | None = None
    until: _Moment | None = None
    unsure: bool | None = None
    parent: Number | None = None
    merged_into: Number | None = None
    assignee: _Text | None = None
    sort: Literal["last_seen", "first_seen", "count"] = "last_seen"
    after: _Text | None = None
    limit: Annotated[int, Meta(ge=1, le=MAX_PAGE)] = 50


class OccurrencesQuery(msgspec.Struct, forbid_unknown_fields=True):
    """How many samples, newest first."""

    limit: Annotated[int, Meta(ge=1, le=MAX_OCCURRENCES)] = 50


class NothingQuery(msgspec.Struct, forbid_unknown_fields=True):
    """No parameters."""


class PageAnswer(msgspec.Struct, frozen=True):
    """Incidents, and the cursor of the next page."""

    incidents: tuple[IncidentAnswer, ...]
    next: str | None


class OccurrenceAnswer(msgspec.Struct, frozen=True):
    """One sample: the event, redacted, and what it was taken for."""

    event: ErrorEvent
    template: str
    diagnosis: DiagnosisAnswer


class OccurrencesAnswer(msgspec.Struct, frozen=True):
    """Samples, newest first."""

    occurrences: tuple[OccurrenceAnswer, ...]


class FacetsAnswer(msgspec.Struct, frozen=True):
    """Counts by facet and value."""

    facets: dict[str, dict[str, int]]


class Reading:
    """The endpoints that show incidents."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return their descriptions."""
        one = "/v1/incidents/{number}"
        return (
            reads("incidents", "/v1/incidents", "Incidents, by pages.", self.page, IncidentsQuery, PageAnswer),
            reads("incident", one, "One incident.", self.incident, NothingQuery, IncidentAnswer),
            reads(
                "occurrences",
                f"{one}/occurrences",
                "Samples of its occurrences.",
                self.occurrences,
                OccurrencesQuery,
                OccurrencesAnswer,
            ),
            reads("facets", f"{one}/facets", "Its count by facet.", self.facets, NothingQuery, FacetsAnswer),
        )

    async def page(self, call: Call) -> web.StreamResponse:
        """``GET /v1/incidents``."""
        asked = call.query(IncidentsQuery)
        facets = {name: value for name in FACETS if (value := getattr(asked, name)) is not None}
        try:
            page = await self._store.incidents(
                Query(
                    states=asked.state,
                    classes=tuple(each.value for each in asked.error_class),
                    facets=facets,
                    text=asked.text,
                    since=asked.since,
                    until=asked.until,
                    unsure=asked.unsure,
                    parent=asked.parent,
                    merged_into=asked.merged_into,
                    assignee=asked.assignee,
                    origin=asked.origin.value if asked.origin is not None else None,
                    sort=asked.sort,
                    after=asked.after,
                    limit=asked.limit,
                )
            )
        except (DeedRefused, ValueError) as error:
            raise refused("invalid_request", "this cursor belongs to another question; begin anew", "after") from error
        return json_answer(PageAnswer(tuple(IncidentAnswer.of(each) for each in page.incidents), page.next))

    async def incident(self, call: Call) -> web.StreamResponse:
        """``GET /v1/incidents/{number}``."""
        call.query(NothingQuery)
        return json_answer(IncidentAnswer.of(await found(self._store, call.number("number"))))

    async def occurrences(self, call: Call) -> web.StreamResponse:
        """``GET /v1/incidents/{number}/occurrences``."""
        asked, number = call.query(OccurrencesQuery), call.number("number")
        await found(self._store, number)
        samples = await self._store.occurrences(number, asked.limit)
        return json_answer(OccurrencesAnswer(tuple(_occurrence(each) for each in samples)))

    async def facets(self, call: Call) -> web.StreamResponse:
        """``GET /v1/incidents/{number}/facets``."""
        call.query(NothingQuery)
        number = call.number("number")
        await found(self._store, number)
        return json_answer(FacetsAnswer(await self._store.facets(number)))


async def found(store: Store, number: int) -> Incident:
    """Return an incident. Raises Refused when there is none."""
    incident = await store.incident(number)
    if incident is None:
        raise refused("not_found", "there is no such incident", "number")
    return incident


def reads(
    name: str,
    path: str,
    summary: str,
    handler: Handler,
    query: type[msgspec.Struct],
    answer: type[msgspec.Struct],
) -> Endpoint:
    """Describe an endpoint that shows something to who may read."""
    codes = ("invalid_request", "store_unavailable", *(("not_found",) if "{" in path else ()))
    return Endpoint(
        name=name,
        method="GET",
        path=path,
        summary=summary,
        handler=handler,
        right=Right.READ,
        query=query,
        answer=answer,
        codes=codes,
    )


def _occurrence(analysed: Analysed) -> OccurrenceAnswer:
    return OccurrenceAnswer(analysed.event, analysed.template, DiagnosisAnswer.of(analysed.diagnosis))
