"""Where errors and alerts arrive."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import aiohttp
import pytest
from prometheus_client import CollectorRegistry

from sealane_api.diagnosis.error_event import ErrorEvent, Origin
from sealane_investigator.errors import SpoolFull, StoreUnavailable
from sealane_investigator.intake.acceptance import Accepted, Intake
from sealane_investigator.intake.cleaning import Cleaning
from sealane_investigator.server import reporting as reporting_module
from sealane_investigator.server.application import MAX_BODY
from sealane_investigator.server.reporting import MAX_AT_ONCE, Reporting
from sealane_telemetry.investigator_metrics import InvestigatorMetrics
from tests.support.reported import as_json
from tests.support.served_investigator import Client, served
from tests.support.waiting import until


class _Kept:
    """Keeps in memory; refuses, or waits, when told."""

    def __init__(self) -> None:
        self.batches: list[Accepted] = []
        self.refusal: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.waiting = 0
        self.resolved: list[ErrorEvent] = []

    async def keep(self, accepted: Accepted) -> None:
        self.waiting += 1
        await self.gate.wait()
        self.waiting -= 1
        if self.refusal is not None:
            raise self.refusal
        self.batches.append(accepted)

    async def note_resolved(self, events: Sequence[ErrorEvent]) -> None:
        self.resolved.extend(events)

    @property
    def origins(self) -> list[Origin]:
        return [event.origin for each in self.batches for event in each.events]


@asynccontextmanager
async def _scene(*, stopping: bool = False) -> AsyncIterator[tuple[Client, _Kept]]:
    kept = _Kept()
    metrics = InvestigatorMetrics(CollectorRegistry())
    reporting = Reporting(Intake(Cleaning(str), kept), metrics, stopping=lambda: stopping, resolved=kept.note_resolved)
    async with served(reporting.endpoints(), metrics=metrics) as client:
        yield client, kept


def _webhook(*statuses: str) -> dict[str, object]:
    alerts = [
        {"status": status, "labels": {"alertname": "A"}, "startsAt": "2023-11-14T22:13:20Z", "fingerprint": str(number)}
        for number, status in enumerate(statuses)
    ]
    return {"version": "4", "alerts": alerts}


async def test_a_batch_is_answered_202_when_it_is_kept() -> None:
    """With the number of its events."""
    async with _scene() as (client, kept):
        answer = await client.post("/v1/errors", as_json(1, 2, 3), token="report")

        assert (answer.status, answer.body) == (202, {"accepted": 3})
        assert [len(each.events) for each in kept.batches] == [3]
        assert client.metrics.accepted.labels("errors").value == 3


async def test_alerts_are_kept_and_resolved_ones_counted() -> None:
    """By a token that may send alerts."""
    async with _scene() as (client, kept):
        answer = await client.post("/v1/alerts", _webhook("firing", "resolved"), token="alert")

        assert (answer.status, answer.body) == (202, {"accepted": 1})
        assert kept.origins == [Origin.ALERT]
        assert kept.batches[0].reporter == "alert/alert"
        assert client.metrics.alerts_resolved.labels().value == 1
        assert [event.type for event in kept.resolved] == ["A"]


async def test_a_large_notification_is_kept_in_batches_and_says_what_it_left_out() -> None:
    """All of it; what Alertmanager cut off makes the counts lower bounds."""
    async with _scene() as (client, kept):
        answer = await client.post("/v1/alerts", {**_webhook(*["firing"] * 1_001), "truncatedAlerts": 7}, token="alert")

        assert (answer.status, answer.body) == (202, {"accepted": 1_001})
        assert [len(each.events) for each in kept.batches] == [500, 500, 1]
        (name,) = kept.batches[0].lost
        event = kept.batches[0].events[0]
        assert (name, kept.batches[0].lost[name]) == (f"{event.reporter}/{event.epoch}", 7)


async def test_whose_trouble_it_is_says_the_token() -> None:
    """What Sealane's own tokens send is Sealane's own."""
    async with _scene() as (client, kept):
        await client.post("/v1/alerts", _webhook("firing"), token="own")
        await client.post("/v1/errors", as_json(1, origin="router"), token="own")
        await client.post("/v1/errors", as_json(2, origin="self"), token="report")
        await client.ask("POST", "/v1/alerts", token="alert", json=_webhook("firing"))

        assert kept.origins == [Origin.SELF, Origin.SELF, Origin.SELF, Origin.ALERT]


@pytest.mark.parametrize("origin", ["alert", "kubernetes"])
async def test_what_comes_by_another_way_is_not_taken_from_a_reporter(origin: str) -> None:
    """Those origins have their own endpoint, and their own watch."""
    async with _scene() as (client, kept):
        answer = await client.post("/v1/errors", as_json(1, origin=origin), token="report")

        assert (answer.status, answer.param, kept.batches) == (400, "events[0].origin", [])


@pytest.mark.parametrize(
    ("refusal", "code"), [(SpoolFull("full"), "spool_full"), (StoreUnavailable("away"), "store_unavailable")]
)
async def test_what_cannot_be_kept_is_asked_for_again(refusal: Exception, code: str) -> None:
    """503 with Retry-After, and nothing was accepted."""
    async with _scene() as (client, kept):
        kept.refusal = refusal
        answer = await client.post("/v1/errors", as_json(1), token="report")

        assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, code, "2")
        assert client.metrics.refusals.labels(code).value == 1
        assert client.metrics.accepted.labels("errors").value == 0


async def test_a_replica_that_ends_takes_nothing_more() -> None:
    """The sender finds another one."""
    async with _scene(stopping=True) as (client, _):
        answer = await client.post("/v1/errors", as_json(1), token="report")

        assert (answer.status, answer.code) == (503, "stopping")


async def test_a_body_has_a_limit() -> None:
    """One byte above it is 413."""
    async with _scene() as (client, _):
        at = await client.ask("POST", "/v1/errors", token="report", data=io.BytesIO(b" " * MAX_BODY))
        above = await client.ask("POST", "/v1/errors", token="report", data=io.BytesIO(b" " * (MAX_BODY + 1)))

        assert (at.status, above.status, above.code) == (400, 413, "body_too_large")


async def test_a_report_of_a_later_router_is_taken_and_the_sender_is_told_what_was_ignored() -> None:
    """Nothing else is in the answer to one that was understood."""
    async with _scene() as (client, kept):
        later = await client.post("/v1/errors", as_json(1, shard=7), token="report")
        known = await client.post("/v1/errors", as_json(2), token="report")

        assert (later.status, later.body) == (202, {"accepted": 1, "ignored": "events[0].shard"})
        assert (known.status, known.body) == (202, {"accepted": 1})
        assert len(kept.batches) == 2


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "GZIP, identity", "nonsense"])
async def test_a_compressed_body_is_refused(encoding: str) -> None:
    """Whatever is in it, and whatever would become of it."""
    async with _scene() as (client, kept):
        headers = {"Authorization": "Bearer report", "Content-Encoding": encoding}
        async with client.session.post(client.base + "/v1/errors", data=b"x", headers=headers) as response:
            refusal = await response.json()

        assert (response.status, refusal["error"]["code"], kept.batches) == (415, "unsupported_encoding", [])


async def test_a_sender_that_leaves_in_the_middle_is_no_defect() -> None:
    """Nothing of what it began is kept, and the log has no line of it."""
    async with _scene() as (client, kept):
        port = int(client.base.rpartition(":")[2])
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        head = "POST /v1/errors HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer report\r\nContent-Length: 100\r\n\r\n{"
        writer.write(head.encode())
        await writer.drain()
        writer.transport.abort()
        counted = client.metrics.requests.labels("errors", "400")
        await until(lambda: counted.value == 1)

        assert client.metrics.refusals.labels("internal_error").value == 0
        assert kept.batches == []


async def test_no_more_than_so_many_are_taken_at_once() -> None:
    """One more comes again; the others get their answer."""
    async with _scene() as (client, kept), aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        many = Client(session, client.base, client.metrics)
        kept.gate.clear()
        waiting = [
            asyncio.ensure_future(many.post("/v1/errors", as_json(number), token="report"))
            for number in range(MAX_AT_ONCE)
        ]
        await until(lambda: kept.waiting == MAX_AT_ONCE)
        refused = await many.post("/v1/errors", as_json(999), token="report")
        kept.gate.set()
        answers = await asyncio.gather(*waiting)

        assert (refused.status, refused.code) == (503, "busy")
        assert {answer.status for answer in answers} == {202}


async def test_no_more_than_so_many_bytes_are_taken_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """By what their heads say; one that comes in chunks may be as long as any."""
    monkeypatch.setattr(reporting_module, "MAX_BYTES_AT_ONCE", MAX_BODY + 1_000)

    async def chunks() -> AsyncIterator[bytes]:
        yield json.dumps(as_json(1)).encode()

    async with _scene() as (client, kept):
        kept.gate.clear()
        first = asyncio.ensure_future(client.ask("POST", "/v1/errors", token="report", data=chunks()))
        await until(lambda: kept.waiting == 1)
        refused = await client.ask("POST", "/v1/errors", token="report", data=b" " * 1_001)
        second = asyncio.ensure_future(client.post("/v1/errors", as_json(2), token="report"))
        await until(lambda: kept.waiting == 2)
        kept.gate.set()

        assert (refused.status, refused.code) == (503, "busy")
        assert [(await each).status for each in (first, second)] == [202, 202]


@pytest.mark.parametrize("path", ["/v1/errors", "/v1/alerts"])
async def test_nothing_is_taken_without_the_right_token(path: str) -> None:
    """Nor read."""
    async with _scene() as (client, kept):
        for token, status in ((None, 401), ("unknown", 401), ("read", 403)):
            assert (await client.post(path, {}, token=token)).status == status
        assert kept.batches == []


async def test_a_body_that_trickles_loses_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Others need it."""
    monkeypatch.setattr(reporting_module, "BODY_SECONDS", 0.01)

    async def trickle() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    async with _scene() as (client, kept):
        answer = await client.ask("POST", "/v1/errors", token="report", data=trickle())

        assert (answer.status, answer.code, kept.batches) == (503, "busy", [])
