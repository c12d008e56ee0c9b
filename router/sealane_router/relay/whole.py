"""Answers in JSON: held until they are complete, so that a broken one can still be tried elsewhere."""

import time

from sealane_api.failure import FailureClass
from sealane_router.errors import AttemptFailed, Failure
from sealane_router.exchange import Attempt, Exchange
from sealane_router.providers.answer import read_answer
from sealane_router.upstream.connection import UpstreamConnection

from .bytes import stream_on
from .outcome import answer, commit, length_of


async def relay_whole(exchange: Exchange, attempt: Attempt, connection: UpstreamConnection, hold_limit: int) -> None:
    """Hold the answer up to ``hold_limit`` bytes, check it, and send it.

    Raises AttemptFailed or UpstreamError before commit; a longer answer is committed unread, and cut if it breaks.
    """
    idle = attempt.deadlines.idle
    pieces: list[bytes] = []
    held = 0
    while (piece := await connection.read(idle)) is not None:
        pieces.append(piece)
        held += len(piece)
        if held > hold_limit:
            commit(exchange, attempt, connection, b"".join(pieces), length_of(connection))
            await stream_on(exchange, attempt, connection)
            return
    body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
    _check(exchange, attempt, connection, body)
    answer(exchange, attempt, connection, body)


def _check(exchange: Exchange, attempt: Attempt, connection: UpstreamConnection, body: bytes) -> None:
    reading = read_answer(attempt.runtime.dialect, body, wall=time.time())
    if reading.failure is not None:
        raise AttemptFailed(reading.failure)
    if not reading.complete:
        # Without a length the provider's close is the only end there is: JSON that is not whole was cut.
        failure_class = FailureClass.SERVER_ERROR if connection.framed else FailureClass.CONNECT
        raise AttemptFailed(Failure(failure_class, connection.status, code="answer_not_json"))
    if reading.usage is not None:
        exchange.input_tokens, exchange.output_tokens = reading.usage.input_tokens, reading.usage.output_tokens
