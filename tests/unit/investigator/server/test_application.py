"""Endpoints as an application: admission, measures, errors."""

import gzip

from aiohttp import web

from sealane_investigator.server.access.token_file import Right
from sealane_investigator.server.endpoints import Call, Endpoint
from tests.support.served_investigator import served


def _endpoint(right: Right | None = Right.READ, codes: tuple[str, ...] = ()) -> Endpoint:
    async def handler(call: Call) -> web.StreamResponse:
        if "fail" in call.request.query:
            raise KeyError("a secret")
        return web.Response(text=call.caller.name)

    return Endpoint(
        name="thing", method="GET", path="/thing", summary="A thing.", handler=handler, right=right, codes=codes
    )


async def test_an_endpoint_answers_who_may_ask() -> None:
    """With what it is told about the caller."""
    async with served([_endpoint()]) as client:
        assert (await client.get("/thing", token="read")).body == "read"
        assert (await client.get("/thing", token="report")).status == 403


async def test_an_endpoint_without_a_right_answers_anybody() -> None:
    """Probes and the page's files."""
    async with served([_endpoint(None)]) as client:
        assert (await client.get("/thing", token=None)).status == 200


async def test_a_defect_is_answered_500_without_its_words() -> None:
    """The log has them, redacted."""
    async with served([_endpoint()]) as client:
        answer = await client.get("/thing?fail")

        assert (answer.status, answer.code) == (500, "internal_error")
        assert "secret" not in str(answer.body)


async def test_every_request_is_measured_by_endpoint_and_status() -> None:
    """Paths that nobody serves are one, whatever they are called."""
    async with served([_endpoint()]) as client:
        await client.get("/thing")
        await client.get("/thing", token=None)
        await client.get("/nothing")
        await client.post("/thing", {})

        counted = {
            (endpoint, status): client.metrics.requests.labels(endpoint, status).value
            for endpoint, status in (("thing", "200"), ("thing", "401"), ("other", "404"), ("other", "405"))
        }
        assert set(counted.values()) == {1}
        assert client.metrics.refusals.labels("not_found").value == 1


async def test_what_needs_the_tables_waits_for_them() -> None:
    """It is refused as while the database is away, and only to who may ask at all."""
    prepared: list[bool] = []
    async with served([_endpoint(codes=("store_unavailable",))], prepared=lambda: bool(prepared)) as client:
        early, stranger = await client.get("/thing"), await client.get("/thing", token=None)
        prepared.append(True)
        later = await client.get("/thing")

    assert (early.status, early.code, stranger.status, later.status) == (503, "store_unavailable", 401, 200)


async def test_no_body_is_ever_decompressed() -> None:
    """A megabyte of a stranger's could become a gigabyte, even where nobody means to read it."""

    async def handler(call: Call) -> web.StreamResponse:
        return web.Response(text=str(len(await call.request.content.read())))

    bomb = gzip.compress(b"0" * 1_000_000)
    thing = Endpoint(name="thing", method="POST", path="/thing", summary="A thing.", handler=handler, right=None)
    async with (
        served([thing]) as client,
        client.session.post(client.base + "/thing", data=bomb, headers={"Content-Encoding": "gzip"}) as response,
    ):
        assert await response.text() == str(len(bomb))
