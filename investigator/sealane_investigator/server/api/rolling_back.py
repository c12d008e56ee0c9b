"""A rollback that a person confirms: asked of the operator once, its outcome written back to the incident."""

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any

import msgspec
from aiohttp import web
from msgspec import Meta

from sealane_investigator.errors import InvestigatorError, RollbackRefused
from sealane_investigator.incident.incident import Incident
from sealane_investigator.incident.recommendation import Rollback
from sealane_investigator.interfaces import Deed, Store
from sealane_investigator.kube.rollback import Asked, Rollbacks
from sealane_investigator.server.access.token_file import Right
from sealane_investigator.server.endpoints import Call, Endpoint, json_answer
from sealane_investigator.server.refusals import refused
from sealane_kube.errors import KubeError
from sealane_telemetry.logs import get_logger

from .reading import NothingQuery, found

#: Who says in the incident's history what became of a request.
OWN_NAME = "sealane"

_log = get_logger("sealane.investigator.rollback")


class RollbackBody(msgspec.Struct, forbid_unknown_fields=True):
    """What is confirmed: the very rollback that was read in the incident's recommendation, and by whom."""

    route: Annotated[str, Meta(max_length=512)]
    from_revision: int
    to_revision: int
    person: Annotated[str, Meta(min_length=1, max_length=100)]


class RollbackRequested(msgspec.Struct, frozen=True):
    """``requested``: the operator was asked, and the incident's timeline will say what came of it. Else ``text`` says
    why it is needless by now."""

    requested: bool
    text: str
    id: str | None = None


class RollingBack:
    """The endpoint; ``rollbacks`` None: there is no cluster, and a rollback is advice only."""

    def __init__(self, store: Store, rollbacks: Rollbacks | None) -> None:
        self._store = store
        self._rollbacks = rollbacks
        self._watching: set[asyncio.Task[None]] = set()

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return the description."""
        return (
            Endpoint(
                name="rollback",
                method="POST",
                path="/v1/incidents/{number}/rollback",
                summary="Confirm the rollback that an incident recommends; the operator is asked for it.",
                handler=self.confirm,
                right=Right.ACT,
                query=NothingQuery,
                body=RollbackBody,
                answer=RollbackRequested,
                codes=(
                    *("invalid_request", "body_too_large", "unsupported_encoding"),
                    *("not_found", "conflict", "store_unavailable"),
                ),
            ),
        )

    async def confirm(self, call: Call) -> web.StreamResponse:
        """``POST /v1/incidents/{number}/rollback``."""
        body, number = await call.body(RollbackBody), call.number("number")
        incident = await found(self._store, number)
        if self._rollbacks is None:
            raise refused("conflict", "there is no cluster here; undo the change in the route file")
        rollback = _confirmed(incident, body)
        # Who confirms is what the caller says, and whose token said it is what is known: the operator records both.
        who = f"{body.person} ({call.caller.name})"
        try:
            asked = await self._rollbacks.ask(rollback, who)
        except (RollbackRefused, KubeError) as error:
            raise refused("conflict", str(error)) from error
        if not isinstance(asked, Asked):
            await self._note(number, call.caller.name, f"rollback of {rollback.route} not needed: {asked.why}")
            return json_answer(RollbackRequested(requested=False, text=asked.why))
        text = f"asked the operator to take {rollback.route} back to revision {rollback.to_revision} for {who}"
        # The operator was asked, whether the history can say so or not.
        await self._note_if_possible(number, call.caller.name, f"{text} ({asked.id})")
        self._watch(self._outcome(self._rollbacks, asked, number))
        return json_answer(RollbackRequested(requested=True, text=text, id=asked.id))

    async def stop(self) -> None:
        """Look after no outcome any more; requests that were written stay written."""
        for task in list(self._watching):
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)

    async def _outcome(self, rollbacks: Rollbacks, asked: Asked, number: int) -> None:
        outcome = await rollbacks.outcome(asked)
        word = {True: "carried out", False: "not carried out", None: "not known"}[outcome.done]
        await self._note_if_possible(number, OWN_NAME, f"request {asked.id} for {asked.route} {word}: {outcome.text}")

    async def _note_if_possible(self, number: int, by: str, text: str) -> None:
        try:
            await self._note(number, by, text)
        except InvestigatorError as error:
            _log.warning("outcome_not_written", error=type(error).__name__)

    async def _note(self, number: int, by: str, text: str) -> None:
        await self._store.act((number,), Deed.COMMENT, by, {"text": text})

    def _watch(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work, name="rollback-outcome")
        self._watching.add(task)
        task.add_done_callback(self._watching.discard)


def _confirmed(incident: Incident, body: RollbackBody) -> Rollback:
    """The rollback of the incident, if it is the one that the person read. Raises Refused."""
    rollback = incident.recommendation.rollback if incident.recommendation is not None else None
    if rollback is None:
        raise refused("conflict", "this incident recommends no rollback")
    if (rollback.route, rollback.from_revision, rollback.to_revision) != (
        body.route,
        body.from_revision,
        body.to_revision,
    ):
        raise refused("conflict", "this incident recommends another rollback meanwhile; read it again", "to_revision")
    return rollback
