"""The timeline of one incident over REST."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sealane_investigator.incident.facts import BreakerChange, Facts, RevisionChange
from sealane_investigator.incident.incident import Trigger
from sealane_investigator.interfaces import ChangeOf, Course, Deed, Investigated, StateChange
from sealane_investigator.server.api.timelines import MAX_HOURS, Timelines
from tests.support.fake_store import FakeStore
from tests.support.reported import analysed, event
from tests.support.served_investigator import Client, served


@asynccontextmanager
async def _scene() -> AsyncIterator[tuple[Client, FakeStore]]:
    """One incident of one event."""
    store = FakeStore()
    await store.record([analysed(event(1))], {})
    async with served(Timelines(store).endpoints()) as client:
        yield client, store


async def test_it_has_the_hours_the_deeds_the_states_and_what_the_gateway_did() -> None:
    """Each with its time."""
    async with _scene() as (client, store):
        store.course_of[1] = Course(
            states=(StateChange(at=5.0, kind=ChangeOf.REGRESSED), StateChange(at=1.0, kind=ChangeOf.NEW)),
            investigations=(Investigated(trigger=Trigger.NEW, asked_at=1.0, done_at=None),),
        )
        await store.act((1,), Deed.COMMENT, "ada", {"text": "seen"})
        answer = await client.get("/v1/incidents/1/timeline?hours=1")

    assert answer.body == {
        "hours": [{"at": 0.0, "count": 1}],
        "deeds": [{"at": 0.0, "by": "ada", "deed": "comment", "arguments": {"text": "seen"}}],
        "states": [{"at": 5.0, "kind": "regressed"}, {"at": 1.0, "kind": "new"}],
        "investigations": [{"trigger": "new", "asked_at": 1.0, "done_at": None}],
        "revisions": [],
        "breakers": [],
    }


async def test_it_shows_what_its_routes_did_in_those_hours_newest_first() -> None:
    """Of the three with the most errors; what is counted as other is no route."""
    asked: list[tuple[float, float, str | None]] = []

    class Many(FakeStore):
        async def facets(self, number: int) -> dict[str, dict[str, int]]:
            return {"route": {"a/least": 1, "a/most": 9, "other": 8, "a/second": 5, "a/third": 4}}

        async def noted(self, since: float, until: float, route: str | None) -> Facts:
            asked.append((since, until, route))
            name = route or ""
            opened = BreakerChange(route=name, provider="p", router="r", before="closed", after="open", at=len(asked))
            served_now = RevisionChange(route=name, revision=2, previous=1, at=len(asked), changed=("x: 1 \u2192 2",))
            return Facts(at=until, revisions=(served_now,), breakers=(opened,))

    store = Many()
    await store.record([analysed(event(1))], {})
    async with served(Timelines(store).endpoints()) as client:
        body = (await client.get("/v1/incidents/1/timeline?hours=1")).body

    assert asked == [(0.0, 3_600.0, "a/most"), (0.0, 3_600.0, "a/second"), (0.0, 3_600.0, "a/third")]
    assert [each["route"] for each in body["revisions"]] == ["a/third", "a/second", "a/most"]
    assert body["breakers"][0] == {
        "at": 3.0,
        "route": "a/third",
        "provider": "p",
        "router": "r",
        "before": "closed",
        "after": "open",
    }
    assert body["revisions"][2]["changed"] == ["x: 1 \u2192 2"]


async def test_what_is_not_there_is_404_and_hours_are_bounded() -> None:
    """Each refusal with its code."""
    async with _scene() as (client, store):
        assert (await client.get("/v1/incidents/99/timeline")).code == "not_found"
        assert (await client.get("/v1/incidents/one/timeline")).param == "number"
        assert (await client.get(f"/v1/incidents/1/timeline?hours={MAX_HOURS + 1}")).param == "hours"
        assert (await client.get("/v1/incidents/1/timeline", token="report")).status == 403
        store.away = True
        assert (await client.get("/v1/incidents/1/timeline")).code == "store_unavailable"
