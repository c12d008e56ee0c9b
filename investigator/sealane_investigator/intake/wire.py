"""``POST /v1/errors``: bytes become a batch of events, or a refusal that names the place and what to write.

Reading is strict: a field that is missing, a text that is too long or a number out of bounds refuses the whole batch,
because a sender that is misunderstood would lose events in silence. Only a field that nobody knows is passed over, for
routers may be newer than who reads them; the sender is told, for it may be a slip of the pen.
"""

import re
from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import Meta

from sealane_api.diagnosis.error_event import MAX_BATCH, MAX_MESSAGE, MAX_NAME, ErrorBatch, ErrorEvent, Origin
from sealane_investigator.errors import BatchRefused

_Name = Annotated[str, Meta(max_length=MAX_NAME)]
_Identifier = Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]
_Text = Annotated[str, Meta(max_length=MAX_MESSAGE)]
_Number = Annotated[int, Meta(ge=0, le=2**62)]
#: Until the year 5138; a clock in milliseconds is refused and not believed.
_Moment = Annotated[float, Meta(ge=0, le=1e11)]
_Status = Annotated[int, Meta(ge=0, le=999)]
_Count = Annotated[int, Meta(ge=1, le=1_000_000)]


class _Event(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: _Identifier
    reporter: _Identifier
    epoch: _Identifier
    sequence: _Number
    occurred_at: _Moment
    origin: Origin = Origin.ROUTER
    route: _Name | None = None
    revision: Annotated[int, Meta(ge=0, le=2**31 - 1)] | None = None
    provider: _Name | None = None
    dialect: _Name | None = None
    base_url_host: _Name | None = None
    model: _Name | None = None
    tenant: _Name | None = None
    credential: _Name | None = None
    credential_class: _Name | None = None
    workload: _Name | None = None
    status: _Status | None = None
    code: _Name | None = None
    type: _Name | None = None
    message: _Text = ""
    exception: _Text | None = None
    failure_class: _Name | None = None
    attempt: Annotated[int, Meta(ge=0, le=1_000)] = 0
    committed: bool = False
    request_id: _Name | None = None
    trace_id: _Name | None = None
    count: _Count = 1


class Batch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of ``POST /v1/errors`` with its bounds; what :class:`ErrorBatch` is made of."""

    reporter: _Identifier
    epoch: _Identifier
    events: Annotated[tuple[_Event, ...], Meta(max_length=MAX_BATCH)] = ()
    dropped: _Number = 0


class _LaterEvent(_Event, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """As a later release may write one."""


class _LaterBatch(Batch, frozen=True, kw_only=True, forbid_unknown_fields=False):
    events: Annotated[tuple[_LaterEvent, ...], Meta(max_length=MAX_BATCH)] = ()


_decoder = msgspec.json.Decoder(Batch)
_later_decoder = msgspec.json.Decoder(_LaterBatch)


@dataclass(frozen=True, slots=True)
class Received:
    """A batch, and the place of the first field of it that nobody knows: ``events[0].mesage``."""

    batch: ErrorBatch
    ignored: str | None = None


def decode_batch(body: bytes | bytearray) -> Received:
    """Read a batch.

    Raises:
        BatchRefused: it is no JSON, or a field is missing, of a wrong type or out of bounds.
    """
    try:
        try:
            return Received(_as_batch(_decoder.decode(body)))
        except msgspec.ValidationError as error:
            ignored = _unknown_place(error)
            if ignored is None:
                raise
            return Received(_as_batch(_later_decoder.decode(body)), ignored)
    except msgspec.ValidationError as error:
        raise refusal(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BatchRefused("the body is no JSON; write an object with reporter, epoch and events", None) from error


def _as_batch(read: Batch) -> ErrorBatch:
    for position, event in enumerate(read.events):
        if (event.reporter, event.epoch) != (read.reporter, read.epoch):
            raise BatchRefused(
                "reporter and epoch differ from those of the batch; send each reporter's events in a batch of its own",
                f"events[{position}]",
            )
    return ErrorBatch(
        reporter=read.reporter,
        epoch=read.epoch,
        events=tuple(ErrorEvent(**msgspec.structs.asdict(event)) for event in read.events),
        dropped=read.dropped,
    )


_FOUND = re.compile(r", got .*$")
_UNKNOWN = re.compile(r"contains unknown field `(.{1,80})`")


def refusal(error: msgspec.ValidationError) -> BatchRefused:
    """Return msgspec's complaint as ours: the place first, and nothing of the values that were sent."""
    message, place = _parts(error)
    message = _FOUND.sub("", message) if "Invalid enum value" not in message else "no such value"
    return BatchRefused(f"{message}; see docs/investigator.md for what it may hold", place or None)


def _unknown_place(error: msgspec.ValidationError) -> str | None:
    """Where a field is that nobody knows, None when it is something else that was complained of."""
    message, place = _parts(error)
    unknown = _UNKNOWN.search(message)
    if unknown is None:
        return None
    name = unknown[1] if re.fullmatch(r"[A-Za-z_]{1,40}", unknown[1]) else "?"
    return f"{place}.{name}".removeprefix(".")


def _parts(error: msgspec.ValidationError) -> tuple[str, str]:
    """What msgspec complains of, and where."""
    message, _, place = str(error).partition(" - at `")
    return message, place.rstrip("`").removeprefix("$").removeprefix(".")
