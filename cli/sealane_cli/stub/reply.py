"""The two shapes of an answer before any fault touches it: a whole body, or a stream of events."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

JSON_TYPE = "application/json; charset=utf-8"

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer; ``headers`` are those beside content-type and the framing."""

    status: int
    body: bytes
    content_type: str = JSON_TYPE
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class EventStream:
    """An answer of server-sent events, each complete with its blank line.

    ``opening`` comes before any content, ``finish`` says how the generation ended, ``done`` ends the stream
    (empty where the API has no such event). ``id`` appears in the events; ``error`` is what this API says
    when it fails midway.
    """

    id: str
    content_type: str
    opening: tuple[bytes, ...]
    content: Iterable[bytes]
    finish: tuple[bytes, ...]
    done: bytes
    error: bytes
    headers: Headers = ()


Answer = Reply | EventStream


def json_reply(value: object, status: int = 200, headers: Headers = ()) -> Reply:
    """A JSON answer without needless spaces."""
    return Reply(status, msgspec.json.encode(value), JSON_TYPE, headers)


def data_event(value: Mapping[str, object]) -> bytes:
    """``data: {json}`` and a blank line."""
    return b"data: %b\n\n" % msgspec.json.encode(value)


def typed_event(value: Mapping[str, object]) -> bytes:
    """An event whose ``event:`` line repeats the ``type`` of its data."""
    return b"event: %b\ndata: %b\n\n" % (str(value["type"]).encode(), msgspec.json.encode(value))
