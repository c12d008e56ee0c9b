"""Request bodies: exact limits, one decoder, and memory that always comes back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane_router.aio.driver import Driver
from sealane_router.errors import BodyTooLarge, ClientGone, GatewayBusy, MalformedRequest
from sealane_router.http1.body import BodyMemory, RequestBody, surplus_behind
from sealane_router.http1.head import parse_head

LIMIT = 1000


def sized(length: int, memory: BodyMemory | None = None, limit: int = LIMIT) -> RequestBody:
    """A body of a declared length."""
    head = parse_head(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % length)
    return RequestBody(head, limit, memory or BodyMemory(10**9))


def in_chunks(memory: BodyMemory | None = None, limit: int = LIMIT) -> RequestBody:
    """A chunked body."""
    head = parse_head(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    return RequestBody(head, limit, memory or BodyMemory(10**9))


def chunk(data: bytes, extension: bytes = b"") -> bytes:
    """One chunk."""
    return b"%x%b\r\n%b\r\n" % (len(data), extension, data)


class Reader:
    """Reads a body as an exchange does; ``result`` is what came, None while it waits."""

    def __init__(self, body: RequestBody) -> None:
        self.result: bytes | BaseException | None = None

        async def read() -> None:
            self.result = await body.read()

        def done(error: BaseException | None) -> None:
            if error is not None:
                self.result = error

        self.driver = Driver(read(), done)
        self.driver.start()


def test_no_body_is_complete_at_once() -> None:
    """A length of zero needs no byte."""
    body = sized(0)
    assert body.complete
    assert Reader(body).result == b""


def test_a_sized_body_wakes_its_reader_when_it_is_whole() -> None:
    """However it was cut on its way."""
    body = sized(10)
    reader = Reader(body)
    for piece in (b"abc", b"", b"defgh"):
        assert body.feed(piece) == b""
        body.wake()
        assert reader.result is None
    assert body.feed(b"ij") == b""
    body.wake()
    assert (reader.result, body.complete) == (b"abcdefghij", True)


def test_a_body_may_be_read_twice() -> None:
    """The second reading gives the same bytes."""
    body = sized(4)
    body.feed(b"ab")
    body.feed(b"cd")
    assert Reader(body).result == Reader(body).result == b"abcd"


def test_what_lies_behind_a_sized_body_is_handed_back() -> None:
    """It is the next request's."""
    body = sized(3)
    assert body.feed(b"abcGET /") == b"GET /"
    assert Reader(body).result == b"abc"


def test_a_body_at_the_limit_is_taken() -> None:
    """The limit is the largest size, declared or not."""
    body = sized(LIMIT)
    body.feed(b"x" * LIMIT)
    assert Reader(body).result == b"x" * LIMIT
    body = in_chunks()
    body.feed(chunk(b"x" * LIMIT) + b"0\r\n\r\n")
    assert Reader(body).result == b"x" * LIMIT


def test_a_declared_size_above_the_limit_is_refused_before_a_byte_came() -> None:
    """413, and the connection closes: the body is not read."""
    body = sized(LIMIT + 1)
    error = Reader(body).result
    assert isinstance(error, BodyTooLarge)
    assert error.close


@pytest.mark.parametrize("cut", [1, LIMIT // 2, LIMIT])
def test_chunks_above_the_limit_are_refused_at_the_first_byte_too_many(cut: int) -> None:
    """However they are cut."""
    memory = BodyMemory(10**9)
    body = in_chunks(memory)
    body.feed(chunk(b"x" * cut) + chunk(b"x" * (LIMIT - cut)) if cut < LIMIT else chunk(b"x" * LIMIT))
    assert not body.failed
    body.feed(b"1\r\nx")
    assert isinstance(Reader(body).result, BodyTooLarge)
    body.close()
    assert memory.used == 0


def test_chunks_cut_anywhere_are_the_same_body() -> None:
    """Byte by byte, with extensions and trailers, which are dropped."""
    body = in_chunks()
    for byte in chunk(b"hello ", b";a=b") + chunk(b"world") + b"0\r\nX-Trailer: 1\r\n\r\n":
        assert body.feed(bytes([byte])) == b""
    assert body.complete
    assert Reader(body).result == b"hello world"
    assert not surplus_behind(body)


@pytest.mark.parametrize(
    "raw",
    [
        b"-5\r\n",
        b"0x5\r\nhello\r\n",
        b"5 \r\nhello\r\n",
        b"5\nhello\n",
        b"5\r\nhelloX",
        b"\r\n0\r\n\r\n",
        b"ffffffffffffffff1\r\n",
        b"5;a\nb\r\nhello\r\n",
        b"0\r\nContent-Length: 5\r\n\r\n",
        b"0\r\nX: a\n\r\n",
        b"GET / HTTP/1.1\r\n",
    ],
)
def test_broken_chunks_are_refused(raw: bytes) -> None:
    """400, and the connection cannot go on."""
    body = in_chunks()
    body.feed(raw)
    error = Reader(body).result
    assert isinstance(error, MalformedRequest)
    assert error.close


@pytest.mark.parametrize(
    "behind",
    [b"G", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"\0", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx"],
)
def test_what_lies_behind_a_chunked_body_condemns_the_connection(behind: bytes) -> None:
    """The body stands; nothing behind it is believed or added to it."""
    body = in_chunks()
    body.feed(chunk(b"hello") + b"0\r\n\r\n" + behind)
    assert Reader(body).result == b"hello"
    assert surplus_behind(body)


def test_bytes_behind_a_closing_trailer_condemn_the_connection_too() -> None:
    """A trailer cannot talk the decoder into dropping them unseen."""
    body = in_chunks()
    body.feed(chunk(b"hello") + b"0\r\nConnection: close\r\n\r\nGET / HTTP/1.1\r\n")
    assert Reader(body).result == b"hello"
    assert surplus_behind(body)


def test_one_byte_chunks_are_no_offence() -> None:
    """Six bytes carry one; slow writers do that."""
    body = in_chunks(limit=100_000)
    for _ in range(300):
        body.feed(chunk(b"x") * 100)
    body.feed(b"0\r\n\r\n")
    assert Reader(body).result == b"x" * 30_000


@pytest.mark.parametrize("extension", [b";" + b"a" * 4000, b""])
def test_a_body_that_is_mostly_framing_is_refused(extension: bytes) -> None:
    """Extensions without end, or trailers without end, are an attack on somebody's patience."""
    body = in_chunks(limit=10**6)
    body.feed(chunk(b"x") if extension else b"0\r\n")
    for number in range(40):
        body.feed(chunk(b"x", extension) if extension else b"X-%d: %b\r\n" % (number, b"a" * 4000))
    assert isinstance(Reader(body).result, MalformedRequest)


def test_a_failed_body_takes_nothing_more() -> None:
    """What still arrives is dropped, and the reader keeps the first error."""
    memory = BodyMemory(10**9)
    body = sized(10, memory)
    body.feed(b"abc")
    error = ClientGone()
    body.fail(error)
    assert memory.used == 0
    assert body.feed(b"defghijklmnop") == b""
    body.fail(GatewayBusy("later"))
    assert (Reader(body).result, body.complete, memory.used) == (error, False, 0)


def test_failing_wakes_the_reader() -> None:
    """It does not wait for bytes that will not be looked at."""
    body = sized(10)
    reader = Reader(body)
    error = ClientGone()
    body.fail(error)
    body.wake()
    assert reader.result is error


def test_a_complete_body_cannot_fail() -> None:
    """It is there; a late timeout changes nothing."""
    body = sized(3)
    body.feed(b"abc")
    body.fail(ClientGone())
    assert Reader(body).result == b"abc"


def test_the_common_memory_is_a_limit_for_all() -> None:
    """The body that does not fit is refused with 503, and leaves room at once for others."""
    memory = BodyMemory(100)
    one, other = sized(80, memory), sized(80, memory)
    one.feed(b"x" * 80)
    other.feed(b"x" * 20)
    assert memory.used == 100
    other.feed(b"x")
    error = Reader(other).result
    assert isinstance(error, GatewayBusy)
    assert error.close
    other.close()
    one.close()
    assert memory.used == 0


def test_closing_twice_gives_back_once() -> None:
    """The count never goes below what others hold."""
    memory = BodyMemory(100)
    one, other = sized(30, memory), sized(40, memory)
    one.feed(b"x" * 30)
    other.feed(b"x" * 40)
    one.close()
    one.close()
    assert memory.used == 40


@settings(max_examples=60, deadline=None)
@given(
    pieces=st.lists(st.binary(max_size=60), max_size=8),
    cuts=st.lists(st.integers(1, 40), min_size=1, max_size=30),
    limit=st.integers(0, 300),
    room=st.integers(0, 300),
    as_chunks=st.booleans(),
)
def test_memory_comes_back_whatever_happens(
    pieces: list[bytes], cuts: list[int], limit: int, room: int, as_chunks: bool
) -> None:
    """Read or refused, cut anywhere: what is counted is what is held, and nothing is left in the end."""
    memory = BodyMemory(room)
    whole = b"".join(pieces)
    if as_chunks:
        body = in_chunks(memory, limit)
        raw = b"".join(chunk(piece) for piece in pieces if piece) + b"0\r\n\r\n"
    else:
        body, raw = sized(len(whole), memory, limit), whole
    position = 0
    while position < len(raw):
        step = cuts[position % len(cuts)]
        body.feed(raw[position : position + step])
        position += step
        assert memory.used == body.size <= min(limit, room)
    result = Reader(body).result
    assert result == whole or isinstance(result, BodyTooLarge | GatewayBusy)
    assert (result == whole) == (len(whole) <= limit and len(whole) <= room)
    body.close()
    assert memory.used == 0
