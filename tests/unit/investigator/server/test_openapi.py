"""The document says what is served, and what is served is as it says."""

import re
from typing import Any

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from sealane_api.diagnosis.error_event import Origin
from sealane_investigator.intake.acceptance import Intake
from sealane_investigator.intake.cleaning import Cleaning
from sealane_investigator.server.api.acting import Acting
from sealane_investigator.server.api.overview import Overview
from sealane_investigator.server.api.reading import Reading
from sealane_investigator.server.api.rolling_back import RollingBack
from sealane_investigator.server.api.timelines import Timelines
from sealane_investigator.server.endpoints import Endpoint
from sealane_investigator.server.openapi import document, openapi_endpoint
from sealane_investigator.server.refusals import CODES
from sealane_investigator.server.reporting import Reporting
from sealane_telemetry.investigator_metrics import InvestigatorMetrics
from tests.support.fake_store import FakeStore
from tests.support.reported import analysed, as_json, event
from tests.support.served_investigator import served


class _Kept:
    async def keep(self, accepted: object) -> None:
        return None


def _endpoints(store: FakeStore) -> tuple[Endpoint, ...]:
    cleaning = Cleaning(str)
    kept = _Kept()
    reporting = Reporting(
        Intake(cleaning, kept),
        InvestigatorMetrics(CollectorRegistry()),
        stopping=lambda: False,
        resolved=kept.keep,
    )
    endpoints = (
        *reporting.endpoints(),
        *Acting(store, cleaning).endpoints(),
        *Reading(store).endpoints(),
        *Overview(store).endpoints(),
        *Timelines(store).endpoints(),
        *RollingBack(store, None).endpoints(),
    )
    return (*endpoints, openapi_endpoint(endpoints, "1.2.3"))


def _references(part: object) -> set[str]:
    if isinstance(part, dict):
        own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
        return own.union(*(_references(value) for value in part.values()))
    return set().union(*(_references(each) for each in part)) if isinstance(part, list) else set()


async def test_the_document_that_is_served_names_every_endpoint_and_itself() -> None:
    """To anybody, for it holds no secret."""
    endpoints = _endpoints(FakeStore())
    async with served(endpoints) as client:
        answer = await client.get("/v1/openapi.json", token=None)

    served_paths = {(path, method) for path, methods in answer.body["paths"].items() for method in methods}
    assert served_paths == {(each.path, each.method.lower()) for each in endpoints}
    assert (answer.body["openapi"], answer.body["info"]["version"]) == ("3.1.0", "1.2.3")


def test_every_reference_of_the_document_is_there() -> None:
    """A generator of clients follows each of them."""
    made = msgspec.to_builtins(document(_endpoints(FakeStore()), "1"))
    known = {f"#/components/schemas/{name}" for name in made["components"]["schemas"]}

    assert _references(made) <= known
    assert len(known) > 10


def test_every_operation_says_its_parameters_its_right_and_its_errors() -> None:
    """Path and query parameters, the token, and each status with a code that exists."""
    for endpoint in _endpoints(FakeStore()):
        operation: dict[str, Any] = document([endpoint], "1")["paths"][endpoint.path][endpoint.method.lower()]
        named = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
        assert named == set(re.findall(r"\{(\w+)\}", endpoint.path))
        assert (endpoint.right is not None) == ("security" in operation)
        assert all(code in CODES for code in endpoint.codes)
        assert str(endpoint.status) in operation["responses"]


_ALERT = {"status": "firing", "labels": {}, "startsAt": "2023-11-14T22:13:20Z", "fingerprint": "f"}
_ASKED = [
    ("POST", "/v1/errors", as_json(1)),
    ("POST", "/v1/alerts", {"version": "4", "alerts": [_ALERT]}),
    ("GET", "/v1/incidents", None),
    ("GET", "/v1/incidents/1", None),
    ("GET", "/v1/incidents/1/occurrences", None),
    ("GET", "/v1/incidents/1/timeline", None),
    ("GET", "/v1/incidents/1/facets", None),
    ("POST", "/v1/incidents/1/actions", {"deed": "comment", "text": "x"}),
    ("POST", "/v1/incidents/actions", {"deed": "resolve", "incidents": [1]}),
]


@pytest.mark.parametrize(("method", "path", "body"), _ASKED, ids=[f"{method} {path}" for method, path, _ in _ASKED])
async def test_an_answer_is_as_the_document_says(method: str, path: str, body: object) -> None:
    """Its status is documented, and its body can be read as the type that the schema was made from, exactly."""
    store = FakeStore()
    await store.record([analysed(event(1, origin=Origin.CLIENT))], {})
    endpoints = _endpoints(store)
    template = re.sub(r"/1(?=/|$)", "/{number}", path)
    (endpoint,) = [each for each in endpoints if (each.method, each.path) == (method, template)]
    async with served(endpoints) as client:
        answer = await client.ask(method, path, json=body)

    assert answer.status == endpoint.status
    read = msgspec.convert(answer.body, endpoint.answer)
    assert msgspec.json.decode(msgspec.json.encode(read)) == answer.body
