"""Answers that are neither JSON nor events, or compressed: passed on untouched, with their framing checked."""

from sealane_router.exchange import Attempt, Exchange
from sealane_router.upstream.connection import UpstreamConnection
from sealane_router.upstream.errors import UpstreamError

from .outcome import answer, broken, commit, length_of


async def relay_bytes(exchange: Exchange, attempt: Attempt, connection: UpstreamConnection) -> None:
    """Commit with the first byte of the body; raises UpstreamError before it."""
    first = await connection.read(attempt.deadlines.idle)
    if first is None:
        answer(exchange, attempt, connection, b"")
        return
    commit(exchange, attempt, connection, first, length_of(connection))
    await stream_on(exchange, attempt, connection)


async def stream_on(exchange: Exchange, attempt: Attempt, connection: UpstreamConnection) -> None:
    """Pass on what follows a commit; a body that breaks is cut, because nothing can be said inside it."""
    idle = attempt.deadlines.idle
    response = exchange.response
    try:
        while True:
            if response.paused:
                await response.drained()
            data = await connection.read(idle)
            if data is None:
                break
            response.write(data)
    except UpstreamError as error:
        broken(attempt, error.failure())
        response.cut()
    else:
        response.end()
