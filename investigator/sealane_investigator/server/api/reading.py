"""Reading incidents: pages with filters, one incident, its occurrences, hours, facets and history."""

from typing import Annotated, Any, Literal

import msgspec
from aiohttp import web
from msgspec import Meta

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_api.diagnosis.error_event import ErrorEvent, Origin
from sealane_investigator.errors import DeedRefused
from sealane_investigator.incident.incident import FACETS, Analysed, Incident, State
from sealane_investigator.interfaces import MAX_PAGE, Done, Query, Store
from sealane_investigator.server.access.token_file import Right
from sealane_investigator.server.endpoints import Call, Endpoint, Handler, json_answer
from sealane_investigator.server.refusals import refused

from .answers import DiagnosisAnswer, IncidentAnswer

MAX_OCCURRENCES = 200
MAX_HOURS = 24 * 31
_MAX_HISTORY = 200

_Text = Annotated[str, Meta(max_length=256)]
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
    parent: Annotated[int, Meta(ge=1, le=2**62)] | None = None
    assignee: _Text | None = None
    sort: Literal["last_seen", "first_seen", "count"] = "last_seen"
    after: _Text | None = None
    limit: Annotated[int, Meta(ge=1, le=MAX_PAGE)] = 50


class OccurrencesQuery(msgspec.Struct, forbid_unknown_fields=True):
    """How many samples, newest first."""

    limit: Annotated[int, Meta(ge=1, le=MAX_OCCURRENCES)] = 50


class TimelineQuery(msgspec.Struct, forbid_unknown_fields=True):
    """How many hours back."""

    hours: Annotated[int, Meta(ge=1, le=MAX_HOURS)] = 168


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


class HourAnswer(msgspec.Struct, frozen=True):
    """One hour, by its beginning in seconds since 1970."""

    at: float
    count: int


class DeedAnswer(msgspec.Struct, frozen=True):
    """What a person did."""

    at: float
    by: str
    deed: str
    arguments: dict[str, Any]


class TimelineAnswer(msgspec.Struct, frozen=True):
    """Counts by the hour, oldest first, and what people did, newest first."""

    hours: tuple[HourAnswer, ...]
    deeds: tuple[DeedAnswer, ...]


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
            _reads("incidents", "/v1/incidents", "Incidents, by pages.", self.page, IncidentsQuery, PageAnswer),
            _reads("incident", one, "One incident.", self.incident, NothingQuery, IncidentAnswer),
            _reads(
                "occurrences",
                f"{one}/occurrences",
                "Samples of its occurrences.",
                self.occurrences,
                OccurrencesQuery,
                OccurrencesAnswer,
            ),
            _reads(
                "timeline",
                f"{one}/timeline",
                "Its count by the hour, and what people did.",
                self.timeline,
                TimelineQuery,
                TimelineAnswer,
            ),
            _reads("facets", f"{one}/facets", "Its count by facet.", self.facets, NothingQuery, FacetsAnswer),
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

    async def timeline(self, call: Call) -> web.StreamResponse:
        """``GET /v1/incidents/{number}/timeline``."""
        asked, number = call.query(TimelineQuery), call.number("number")
        await found(self._store, number)
        hours = await self._store.timeline(number, asked.hours)
        deeds = await self._store.history(number, _MAX_HISTORY)
        return json_answer(
            TimelineAnswer(tuple(HourAnswer(at, count) for at, count in hours), tuple(_deed(done) for done in deeds))
        )

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


def _reads(
    name: str,
    path: str,
    summary: str,
    handler: Handler,
    query: type[msgspec.Struct],
    answer: type[msgspec.Struct],
) -> Endpoint:
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


def _deed(done: Done) -> DeedAnswer:
    return DeedAnswer(done.at, done.by, done.deed.value, dict(done.arguments))
