"""Answers that are errors: read far enough to be understood, and classified by the provider's dialect."""

import time
from dataclasses import replace

from sealane_router.errors import Failure
from sealane_router.exchange import Attempt
from sealane_router.upstream.connection import UpstreamConnection
from sealane_router.upstream.errors import UpstreamError

#: An error that needs more words than this is cut; what is left of it decides nothing.
MAX_ERROR_BODY = 64 * 1024
#: How long all of an error's body may take, in seconds; its status alone says enough.
ERROR_TIME = 5.0
#: How much is kept of an answer without a message.
KEPT = 8192


async def read_refusal(attempt: Attempt, connection: UpstreamConnection) -> Failure:
    """What the provider's error answer means."""
    pieces: list[bytes] = []
    held = 0
    until = time.monotonic() + ERROR_TIME
    try:
        while held < MAX_ERROR_BODY and (piece := await connection.read(until - time.monotonic())) is not None:
            pieces.append(piece)
            held += len(piece)
    except UpstreamError:
        pass  # the status came whole; a cut body only leaves less to read from
    body = b"".join(pieces)[:MAX_ERROR_BODY]
    failure = attempt.runtime.dialect.classify(connection.status, dict(connection.headers), body, wall=time.time())
    return failure if failure.message or not body else replace(failure, raw=body[:KEPT])
