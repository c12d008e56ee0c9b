"""What a list needs beside a page of incidents, over REST."""

from sealane_investigator.interfaces import MAX_GLANCES
from sealane_investigator.server.api.overview import Overview
from sealane_investigator.server.api.reading import Reading
from tests.support.fake_store import FakeStore
from tests.support.reported import analysed, event
from tests.support.served_investigator import served


async def test_many_incidents_are_glanced_at_in_one_request() -> None:
    """Its path is no number of an incident; one that is not there is left out."""
    store = FakeStore()
    await store.record([analysed(event(1)), analysed(event(2, message="slow down"))], {})
    async with served((*Reading(store).endpoints(), *Overview(store).endpoints())) as client:
        answer = await client.get("/v1/incidents/glances?incident=2&incident=99&incident=1")
        nobody = await client.get("/v1/incidents/glances")

    assert [each["incident"] for each in answer.body["glances"]] == [2, 1]
    assert answer.body["glances"][0] == {
        "incident": 2,
        "since": 0.0,
        "hours": [1],
        "facets": {"route": {"default/chat": 1}},
        "children": 0,
    }
    assert nobody.body == {"glances": []}


async def test_more_than_the_limit_is_refused() -> None:
    """At the limit it is answered."""
    async with served(Overview(FakeStore()).endpoints()) as client:
        many = "&".join(f"incident={number}" for number in range(1, MAX_GLANCES + 1))

        assert (await client.get(f"/v1/incidents/glances?{many}")).status == 200
        assert (await client.get(f"/v1/incidents/glances?{many}&incident=999")).param == "incident"
        assert (await client.get("/v1/incidents/glances?incident=0")).status == 400


async def test_totals_are_by_state() -> None:
    """Those without an incident too."""
    store = FakeStore()
    await store.record([analysed(event(1))], {})
    async with served(Overview(store).endpoints()) as client:
        answer = await client.get("/v1/incidents/totals")
        store.away = True
        refused = await client.get("/v1/incidents/totals")

    assert answer.body == {"states": {"open": 1, "regressed": 0, "escalating": 0, "resolved": 0, "ignored": 0}}
    assert refused.code == "store_unavailable"


async def test_a_caller_is_told_its_own_name_and_rights() -> None:
    """So that a page knows what it need not offer."""
    async with served(Overview(FakeStore()).endpoints()) as client:
        reader = await client.get("/v1/caller", token="read")
        everything = await client.get("/v1/caller", token="all")

        assert reader.body == {"name": "read", "rights": ["read"]}
        assert everything.body == {"name": "all", "rights": ["act", "alert", "read", "report"]}
        assert (await client.get("/v1/caller", token="report")).status == 403
        assert (await client.get("/v1/caller", token=None)).status == 401
