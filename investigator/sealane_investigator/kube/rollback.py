"""The one thing the investigator writes: the request for a rollback that a person has confirmed.

It is the annotation that ``kubectl sealane undo --to-revision`` writes, and the operator carries it out once. Its user
is who confirmed it *via* the investigator's own ServiceAccount (``jane via system:serviceaccount:sealane-system:…``):
the admission policy lets nobody write that who has not been given the verb ``ask-for-others``. Before the write the
route is read again, so nothing is asked that has happened already, or that somebody chose against meanwhile.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sealane_api.request import REQUEST_ANNOTATION, Request, Verb
from sealane_investigator.errors import RollbackRefused
from sealane_investigator.incident.recommendation import Rollback
from sealane_investigator.recommend.rollback import Superseded, next_step
from sealane_kube.api import MERGE_PATCH, Api
from sealane_kube.errors import Conflict, KubeError, NotFound
from sealane_kube.raw import Raw, mapping_at

from .routes import SEALANE

#: Attempts to write on a route that the operator keeps writing on.
MAX_ATTEMPTS = 5

#: Characters of a person's name, with the token's behind it.
MAX_PERSON = 170

#: Seconds between two looks at the outcome, and until nobody looks any more.
LOOK = 1.0
PATIENCE = 60.0

#: How an outcome begins when the operator did not do it.
REFUSED = "refused: "

_REVIEWS = "/apis/authentication.k8s.io/v1/selfsubjectreviews"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that is written: its id names it for ever."""

    route: str
    id: str
    verb: Verb
    user: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the operator made of a request. ``done`` is None while it has not said."""

    done: bool | None
    text: str


class Rollbacks:
    """Asks the operator for rollbacks; refuses all of them unless ``enabled``."""

    def __init__(
        self,
        api: Api,
        *,
        enabled: bool,
        make_id: Callable[[], str] = lambda: secrets.token_hex(10),
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._api = api
        self._enabled = enabled
        self._make_id = make_id
        self._now = now
        self._sleep = sleep
        self._account = ""

    async def ask(self, rollback: Rollback, person: str) -> Asked | Superseded:
        """Write the request in the name of ``person``, unless it is needless by now.

        Raises:
            RollbackRefused: rollbacks are switched off, the name cannot be written, or another request waits.
            KubeError: the API does not do it.
        """
        if not self._enabled:
            raise RollbackRefused(
                "rollbacks are switched off: set SEALANE_ROLLBACKS=true, or type the command yourself"
            )
        user = await self._user(person)
        path = _path(rollback.route)
        for _ in range(MAX_ATTEMPTS):
            try:
                live = await self._api.call("GET", path)
            except NotFound:
                return Superseded(f"the route {rollback.route} is gone")
            step = next_step(live, rollback)
            if isinstance(step, Superseded):
                return step
            _refuse_a_second(live)
            request = Request(user, step.verb, step.arguments, self._make_id(), self._now())
            try:
                await self._api.call("PATCH", path, _annotated(live, _text(request)), content_type=MERGE_PATCH)
            except Conflict:
                continue
            return Asked(rollback.route, request.id, step.verb, user)
        raise RollbackRefused(f"{rollback.route} changed with each of {MAX_ATTEMPTS} attempts to write; try again")

    async def outcome(self, asked: Asked, patience: float = PATIENCE) -> Outcome:
        """Wait until the operator has carried a request out or refused it. Raises nothing: the API may be away."""
        ends = self._now() + patience
        while True:
            found = await self._look(asked)
            if found.done is not None or self._now() >= ends:
                return found
            await self._sleep(LOOK)

    async def _look(self, asked: Asked) -> Outcome:
        try:
            live = await self._api.call("GET", _path(asked.route))
        except NotFound:
            return Outcome(False, f"the route {asked.route} is gone")
        except KubeError as error:
            return Outcome(None, f"the outcome cannot be read ({type(error).__name__})")
        last = mapping_at(live, "status", "lastRequest")
        if last.get("id") == asked.id:
            text = str(last.get("outcome") or "done")
            return Outcome(not text.startswith(REFUSED), text)
        waiting = _waiting(live)
        if waiting is None or waiting.id != asked.id:
            return Outcome(False, "another request took its place before its outcome was seen")
        return Outcome(None, "the operator has not carried it out yet")

    async def _user(self, person: str) -> str:
        if not person or len(person) > MAX_PERSON or not person.isprintable() or person != person.strip():
            raise RollbackRefused(f"write the name of who confirms it: 1 to {MAX_PERSON} printable characters")
        if not self._account:
            review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
            found = await self._api.call("POST", _REVIEWS, review)
            self._account = str(mapping_at(found, "status", "userInfo").get("username") or "")
        return f"{person} via {self._account}"


def _text(request: Request) -> str:
    try:
        return request.text()
    except ValueError as error:
        raise RollbackRefused(f"a request of {request.user!r} cannot be written: {error}") from error


def _annotated(live: Raw, text: str) -> Mapping[str, Any]:
    """A patch of the very copy that was read."""
    version = mapping_at(live, "metadata").get("resourceVersion")
    return {"metadata": {"resourceVersion": version, "annotations": {REQUEST_ANNOTATION: text}}}


def _refuse_a_second(live: Raw) -> None:
    waiting = _waiting(live)
    last = mapping_at(live, "status", "lastRequest")
    if waiting is not None and waiting.id != last.get("id"):
        raise RollbackRefused(
            f"a request is not carried out yet: {waiting.verb} by {waiting.user} ({waiting.id}); wait for it"
        )


def _waiting(live: Raw) -> Request | None:
    """The request that the route carries, done or not; None when there is none that can be read."""
    text = mapping_at(live, "metadata", "annotations").get(REQUEST_ANNOTATION)
    try:
        return Request.parse(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _path(route: str) -> str:
    namespace, _, name = route.partition("/")
    return f"{SEALANE}/{namespace}/providerroutes/{name}"
