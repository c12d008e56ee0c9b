"""An answer as a sequence of steps: bytes to send, pauses, and the acts that break it.

Faults of the content (cut, glued, stalled, finished wrongly, compressed, enlarged) are applied here; those of
the head and of the connection in ``delivery``.
"""

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from itertools import chain, islice

from sealane_cli.stub.faults import FaultSet
from sealane_cli.stub.reply import Answer, EventStream, Headers, Reply

#: Content events that are sent before a stream breaks.
_BEFORE_BREAK = 2
#: Time for the bytes before a reset to be read: a reset discards what still lies in the peer's buffer.
_BEFORE_RESET = 0.02

_GLUE_MARK = b'"object":"chat.c'
_CREATED = re.compile(rb'"created":(\d+)')
_RESTARTED_AFTER = 90


class Act(Enum):
    """What ends an answer before its time."""

    STALL = auto()
    CUT = auto()
    RESET = auto()


class Framing(Enum):
    """How the end of the body is told."""

    LENGTH = auto()
    CHUNKED = auto()
    CLOSE = auto()


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence for so many seconds."""

    seconds: float


Step = bytes | Pause | Act


@dataclass(frozen=True, slots=True)
class Staged:
    """An answer ready to be sent: ``length`` is the declared one with Framing.LENGTH, else 0."""

    status: int
    headers: Headers
    framing: Framing
    length: int
    steps: Iterable[Step]


def stage(answer: Answer, faults: FaultSet, chunk_delay: float) -> Staged:
    """Turn an answer and its faults into steps; ``chunk_delay`` paces a stream without ``slow-stream``."""
    if isinstance(answer, Reply):
        return _stage_reply(answer, faults)
    delay = faults["slow-stream"].number if "slow-stream" in faults else chunk_delay
    steps = _stream_steps(answer, faults, delay)
    headers = (("content-type", answer.content_type), ("cache-control", "no-cache"), *answer.headers)
    if "compressed" in faults:
        steps = _gzipped(steps)
        headers = (*headers, ("content-encoding", "gzip"))
    framing = Framing.CLOSE if "no-length" in faults else Framing.CHUNKED
    return Staged(200, headers, framing, 0, steps)


def _stage_reply(reply: Reply, faults: FaultSet) -> Staged:
    body, headers = reply.body, (("content-type", reply.content_type), *reply.headers)
    if "big" in faults:
        body = _enlarged(body, faults["big"].whole)
    if "wrong-json" in faults:
        body = body[: len(body) // 2]
    if "compressed" in faults:
        body = gzip.compress(body)
        headers = (*headers, ("content-encoding", "gzip"))
    framing = Framing.CLOSE if "no-length" in faults else Framing.LENGTH
    return Staged(reply.status, headers, framing, len(body), _body_steps(body, faults))


def _body_steps(body: bytes, faults: FaultSet) -> Iterator[Step]:
    if "stall" in faults or "cut-before-content" in faults:
        yield Act.STALL if "stall" in faults else Act.CUT
        return
    if "slow-first-event" in faults:
        yield Pause(faults["slow-first-event"].number)
    half = len(body) // 2
    for name, break_ in _BREAKS:
        if name in faults:
            yield body[:half]
            yield from break_
            return
    if "slow-stream" in faults:
        quarter = max(1, len(body) // 4)
        yield from _paced(
            (body[at : at + quarter] for at in range(0, len(body), quarter)), faults["slow-stream"].number
        )
        return
    if body:
        yield body


#: What follows the first part of a body that does not come to its end.
_BREAKS: tuple[tuple[str, tuple[Step, ...]], ...] = (
    ("stall-after-content", (Act.STALL,)),
    ("cut", (Act.CUT,)),
    ("reset-mid-body", (Pause(_BEFORE_RESET), Act.RESET)),
)


def _stream_steps(stream: EventStream, faults: FaultSet, delay: float) -> Iterator[Step]:
    if "stall" in faults:
        yield Act.STALL
        return
    yield from stream.opening
    if "cut-before-content" in faults:
        yield Act.CUT
        return
    if "in-band-error" in faults:
        yield stream.error
        return
    if "slow-first-event" in faults:
        yield Pause(faults["slow-first-event"].number)
    content = iter(stream.content)
    if "big" in faults:
        content = _first_enlarged(content, faults["big"].whole)
    yield from _paced(islice(content, _BEFORE_BREAK), delay)
    rest = chain(content, _closing(stream, faults))
    yield from _broken_off(stream, faults, rest) or _going_on(stream, faults, rest, delay)


def _broken_off(stream: EventStream, faults: FaultSet, rest: Iterator[bytes]) -> tuple[Step, ...]:
    """The last steps of a stream that ends here, or nothing when it goes on."""
    if "cut-clean" in faults:
        return (b"",)
    if "in-band-error-after-content" in faults:
        return (stream.error,)
    for name, break_ in _BREAKS:
        if name in faults:
            following = next(rest, b"")
            return (following[: len(following) // 2], *break_) if name == "cut" else break_
    return ()


def _going_on(stream: EventStream, faults: FaultSet, rest: Iterator[bytes], delay: float) -> Iterator[Step]:
    if "changed-id" in faults:
        rest = (_of_another_generation(event, stream.id) for event in rest)
    elif "glued" in faults:
        rest = _glued(stream, rest)
    for event in rest:
        if delay:
            yield Pause(delay)
        yield event


def _closing(stream: EventStream, faults: FaultSet) -> Iterator[bytes]:
    silent = "no-finish-no-done" in faults
    if not silent and "done-without-finish" not in faults:
        yield from stream.finish
    if stream.done and not silent and "no-done" not in faults:
        yield stream.done


def _glued(stream: EventStream, rest: Iterator[bytes]) -> Iterator[bytes]:
    """One event cut inside its JSON with another generation glued to it, which then goes on."""
    cut = next(rest, b"")
    mark = cut.find(_GLUE_MARK)
    end = len(cut) // 2 if mark < 0 else mark + len(_GLUE_MARK)
    yield cut[:end] + _restarted(cut[max(0, cut.find(b"data: ")) :], stream.id)
    for event in rest:
        yield _restarted(event, stream.id)


def _restarted(event: bytes, stream_id: str) -> bytes:
    later = _CREATED.sub(lambda found: b'"created":%d' % (int(found[1]) + _RESTARTED_AFTER), event)
    return _of_another_generation(later, stream_id)


def _of_another_generation(event: bytes, stream_id: str) -> bytes:
    return event.replace(stream_id.encode(), f"{stream_id[:-6]}zzzzzz".encode())


def _paced(parts: Iterable[bytes], delay: float) -> Iterator[Step]:
    for number, part in enumerate(parts):
        if number and delay:
            yield Pause(delay)
        yield part


def _gzipped(steps: Iterable[Step]) -> Iterator[Step]:
    packer = zlib.compressobj(wbits=31)
    for step in steps:
        yield packer.compress(step) + packer.flush(zlib.Z_SYNC_FLUSH) if isinstance(step, bytes) else step
    yield packer.flush()


def _enlarged(body: bytes, size: int) -> bytes:
    """The same JSON object with a filler in front, or bytes with zeros behind; ``size`` bytes in all."""
    frame = b'{"filler":"",'
    if not body.startswith(b"{"):
        return body.ljust(size, b"\0")
    return b'{"filler":"%b",%b' % (b"x" * max(0, size - len(frame) - len(body) + 1), body[1:])


def _first_enlarged(events: Iterator[bytes], size: int) -> Iterator[bytes]:
    first = next(events, b"")
    start = first.find(b"{")
    yield first[:start] + _enlarged(first[start:], size - start)
    yield from events
