"""The framing of server-sent events."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane_router.providers import event_stream
from sealane_router.providers.event_stream import EventSplitter, read_event, read_lines

PIECES = st.lists(
    st.sampled_from(
        [b"data: x", b"data:\xe4\xbd\xa0", b"event: e", b": c", b"\n", b"\r", b"\r\n", b"\n\n", b"\r\n\r\n"]
    ),
    max_size=20,
)


def fed(chunks: list[bytes]) -> tuple[bytes, list[tuple[bytes, bytes | None]]]:
    """Everything a splitter returns for some chunks: the bytes, and each event that says something."""
    splitter = EventSplitter()
    text = b""
    said: list[tuple[bytes, bytes | None]] = []
    for chunk in chunks:
        whole, blocks, gap = splitter.split(chunk)
        text += whole
        for block in blocks:
            event = read_event(block) if gap else read_lines(block)
            if event != (b"", None):
                said.append(event)
    assert text + bytes(splitter.pending) == b"".join(chunks)
    return text, said


@pytest.mark.parametrize(
    ("stream", "complete", "said"),
    [
        (b"data: a\n\n", b"data: a\n\n", [(b"", b"a")]),
        (b"data: a\n\ndata: b\n\n", b"data: a\n\ndata: b\n\n", [(b"", b"a"), (b"", b"b")]),
        (b"data:a\r\n\r\ndata: b\r\n\r\n", b"data:a\r\n\r\ndata: b\r\n\r\n", [(b"", b"a"), (b"", b"b")]),
        (b"data: a\r\rdata: b\n\r\n", b"data: a\r\rdata: b\n\r\n", [(b"", b"a"), (b"", b"b")]),
        (b"\n\n\ndata: a\n\n\n", b"\n\n\ndata: a\n\n\n", [(b"", b"a")]),
        (b"\xef\xbb\xbfdata: a\n\n", b"\xef\xbb\xbfdata: a\n\n", [(b"", b"a")]),
        (b"event: e\ndata: a\n\n", b"event: e\ndata: a\n\n", [(b"e", b"a")]),
        (b"data: a\nevent: e\nid: 1\nretry: 5\n\n", b"data: a\nevent: e\nid: 1\nretry: 5\n\n", [(b"e", b"a")]),
        (b"data: a\ndata: b\ndata\n\n", b"data: a\ndata: b\ndata\n\n", [(b"", b"a\nb\n")]),
        (b": ping\n\n", b": ping\n\n", []),
        (b": ping\ndata: a\n\n", b": ping\ndata: a\n\n", [(b"", b"a")]),
        (b"data:  a\n\n", b"data:  a\n\n", [(b"", b" a")]),
        (b"data: a\n", b"", []),
        (b"data: a\n\ndata: b", b"data: a\n\n", [(b"", b"a")]),
        (b"data: a\r\ndata: b", b"", []),
    ],
)
def test_a_stream_is_cut_where_events_end(
    stream: bytes, complete: bytes, said: list[tuple[bytes, bytes | None]]
) -> None:
    """Events are what the specification says they are, whole or fed byte by byte."""
    assert fed([stream]) == (complete, said)
    assert fed([bytes([byte]) for byte in stream]) == (complete, said)


@given(PIECES, st.lists(st.integers(0, 60), max_size=5))
@settings(max_examples=300)
def test_the_network_s_cuts_do_not_matter(pieces: list[bytes], cuts: list[int]) -> None:
    """However a stream is chunked, the same bytes and the same events come out."""
    stream = b"".join(pieces)
    places = sorted({min(cut, len(stream)) for cut in cuts} | {0, len(stream)})
    chunks = [stream[start:end] for start, end in pairwise(places)]

    text, said = fed(chunks)

    assert said == fed([stream])[1]
    assert len(text) == len(fed([stream])[0])


@given(PIECES)
@settings(max_examples=200)
def test_events_end_where_an_independent_reading_says(pieces: list[bytes]) -> None:
    """Normalised to LF first and split at blank lines, the stream has the same events."""
    stream = b"".join(pieces)
    lines = re.sub(rb"\r\n|\r", b"\n", stream).split(b"\n")
    expected: list[tuple[bytes, bytes | None]] = []
    block: list[bytes] = []
    for line in lines[:-1]:
        if line:
            block.append(line)
        elif block:
            expected.append(read_lines(b"\n".join(block)))
            block = []

    # A CR at the very end may still become a CRLF, but it ends its line already.
    assert fed([stream])[1] == [event for event in expected if event != (b"", None)]


def test_an_endless_event_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An event that never ends does not fill the memory."""
    monkeypatch.setattr(event_stream, "LARGEST_EVENT", 100)
    splitter = EventSplitter()

    splitter.split(b"x" * 100)
    assert not splitter.overflows
    splitter.split(b"x" * 3)
    assert splitter.overflows
