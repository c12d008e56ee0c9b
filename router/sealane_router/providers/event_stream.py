"""The framing of server-sent events (WHATWG HTML §9.2): where an event ends, and what it says.

Events end with a blank line; lines end with LF, CR or CRLF, mixed as the sender likes, and a chunk of bytes
may end anywhere, inside a character or between CR and LF. Nothing is changed on the way: what a splitter
returns, joined, is what it was given, cut only where events end.
"""

import re
from dataclasses import dataclass, field

from .json_text import utf8_error

#: Above this an event is not an event; the largest real ones are images in base64.
LARGEST_EVENT = 16 * 1024 * 1024

_BLANK_LINES = re.compile(rb"(?>\r\n|\r|\n){2,}")
_LONGEST_LINE_END = 2
_BOM = b"\xef\xbb\xbf"


#: Complete events: all their bytes with the blank lines; the events in them; and how many bytes of blank line
#: follow each (2 when all lines end with LF, 0 when the events carry their own line ends because they may differ).
Events = tuple[bytes, list[bytes], int]


@dataclass(slots=True)
class EventSplitter:
    """Cuts a byte stream into complete events; keeps at most one incomplete one, ``pending``."""

    pending: bytearray = field(default_factory=bytearray)
    _has_cr: bool = False

    def split(self, chunk: bytes) -> Events:
        """The events that are complete now; blank lines between events count as complete at once."""
        if not self.pending and not self._has_cr:
            # Most chunks are exactly one or more whole events with LF.
            if chunk.endswith(b"\n\n") and b"\r" not in chunk:
                return chunk, chunk[:-2].split(b"\n\n"), 2
            searched = 0
        else:
            searched = max(0, len(self.pending) - _LONGEST_LINE_END)
        self.pending += chunk
        # Once a stream has shown a CR it may show another in any event.
        self._has_cr = self._has_cr or b"\r" in chunk
        if self._has_cr:
            return self._split_any(searched)
        end = self.pending.rfind(b"\n\n", searched) + 2
        if end < 2:
            return self._taken(self._leading_blank(0), [], 0)
        blocks = bytes(self.pending[: end - 2]).split(b"\n\n")
        return self._taken(self._leading_blank(end), blocks, 2)

    @property
    def overflows(self) -> bool:
        """Whether the incomplete event is already too large."""
        return len(self.pending) > LARGEST_EVENT + _LONGEST_LINE_END

    def _split_any(self, searched: int) -> Events:
        blocks: list[bytes] = []
        start = 0
        for match in _BLANK_LINES.finditer(self.pending, searched):
            blocks.append(bytes(self.pending[start : match.end()]))
            start = match.end()
        return self._taken(self._leading_blank(start), blocks, 0)

    def _leading_blank(self, start: int) -> int:
        """Where the next event begins: line ends that no event has begun before belong to none."""
        pending = self.pending
        while start < len(pending) and pending[start] in b"\r\n":
            start += 1
        return start

    def _taken(self, end: int, blocks: list[bytes], gap: int) -> Events:
        text = bytes(self.pending[:end])
        del self.pending[:end]
        return text, blocks, gap


def read_event(block: bytes) -> tuple[bytes, bytes | None]:
    """The name (empty when it has none) and the data of an event whose lines end with LF.

    The data is None for a comment or a field alone.
    """
    if block.startswith(b"data: "):
        if b"\n" not in block:
            return b"", block[6:]
    elif block.startswith(b"event: "):
        name, found, data = block.partition(b"\ndata: ")
        if found and b"\n" not in name and b"\n" not in data:
            return name[7:], data
    return read_lines(block)


def read_lines(block: bytes) -> tuple[bytes, bytes | None]:
    """:func:`read_event` for an event with any line ends."""
    name = b""
    data: list[bytes] = []
    for line in block.removeprefix(_BOM).splitlines():
        key, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if key == b"data":
            data.append(value)
        elif key == b"event":
            name = value
    return name, b"\n".join(data) if data else None


def is_text(block: bytes) -> bool:
    """Whether an event is UTF-8, as every event must be."""
    return block.isascii() or utf8_error(block) is None
