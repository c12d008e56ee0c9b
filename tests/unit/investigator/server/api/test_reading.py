"""Reading incidents over REST."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sealane_investigator.incident.incident import State
from sealane_investigator.interfaces import MAX_PAGE, Page, Query
from sealane_investigator.server.api.reading import Reading
from tests.support.fake_store import FakeStore
from tests.support.reported import analysed, event
from tests.support.served_investigator import Client, served


@asynccontextmanager
async def _scene() -> AsyncIterator[tuple[Client, FakeStore]]:
    """Two incidents, the second one with two events."""
    store = FakeStore()
    await store.record(
        [analysed(event(1)), analysed(event(2, message="slow down")), analysed(event(3, message="slow down"))], {}
    )
    async with served(Reading(store).endpoints()) as client:
        yield client, store


async def test_a_page_shows_incidents_and_where_the_next_begins() -> None:
    """As many as were asked for."""
    async with _scene() as (client, _):
        answer = await client.get("/v1/incidents?limit=1")

        assert answer.status == 200
        assert [each["id"] for each in answer.body["incidents"]] == [1]
        assert answer.body["next"] == "more"


async def test_every_filter_reaches_the_store() -> None:
    """As the question that the store understands."""
    asked: list[Query] = []

    class Listening(FakeStore):
        async def incidents(self, query: Query) -> Page:
            asked.append(query)
            return Page(incidents=())

    async with served(Reading(Listening()).endpoints()) as client:
        await client.get(
            "/v1/incidents?state=open&state=regressed&class=rate_limit&origin=router&route=a/b&revision=3&provider=zai"
            "&model=glm&tenant=t&status=429&text=slow&since=1&until=2.5&unsure=true&parent=7&merged_into=9&assignee=ada"
            "&sort=count&after=x&limit=200"
        )

    assert asked == [
        Query(
            states=(State.OPEN, State.REGRESSED),
            classes=("rate_limit",),
            origin="router",
            facets={"route": "a/b", "revision": "3", "provider": "zai", "model": "glm", "tenant": "t", "status": "429"},
            text="slow",
            since=1.0,
            until=2.5,
            unsure=True,
            parent=7,
            merged_into=9,
            assignee="ada",
            sort="count",
            after="x",
            limit=MAX_PAGE,
        )
    ]


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("limit=0", "limit"),
        (f"limit={MAX_PAGE + 1}", "limit"),
        ("state=broken", "state[0]"),
        ("class=broken", "class[0]"),
        ("unsure=perhaps", "unsure"),
        ("since=yesterday", "since"),
        ("sort=title", "sort"),
        ("colour=red", "colour"),
        ("after=foreign", "after"),
        (f"text={'x' * 257}", "text"),
        (f"parent={2**63}", "parent"),
        ("parent=0", "parent"),
    ],
)
async def test_a_parameter_that_does_not_fit_is_refused_by_name(query: str, param: str) -> None:
    """And one that does not exist."""
    async with _scene() as (client, _):
        answer = await client.get(f"/v1/incidents?{query}")

        assert (answer.status, answer.code, answer.param) == (400, "invalid_request", param)
        assert "yesterday" not in str(answer.body)


async def test_one_incident_and_all_about_it() -> None:
    """Itself, its samples, its facets."""
    async with _scene() as (client, _):
        incident: dict[str, Any] = (await client.get("/v1/incidents/2")).body
        samples = (await client.get("/v1/incidents/2/occurrences?limit=1")).body
        facets = (await client.get("/v1/incidents/2/facets")).body

    assert (incident["count"], incident["state"], incident["diagnosis"]["class"]) == (2, "open", "auth_invalid_key")
    assert incident["diagnosis"]["action"] == "fix_credential"
    assert [each["event"]["id"] for each in samples["occurrences"]] == ["r-2"]
    assert facets == {"facets": {"route": {"default/chat": 2}}}


@pytest.mark.parametrize("path", ["", "/occurrences", "/facets"])
async def test_what_is_not_there_is_404_and_what_is_no_number_400(path: str) -> None:
    """Each with its code."""
    async with _scene() as (client, store):
        assert (await client.get(f"/v1/incidents/99{path}")).code == "not_found"
        assert (await client.get(f"/v1/incidents/one{path}")).param == "number"
        store.away = True
        assert (await client.get(f"/v1/incidents/1{path}")).code == "store_unavailable"
        assert (await client.get(f"/v1/incidents/1{path}", token="report")).status == 403
