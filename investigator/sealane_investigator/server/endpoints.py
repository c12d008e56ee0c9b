"""What an endpoint is: one description from which the routes, the admission and the OpenAPI document are made."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from .access.admission import Caller
from .access.token_file import Right
from .refusals import Refused, refused

QueryT = TypeVar("QueryT", bound=msgspec.Struct)
BodyT = TypeVar("BodyT")


@dataclass(frozen=True, slots=True)
class Call:
    """One request that was let in."""

    request: web.Request
    caller: Caller

    def number(self, name: str) -> int:
        """Return a number of the path. Raises Refused when it is none."""
        text = self.request.match_info[name]
        if not text.isascii() or not text.isdigit() or len(text) > 18:
            raise refused("invalid_request", "write the number of an incident", name)
        return int(text)

    def query(self, kind: type[QueryT]) -> QueryT:
        """Return the query parameters as a struct. Raises Refused for an unknown one or a value that does not fit."""
        fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
        given: dict[str, Any] = {}
        for name in self.request.query:
            values = self.request.query.getall(name)
            if name not in fields:
                raise refused("invalid_request", "there is no such query parameter; see /v1/openapi.json", name[:60])
            given[name] = values if isinstance(fields[name].default, tuple) else values[-1]
        try:
            return msgspec.convert(given, kind, strict=False)
        except msgspec.ValidationError as error:
            raise _unfit(error) from error

    async def body(self, kind: type[BodyT]) -> BodyT:
        """Return the body, JSON, as a struct. Raises Refused."""
        try:
            return msgspec.json.decode(await received(self.request), type=kind)
        except msgspec.ValidationError as error:
            raise _unfit(error) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise refused("invalid_request", "the body is no JSON") from error


async def received(request: web.Request) -> bytes:
    """Return the body, as it was sent. Raises Refused when it is compressed, or ends before it should."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise refused("unsupported_encoding", "the body is compressed; send it plain")
    try:
        return await request.read()
    except (ConnectionResetError, web.RequestPayloadError) as error:
        raise refused("invalid_request", "the body ends before its end, or is not what its headers say") from error


Handler = Callable[[Call], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One method of one path.

    ``name`` is its label in metrics and its operation in the document. ``right`` None: it answers without a token.
    ``query``, ``body`` and ``answer`` are the types that are read and written; ``codes`` the errors that it may answer
    beside those of the token.
    """

    name: str
    method: str
    path: str
    summary: str
    handler: Handler
    right: Right | None
    query: type[msgspec.Struct] | None = None
    body: Any = None
    answer: Any = None
    status: int = 200
    content_type: str = "application/json"
    codes: tuple[str, ...] = ()

    @property
    def needs_store(self) -> bool:
        """Whether nothing can be answered before the tables are there."""
        return "store_unavailable" in self.codes and self.right in {Right.READ, Right.ACT, None}


def json_answer(value: object, *, status: int = 200) -> web.Response:
    """Return ``value`` as JSON."""
    return web.Response(
        status=status, body=msgspec.json.encode(value), content_type="application/json", charset="utf-8"
    )


def _unfit(error: msgspec.ValidationError) -> Refused:
    """msgspec's complaint, without the values that were sent."""
    message, _, place = str(error).partition(" - at `")
    param = place.rstrip("`").removeprefix("$").removeprefix(".") or None
    if "unknown field" in message or "Invalid enum value" in message:
        message = message.partition(" `")[0] if "unknown field" in message else "no such value"
    return refused("invalid_request", f"{message.partition(', got ')[0]}; see /v1/openapi.json", param)
