"""Answers to clients: framing for each version, and backpressure."""

import pytest

from sealane_router.aio.driver import Driver
from sealane_router.http1.response import ClientResponse
from tests.support.exchanges import RecordingTransport

LINES = b"x-a: b\r\n"


def response(
    *, http10: bool = False, keep_alive: bool = True, bodiless: bool = False
) -> tuple[ClientResponse, RecordingTransport]:
    """A response to a client that is not there."""
    transport = RecordingTransport()
    return ClientResponse(transport, http10=http10, keep_alive=keep_alive, bodiless=bodiless), transport


def test_a_whole_answer_has_its_length() -> None:
    """Status line, the given lines, the length, and the body, in one write."""
    answer, transport = response()
    answer.answer(200, LINES, b"hello")
    assert transport.written == b"HTTP/1.1 200 OK\r\nx-a: b\r\ncontent-length: 5\r\n\r\nhello"
    assert (answer.started, answer.ended, answer.bytes_sent, answer.close) == (True, True, 5, False)


def test_an_empty_answer_says_so() -> None:
    """A length of zero, not the absence of one."""
    answer, transport = response()
    answer.answer(200, b"", b"")
    assert transport.written == b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"


def test_a_large_answer_is_the_same_answer() -> None:
    """Above the size that is joined with its head."""
    answer, transport = response()
    answer.answer(200, b"", b"x" * 100_000)
    assert transport.head == b"HTTP/1.1 200 OK\r\ncontent-length: 100000"
    assert transport.body == b"x" * 100_000


@pytest.mark.parametrize(("http10", "keep_alive"), [(True, False), (True, True), (False, False)])
def test_the_last_answer_of_a_connection_says_so(http10: bool, keep_alive: bool) -> None:
    """HTTP/1.0 gets one answer per connection."""
    answer, transport = response(http10=http10, keep_alive=keep_alive)
    answer.answer(200, b"", b"")
    assert answer.close
    assert transport.head.endswith(b"\r\nconnection: close")


def test_head_is_told_the_length_and_gets_no_body() -> None:
    """A body there would be taken for the next answer (RFC 9110 §9.3.2)."""
    answer, transport = response(bodiless=True)
    answer.answer(405, b"", b"hello")
    assert transport.written == b"HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 5\r\n\r\n"
    assert answer.bytes_sent == 0


def test_an_answer_of_unknown_length_is_chunked() -> None:
    """Each write is a chunk, an empty one is none, and the end is told."""
    answer, transport = response()
    answer.begin(200, LINES, b"one")
    assert (answer.started, answer.ended) == (True, False)
    answer.write(b"")
    answer.write(b"x" * 17)
    answer.end()
    assert transport.head == b"HTTP/1.1 200 OK\r\nx-a: b\r\ntransfer-encoding: chunked"
    assert transport.body == b"3\r\none\r\n11\r\n" + b"x" * 17 + b"\r\n0\r\n\r\n"
    assert (answer.ended, answer.bytes_sent) == (True, 20)


def test_a_chunked_answer_may_begin_with_nothing() -> None:
    """An empty first piece must not look like the end."""
    answer, transport = response()
    answer.begin(200, b"", b"")
    assert transport.body == b""
    answer.end()
    assert transport.body == b"0\r\n\r\n"


def test_an_answer_of_known_length_is_not_chunked() -> None:
    """Its bytes pass as they are, and its end adds none."""
    answer, transport = response()
    answer.begin(200, b"", b"one", length=6)
    answer.write(b"two")
    answer.end()
    assert transport.head == b"HTTP/1.1 200 OK\r\ncontent-length: 6"
    assert transport.body == b"onetwo"


def test_http_1_0_gets_no_chunks() -> None:
    """The connection's end is the body's."""
    answer, transport = response(http10=True)
    answer.begin(200, b"", b"one")
    answer.write(b"two")
    answer.end()
    assert transport.head == b"HTTP/1.1 200 OK\r\nconnection: close"
    assert transport.body == b"onetwo"
    assert answer.close


def test_an_answer_that_cannot_be_completed_is_cut() -> None:
    """The client sees no end of it."""
    answer, transport = response()
    answer.begin(200, b"", b"one")
    answer.cut()
    assert transport.aborted
    assert not transport.written.endswith(b"0\r\n\r\n")
    assert (answer.close, answer.ended) == (True, True)


def test_an_unusual_status_has_a_line() -> None:
    """Providers invent some."""
    answer, transport = response()
    answer.answer(299, b"", b"")
    assert transport.written.startswith(b"HTTP/1.1 299 Unknown\r\n")


def test_drained_waits_for_a_slow_client() -> None:
    """It goes on inside ``resume``, and waits again when the buffer is full again."""
    answer, _ = response()
    passed: list[int] = []

    async def work() -> None:
        for turn in range(2):
            await answer.drained()
            passed.append(turn)
            answer.pause()

    ended: list[BaseException | None] = []
    answer.pause()
    Driver(work(), ended.append).start()
    assert (passed, answer.paused) == ([], True)
    answer.resume()
    assert (passed, ended) == ([0], [])
    answer.resume()
    assert (passed, ended) == ([0, 1], [None])


def test_drained_does_not_wait_for_a_quick_client() -> None:
    """Nothing is waited for while the buffer has room."""
    answer, _ = response()
    ended: list[BaseException | None] = []

    async def work() -> None:
        answer.pause()
        answer.resume()
        await answer.drained()

    Driver(work(), ended.append).start()
    assert ended == [None]
