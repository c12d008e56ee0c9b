"""A rollback that a person confirms."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import cast

import pytest

from sealane_api.diagnosis.error_class import Action
from sealane_api.request import Verb
from sealane_investigator.errors import RollbackRefused
from sealane_investigator.incident.recommendation import Recommendation, Rollback
from sealane_investigator.kube.rollback import Asked, Outcome, Rollbacks
from sealane_investigator.recommend.rollback import Superseded
from sealane_investigator.server.api.rolling_back import RollingBack
from tests.support.fake_store import FakeStore
from tests.support.reported import analysed, event
from tests.support.served_investigator import Client, served
from tests.support.waiting import until

_ROLLBACK = Rollback(route="team/chat", from_revision=8, to_revision=7)
_BODY = {"route": "team/chat", "from_revision": 8, "to_revision": 7, "person": "Ada"}


class _Operator:
    """Answers what a test says."""

    def __init__(self, asked: Asked | Superseded | None, outcome: Outcome) -> None:
        self.asked: list[tuple[Rollback, str]] = []
        self._answer = asked
        self._outcome = outcome

    async def ask(self, rollback: Rollback, person: str) -> Asked | Superseded:
        self.asked.append((rollback, person))
        if self._answer is None:
            raise RollbackRefused("rollbacks are switched off")
        return self._answer

    async def outcome(self, asked: Asked) -> Outcome:
        return self._outcome


_ASKED = Asked("team/chat", "id-1", Verb.UNDO, "Ada via sealane")


@asynccontextmanager
async def _scene(operator: _Operator | None, *, recommended: bool = True) -> AsyncIterator[tuple[Client, FakeStore]]:
    store = FakeStore()
    await store.record([analysed(event(1))], {})
    if recommended:
        advice = Recommendation(action=Action.ROLL_BACK, text="go back", rollback=_ROLLBACK)
        store.rows[1] = replace(store.rows[1], recommendation=advice)
    rolling_back = RollingBack(store, cast("Rollbacks | None", operator))
    async with served(rolling_back.endpoints()) as client:
        yield client, store
    await rolling_back.stop()


async def test_what_is_confirmed_is_asked_and_its_outcome_written_back() -> None:
    """In the name of the person and of the token, once."""
    operator = _Operator(_ASKED, Outcome(True, "done"))
    async with _scene(operator) as (client, store):
        answer = await client.post("/v1/incidents/1/rollback", _BODY, token="act")
        await until(lambda: len(store.deeds) == 2)

        assert (answer.status, answer.body["requested"], answer.body["id"]) == (200, True, "id-1")
        assert operator.asked == [(_ROLLBACK, "Ada (act)")]
        assert [(done.by, done.arguments["text"]) for done in store.deeds] == [
            ("act", "asked the operator to take team/chat back to revision 7 for Ada (act) (id-1)"),
            ("sealane", "request id-1 for team/chat carried out: done"),
        ]


async def test_what_was_asked_is_answered_though_the_store_is_away_by_then() -> None:
    """Else the person would be told that nothing was done, and ask once more."""
    async with _scene(None) as (_, store):

        class _Outage(_Operator):
            async def ask(self, rollback: Rollback, person: str) -> Asked | Superseded:
                store.away = True
                return await super().ask(rollback, person)

        operator = _Outage(_ASKED, Outcome(True, "done"))
        rolling_back = RollingBack(store, cast("Rollbacks", operator))
        async with served(rolling_back.endpoints()) as client:
            answer = await client.post("/v1/incidents/1/rollback", _BODY, token="act")

        assert (answer.status, answer.body["requested"], answer.body["id"]) == (200, True, "id-1")
        await rolling_back.stop()


async def test_what_is_needless_by_now_is_said_and_not_asked() -> None:
    """The operator was faster."""
    operator = _Operator(Superseded("revision 7 serves already"), Outcome(None, ""))
    async with _scene(operator) as (client, store):
        answer = await client.post("/v1/incidents/1/rollback", _BODY, token="act")

        assert answer.body == {"requested": False, "text": "revision 7 serves already", "id": None}
        assert store.deeds[0].arguments["text"] == "rollback of team/chat not needed: revision 7 serves already"


@pytest.mark.parametrize(
    ("operator", "recommended", "changed"),
    [
        (None, True, {}),
        (_Operator(None, Outcome(None, "")), True, {}),
        (_Operator(_ASKED, Outcome(True, "")), False, {}),
        (_Operator(_ASKED, Outcome(True, "")), True, {"to_revision": 6}),
    ],
    ids=["no cluster", "switched off", "nothing recommended", "another one was read"],
)
async def test_what_cannot_be_done_is_a_conflict(
    operator: _Operator | None, recommended: bool, changed: dict[str, int]
) -> None:
    """And nothing is written."""
    async with _scene(operator, recommended=recommended) as (client, store):
        answer = await client.post("/v1/incidents/1/rollback", {**_BODY, **changed}, token="act")

        assert (answer.status, answer.code, store.deeds) == (409, "conflict", [])


async def test_who_may_only_read_confirms_nothing() -> None:
    """Nor does anybody without a name."""
    operator = _Operator(_ASKED, Outcome(True, "done"))
    async with _scene(operator) as (client, _):
        assert (await client.post("/v1/incidents/1/rollback", _BODY, token="read")).status == 403
        assert (await client.post("/v1/incidents/1/rollback", {**_BODY, "person": ""}, token="act")).status == 400
        assert operator.asked == []
