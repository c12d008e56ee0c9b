"""The timeline of one incident: its hours, what people did, how it went, and what the gateway did meanwhile."""

from typing import Annotated, Any

import msgspec
from aiohttp import web
from msgspec import Meta

from sealane_investigator.incident.facts import Facts
from sealane_investigator.incident.incident import OTHER, Trigger
from sealane_investigator.interfaces import ChangeOf, Done, Store
from sealane_investigator.server.endpoints import Call, Endpoint, json_answer

from .reading import found, reads

MAX_HOURS = 24 * 31
_HOUR = 3_600.0
_MAX_HISTORY = 200
#: Changes of the gateway are shown for so many of the incident's routes, those with the most errors, and so many each.
_MAX_ROUTES = 3
_MAX_CHANGES = 200


class TimelineQuery(msgspec.Struct, forbid_unknown_fields=True):
    """How many hours back."""

    hours: Annotated[int, Meta(ge=1, le=MAX_HOURS)] = 168


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


class StateAnswer(msgspec.Struct, frozen=True):
    """When it was ``new``, ``regressed``, ``escalating`` or ``resolved``."""

    at: float
    kind: ChangeOf


class InvestigationAnswer(msgspec.Struct, frozen=True):
    """Why and when it was investigated; ``done_at`` null: not yet."""

    trigger: Trigger
    asked_at: float
    done_at: float | None


class RevisionAnswer(msgspec.Struct, frozen=True):
    """A revision of a route began to serve."""

    at: float
    route: str
    revision: int
    previous: int | None
    changed: tuple[str, ...]


class BreakerAnswer(msgspec.Struct, frozen=True):
    """A breaker of one provider at one router went from one state to another."""

    at: float
    route: str
    provider: str
    router: str
    before: str
    after: str


class TimelineAnswer(msgspec.Struct, frozen=True):
    """Counts by the hour, oldest first; the rest newest first.

    ``deeds`` is what people did. ``states`` are kept for 30 days. ``revisions`` and ``breakers`` are those of the three
    routes with the most errors, within the hours that were asked for.
    """

    hours: tuple[HourAnswer, ...]
    deeds: tuple[DeedAnswer, ...]
    states: tuple[StateAnswer, ...]
    investigations: tuple[InvestigationAnswer, ...]
    revisions: tuple[RevisionAnswer, ...]
    breakers: tuple[BreakerAnswer, ...]


class Timelines:
    """The endpoint that shows how an incident went."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return the description."""
        summary = "Its count by the hour, what people did, how it went, and what its routes did meanwhile."
        path = "/v1/incidents/{number}/timeline"
        return (reads("timeline", path, summary, self.timeline, TimelineQuery, TimelineAnswer),)

    async def timeline(self, call: Call) -> web.StreamResponse:
        """``GET /v1/incidents/{number}/timeline``."""
        asked, number = call.query(TimelineQuery), call.number("number")
        await found(self._store, number)
        hours = await self._store.timeline(number, asked.hours)
        deeds = await self._store.history(number, _MAX_HISTORY)
        course = await self._store.course(number, _MAX_HISTORY)
        facts = await self._facts(number, hours[0][0], hours[-1][0] + _HOUR)
        revisions = sorted((each for one in facts for each in one.revisions), key=lambda each: -each.at)
        breakers = sorted((each for one in facts for each in one.breakers), key=lambda each: -each.at)
        return json_answer(
            TimelineAnswer(
                hours=tuple(HourAnswer(at, count) for at, count in hours),
                deeds=tuple(_deed(done) for done in deeds),
                states=tuple(StateAnswer(each.at, each.kind) for each in course.states),
                investigations=tuple(
                    InvestigationAnswer(each.trigger, each.asked_at, each.done_at) for each in course.investigations
                ),
                revisions=tuple(
                    RevisionAnswer(each.at, each.route, each.revision, each.previous, each.changed)
                    for each in revisions[:_MAX_CHANGES]
                ),
                breakers=tuple(
                    BreakerAnswer(each.at, each.route, each.provider, each.router, each.before, each.after)
                    for each in breakers[:_MAX_CHANGES]
                ),
            )
        )

    async def _facts(self, number: int, since: float, until: float) -> list[Facts]:
        counted = (await self._store.facets(number)).get("route", {})
        routes = [route for route in sorted(counted, key=lambda route: -counted[route]) if route != OTHER]
        return [await self._store.noted(since, until, route) for route in routes[:_MAX_ROUTES]]


def _deed(done: Done) -> DeedAnswer:
    return DeedAnswer(done.at, done.by, done.deed.value, dict(done.arguments))
