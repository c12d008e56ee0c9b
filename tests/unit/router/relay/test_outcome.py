"""The moments every relay shares."""

from sealane_api.failure import FailureClass
from sealane_router.errors import Failure
from sealane_router.relay.outcome import answer as send_answer
from sealane_router.relay.outcome import broken, commit, length_of
from tests.support.attempts import attempted
from tests.support.scripted_provider import answer, chunked, playing


async def test_commit_sends_the_head_and_the_first_bytes() -> None:
    """The provider's headers, then the gateway's."""
    async with attempted(playing(answer(b"abc", headers=b"x-a: b\r\n"))) as it:
        commit(it.exchange, it.attempt, it.connection, b"abc", 3)
        head = it.client.head
        assert head.index(b"\r\nx-a: b\r\n") < head.index(b"\r\nx-sealane-provider: moonshot\r\n")
        assert it.client.body == b"abc"
        assert (it.exchange.status, it.exchange.response.started, it.exchange.response.ended) == (200, True, False)
        assert it.attempt.first_content > 0


async def test_a_whole_answer_keeps_the_provider_s_status() -> None:
    """Any 2xx."""
    async with attempted(playing(answer(b"abc", status="201 Created"))) as it:
        send_answer(it.exchange, it.attempt, it.connection, b"abc")
        assert it.client.written.startswith(b"HTTP/1.1 201 Created\r\n")
        assert (it.exchange.status, it.exchange.response.ended) == (201, True)


async def test_a_length_is_known_where_it_was_declared() -> None:
    """And is not made up elsewhere."""
    async with attempted(playing(answer(b"abc"))) as it:
        assert length_of(it.connection) == 3
    async with attempted(playing(chunked(b"abc"))) as it:
        assert length_of(it.connection) is None


async def test_a_break_after_commit_is_a_broken_stream() -> None:
    """Whatever it would have meant before; what was said stays, for who looks for the cause."""
    async with attempted(playing(answer())) as it:
        broken(it.attempt, Failure(FailureClass.TIMEOUT, 200, "a prompt", code="idle_timeout"))
        assert it.attempt.failure == Failure(FailureClass.BROKEN_STREAM, 200, "a prompt", "idle_timeout")
