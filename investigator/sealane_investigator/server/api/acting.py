"""What people do to incidents: one at a time or many at once, and never over somebody else's head."""

from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from sealane_api.diagnosis.error_class import Cause, ErrorClass
from sealane_investigator.errors import DeedRefused, StaleVersion
from sealane_investigator.incident.incident import Incident
from sealane_investigator.intake.cleaning import Cleaning
from sealane_investigator.interfaces import MAX_DEEDS, Deed, Store
from sealane_investigator.server.access.token_file import Right
from sealane_investigator.server.endpoints import Call, Endpoint, json_answer
from sealane_investigator.server.refusals import refused

from .answers import IncidentAnswer
from .reading import NothingQuery, found

_Text = Annotated[str, Meta(min_length=1, max_length=4_096)]
_Name = Annotated[str, Meta(min_length=1, max_length=256)]
_Number = Annotated[int, Meta(ge=1, le=2**62)]

_CODES = (
    *("invalid_request", "body_too_large", "unsupported_encoding"),
    *("not_found", "conflict", "store_unavailable"),
)


class DeedBody(msgspec.Struct, forbid_unknown_fields=True, rename={"error_class": "class"}, omit_defaults=True):
    """One deed with its arguments; those that a deed does not know are refused.

    ``resolve`` may say ``revisions`` ({route: revision}); ``ignore`` may say ``until`` (seconds since 1970, else for
    ever); ``assign`` needs ``assignee`` (null: nobody); ``comment`` needs ``text``; ``feedback`` needs ``right`` and
    may say ``class`` and ``text``; ``reclassify`` needs ``class`` and may say ``cause``; ``merge`` needs ``into``.
    """

    deed: Deed
    revisions: dict[str, int] | msgspec.UnsetType | None = msgspec.UNSET
    until: float | msgspec.UnsetType | None = msgspec.UNSET
    assignee: _Name | msgspec.UnsetType | None = msgspec.UNSET
    text: _Text | msgspec.UnsetType = msgspec.UNSET
    right: bool | msgspec.UnsetType = msgspec.UNSET
    error_class: ErrorClass | msgspec.UnsetType = msgspec.UNSET
    cause: Cause | msgspec.UnsetType | None = msgspec.UNSET
    into: _Number | msgspec.UnsetType = msgspec.UNSET
    version: int | msgspec.UnsetType = msgspec.UNSET


class BulkBody(DeedBody, forbid_unknown_fields=True, kw_only=True):
    """The same for many incidents: all of them or none. ``versions`` in the order of ``incidents``, or left out."""

    incidents: Annotated[tuple[_Number, ...], Meta(min_length=1, max_length=MAX_DEEDS)]
    versions: Annotated[tuple[int, ...], Meta(max_length=MAX_DEEDS)] = ()


class IncidentsAnswer(msgspec.Struct, frozen=True):
    """The incidents as they are afterwards."""

    incidents: tuple[IncidentAnswer, ...]


#: The arguments of each deed: those it needs, and those it may have.
_ARGUMENTS: dict[Deed, tuple[frozenset[str], frozenset[str]]] = {
    Deed.RESOLVE: (frozenset(), frozenset({"revisions"})),
    Deed.REOPEN: (frozenset(), frozenset()),
    Deed.IGNORE: (frozenset(), frozenset({"until"})),
    Deed.ASSIGN: (frozenset({"assignee"}), frozenset()),
    Deed.COMMENT: (frozenset({"text"}), frozenset()),
    Deed.FEEDBACK: (frozenset({"right"}), frozenset({"class", "text"})),
    Deed.RECLASSIFY: (frozenset({"class"}), frozenset({"cause"})),
    Deed.MERGE: (frozenset({"into"}), frozenset()),
    Deed.UNMERGE: (frozenset(), frozenset()),
    Deed.INVESTIGATE: (frozenset(), frozenset()),
}
_NAMES = {
    "revisions": "revisions",
    "until": "until",
    "assignee": "assignee",
    "text": "text",
    "right": "right",
    "error_class": "class",
    "cause": "cause",
    "into": "into",
}


class Acting:
    """The endpoints that change incidents."""

    def __init__(self, store: Store, cleaning: Cleaning) -> None:
        self._store = store
        self._cleaning = cleaning

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return their descriptions."""
        return (
            Endpoint(
                name="act",
                method="POST",
                path="/v1/incidents/{number}/actions",
                summary="Do something to one incident.",
                handler=self.one,
                right=Right.ACT,
                query=NothingQuery,
                body=DeedBody,
                answer=IncidentAnswer,
                codes=_CODES,
            ),
            Endpoint(
                name="act_on_many",
                method="POST",
                path="/v1/incidents/actions",
                summary="Do something to many incidents: to all of them, or to none.",
                handler=self.many,
                right=Right.ACT,
                query=NothingQuery,
                body=BulkBody,
                answer=IncidentsAnswer,
                codes=_CODES,
            ),
        )

    async def one(self, call: Call) -> web.StreamResponse:
        """``POST /v1/incidents/{number}/actions``."""
        number, body = call.number("number"), await call.body(DeedBody)
        versions = () if body.version is msgspec.UNSET else (body.version,)
        # Merging changes two incidents; who asked about one is answered about that one.
        changed = await self._act((number,), versions, body, call.caller.name)
        return json_answer(IncidentAnswer.of(next(each for each in changed if each.id == number)))

    async def many(self, call: Call) -> web.StreamResponse:
        """``POST /v1/incidents/actions``."""
        body = await call.body(BulkBody)
        if body.version is not msgspec.UNSET:
            raise refused("invalid_request", "write versions, one for each incident", "version")
        if body.versions and len(body.versions) != len(body.incidents):
            raise refused("invalid_request", "write one version for each incident, or none at all", "versions")
        incidents = await self._act(body.incidents, body.versions, body, call.caller.name)
        return json_answer(IncidentsAnswer(tuple(IncidentAnswer.of(each) for each in incidents)))

    async def _act(
        self, numbers: tuple[int, ...], versions: tuple[int, ...], body: DeedBody, by: str
    ) -> list[Incident]:
        arguments = self._arguments(body)
        for number in numbers:
            await found(self._store, number)
        if versions:
            arguments["versions"] = dict(zip(numbers, versions, strict=True))
        try:
            return await self._store.act(numbers, body.deed, by, arguments)
        except StaleVersion as error:
            param = f"versions[{numbers.index(error.incident)}]" if isinstance(body, BulkBody) else "version"
            raise refused("conflict", str(error), param) from error
        except DeedRefused as error:
            raise refused("conflict", str(error), "deed") from error

    def _arguments(self, body: DeedBody) -> dict[str, object]:
        """The arguments of the deed. Raises Refused for one that is missing or that it does not know."""
        given = {
            name: value
            for attribute, name in _NAMES.items()
            if (value := getattr(body, attribute)) is not msgspec.UNSET
        }
        needed, allowed = _ARGUMENTS[body.deed]
        for name in sorted(given.keys() - needed - allowed):
            raise refused("invalid_request", f"{body.deed.value} has no such argument; leave it out", name)
        for name in sorted(needed - given.keys()):
            raise refused("invalid_request", f"{body.deed.value} needs it", name)
        if isinstance(text := given.get("text"), str):
            given["text"] = self._cleaning.remark(text)
        return given
