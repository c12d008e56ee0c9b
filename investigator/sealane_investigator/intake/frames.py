"""How accepted batches lie in a segment of the spool: frames that show when they are torn or damaged.

A frame is a mark, the length of its payload, a CRC-32 of it, and the payload. A process that dies while it writes
leaves a torn last frame, which nobody was promised. A disk that lies leaves a damaged one in the middle: reading goes
on at the next mark whose frame is whole, so one bad place costs what stands there and nothing behind it.
"""

import zlib
from dataclasses import dataclass
from struct import Struct

#: What every segment begins with; a reader of another version leaves the file alone.
SEGMENT_HEAD = b"SLSPOOL1"
MARK = b"\xf5\x1aSF"
_HEADER = Struct("<4sII")
#: A frame holds one batch; the body of a request is at most half of it.
MAX_PAYLOAD = 16 * 1024 * 1024


def frame(payload: bytes) -> bytes:
    """Return ``payload`` framed. Raises ValueError when it is longer than MAX_PAYLOAD."""
    if len(payload) > MAX_PAYLOAD:
        raise ValueError(f"a frame holds at most {MAX_PAYLOAD} bytes, not {len(payload)}")
    return _HEADER.pack(MARK, len(payload), zlib.crc32(payload)) + payload


@dataclass(frozen=True, slots=True)
class Framed:
    """What a stretch of a segment holds.

    ``end`` is where reading goes on. ``damaged`` counts places that were passed over because a whole frame follows
    them; ``torn`` is how many bytes at the end belong to no whole frame.
    """

    payloads: tuple[bytes, ...]
    end: int
    damaged: int = 0
    torn: int = 0


def unframe(data: bytes, *, more: bool = False, at_most: int = 1_000_000) -> Framed:
    """Read up to ``at_most`` frames of ``data``; total, and linear in the bytes that are whole.

    ``more``: the file goes on behind ``data``, so a frame that is cut by its end is neither torn nor damaged.
    """
    payloads: list[bytes] = []
    damaged = place = 0
    while place < len(data) and len(payloads) < at_most:
        payload = _whole(data, place)
        if payload is None:
            if more and _is_cut(data, place):
                break
            following = _next_whole(data, place + 1)
            if following is None:
                return Framed(tuple(payloads), place, damaged, len(data) - place)
            damaged, place = damaged + 1, following
            continue
        payloads.append(payload)
        place += _HEADER.size + len(payload)
    return Framed(tuple(payloads), place, damaged)


def _whole(data: bytes, place: int) -> bytes | None:
    """Return the payload of the frame that begins here, None unless it is whole."""
    if place + _HEADER.size > len(data):
        return None
    mark, length, checksum = _HEADER.unpack_from(data, place)
    begin = place + _HEADER.size
    if mark != MARK or length > MAX_PAYLOAD or begin + length > len(data):
        return None
    payload = data[begin : begin + length]
    return payload if zlib.crc32(payload) == checksum else None


def _is_cut(data: bytes, place: int) -> bool:
    """Whether what begins here may be a frame whose end is behind ``data``."""
    if place + _HEADER.size > len(data):
        return True
    mark, length, _ = _HEADER.unpack_from(data, place)
    return bool(mark == MARK and length <= MAX_PAYLOAD and place + _HEADER.size + length > len(data))


def _next_whole(data: bytes, place: int) -> int | None:
    """Return where the next whole frame begins."""
    while (place := data.find(MARK, place)) >= 0:
        if _whole(data, place) is not None:
            return place
        place += 1
    return None
