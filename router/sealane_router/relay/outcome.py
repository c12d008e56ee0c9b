"""The moments every kind of relay shares: commit, end, and the break after commit."""

import time

from sealane_api.failure import FailureClass
from sealane_router.errors import Failure
from sealane_router.exchange import Attempt, Exchange
from sealane_router.upstream.connection import UpstreamConnection

from .answer_head import gateway_lines, provider_lines


def commit(
    exchange: Exchange, attempt: Attempt, connection: UpstreamConnection, first: bytes, length: int | None
) -> None:
    """Send the head and the first bytes; from here on nothing can be tried again."""
    attempt.first_content = time.monotonic()
    exchange.status = connection.status
    exchange.response.begin(connection.status, _head(exchange, connection), first, length=length)


def answer(exchange: Exchange, attempt: Attempt, connection: UpstreamConnection, body: bytes) -> None:
    """Send a whole answer at once."""
    attempt.first_content = time.monotonic()
    exchange.status = connection.status
    exchange.response.answer(connection.status, _head(exchange, connection), body)


def broken(attempt: Attempt, failure: Failure) -> None:
    """The answer broke after commit, whatever the reason would have meant before."""
    attempt.failure = Failure(
        FailureClass.BROKEN_STREAM, failure.status, failure.message, failure.code, error_type=failure.error_type
    )


def length_of(connection: UpstreamConnection) -> int | None:
    """The declared size of the answer's body."""
    length = connection.fields.get(b"content-length")
    return None if length is None else int(length)


def _head(exchange: Exchange, connection: UpstreamConnection) -> bytes:
    return provider_lines(connection.headers) + gateway_lines(exchange)
