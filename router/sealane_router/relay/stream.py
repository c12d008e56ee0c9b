"""Answers as server-sent events: forwarded event by event, and never taken for whole without their finish."""

from sealane_router.error_answer import render_event, render_last_event
from sealane_router.errors import AttemptFailed, Failure, GatewayDraining
from sealane_router.exchange import Attempt, Exchange
from sealane_router.providers.api import Flavour
from sealane_router.providers.stream_inspector import StreamInspector
from sealane_router.upstream.connection import UpstreamConnection
from sealane_router.upstream.errors import UpstreamError

from .outcome import broken, commit


async def relay_stream(
    exchange: Exchange, attempt: Attempt, connection: UpstreamConnection, inspector: StreamInspector
) -> None:
    """Forward what ``inspector`` lets through; the first bytes of it are the commit.

    Raises AttemptFailed or UpstreamError before commit. After it a break becomes an error event, and the body ends
    cleanly behind it; so does the end of the drain, which is raised all the same.
    """
    try:
        failure = await _forward(exchange, attempt, connection, inspector)
    except GatewayDraining as error:
        if exchange.response.started:
            _take_usage(exchange, inspector)
            _say_last(exchange, error)
        raise
    _take_usage(exchange, inspector)
    _end(exchange, attempt, connection, failure)


async def _forward(
    exchange: Exchange, attempt: Attempt, connection: UpstreamConnection, inspector: StreamInspector
) -> Failure | None:
    """Why the stream is broken; None when it ended with its finish."""
    idle = attempt.deadlines.idle
    response = exchange.response
    while True:
        try:
            data = await connection.read(idle if inspector.started else None)
        except UpstreamError as error:
            return _lost(inspector, error)
        if data is None:
            return inspector.end()
        passed = inspector.feed(data)
        if passed:
            if response.started:
                response.write(passed)
            else:
                commit(exchange, attempt, connection, passed, None)
            if response.paused:
                await response.drained()
        if inspector.closed:
            return inspector.failure


def _lost(inspector: StreamInspector, error: UpstreamError) -> Failure | None:
    """A connection that is lost behind the finish took nothing with it."""
    if inspector.finished:
        inspector.end()
        return None
    return error.failure()


def _end(exchange: Exchange, attempt: Attempt, connection: UpstreamConnection, failure: Failure | None) -> None:
    response = exchange.response
    if failure is None:
        if not response.started:
            commit(exchange, attempt, connection, b"", None)
        response.end()
        return
    if not response.started:
        raise AttemptFailed(failure)
    broken(attempt, failure)
    anthropic = exchange.api is not None and exchange.api.flavour is Flavour.ANTHROPIC
    response.write(
        render_event(failure, attempt.target.provider.name, anthropic=anthropic, request_id=exchange.request_id)
    )
    response.end()


def _say_last(exchange: Exchange, error: GatewayDraining) -> None:
    """Only whole events have been forwarded, so one more can follow them at any moment."""
    anthropic = exchange.api is not None and exchange.api.flavour is Flavour.ANTHROPIC
    exchange.response.write(render_last_event(error, anthropic=anthropic, request_id=exchange.request_id))
    exchange.response.end()


def _take_usage(exchange: Exchange, inspector: StreamInspector) -> None:
    usage = inspector.usage
    if usage is not None:
        exchange.input_tokens, exchange.output_tokens = usage.input_tokens, usage.output_tokens
