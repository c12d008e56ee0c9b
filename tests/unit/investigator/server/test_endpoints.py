"""What a call reads: numbers of the path, the query, the body."""

from typing import Annotated

import msgspec
import pytest
from aiohttp import web
from msgspec import Meta

from sealane_investigator.server.endpoints import Call, Endpoint, json_answer
from tests.support.served_investigator import Client, served


class _Query(msgspec.Struct, forbid_unknown_fields=True, rename={"kind": "class"}):
    kind: tuple[str, ...] = ()
    limit: Annotated[int, Meta(ge=1)] = 5


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    count: Annotated[int, Meta(le=9)]


async def _show(call: Call) -> web.StreamResponse:
    query = call.query(_Query)
    return json_answer({"number": call.number("number"), "class": query.kind, "limit": query.limit})


async def _take(call: Call) -> web.StreamResponse:
    return json_answer({"count": (await call.body(_Body)).count}, status=201)


_ENDPOINTS = [
    Endpoint(name="show", method="GET", path="/{number}", summary="s", handler=_show, right=None),
    Endpoint(name="take", method="POST", path="/take", summary="s", handler=_take, right=None),
]


async def _param(client: Client, path: str) -> str | None:
    answer = await client.get(path)
    assert answer.status == 400
    return answer.param


async def test_a_query_is_read_as_it_is_declared() -> None:
    """Repeated parameters, numbers, names that Python has no use for; the last of what is given twice counts."""
    async with served(_ENDPOINTS) as client:
        assert (await client.get("/7?class=a&class=b&limit=2&limit=3")).body == {
            "number": 7,
            "class": ["a", "b"],
            "limit": 3,
        }


@pytest.mark.parametrize(
    ("path", "param"),
    [("/x", "number"), ("/٣", "number"), (f"/{'9' * 19}", "number"), ("/7?limit=0", "limit"), ("/7?kind=a", "kind")],
)
async def test_what_does_not_fit_is_refused_by_name(path: str, param: str) -> None:
    """And never with what was sent."""
    async with served(_ENDPOINTS) as client:
        assert await _param(client, path) == param


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"count": 10}', b'{"count": 1, "more": 2}', b"\xff"])
async def test_a_body_that_does_not_fit_is_refused(body: bytes) -> None:
    """Whatever is wrong with it."""
    async with served(_ENDPOINTS) as client:
        assert (await client.ask("POST", "/take", data=body)).code == "invalid_request"
        assert (await client.post("/take", {"count": 9})).body == {"count": 9}
