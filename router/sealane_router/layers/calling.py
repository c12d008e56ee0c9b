"""The attempt itself: the request to the provider, and its answer's way to the client."""

import time

from sealane_router.errors import AttemptFailed, GatewayFault
from sealane_router.exchange import Attempt, Exchange, Handler
from sealane_router.providers.api import Api
from sealane_router.providers.request_body import edit_body
from sealane_router.providers.stream_inspector import inspector_for
from sealane_router.relay.bytes import relay_bytes
from sealane_router.relay.refusal import read_refusal
from sealane_router.relay.stream import relay_stream
from sealane_router.relay.whole import relay_whole
from sealane_router.upstream.connection import UpstreamConnection
from sealane_router.upstream.errors import UpstreamError
from sealane_router.upstream.request_head import forwarded

_SUFFIXES = {api: api.suffix.encode("ascii") for api in Api}


def calling(hold_limit: int) -> Handler:
    """The end of the stack; JSON answers are held up to ``hold_limit`` bytes.

    Raises AttemptFailed before commit and nothing after it.
    """

    async def call(exchange: Exchange) -> None:
        attempt, api = exchange.attempt, exchange.api
        if api is None:
            raise GatewayFault("an exchange of no proxied API reached its call")
        head = exchange.head
        client = attempt.runtime.client
        try:
            connection = await client.send(
                b"POST",
                _SUFFIXES[api],
                head.query,
                forwarded(head.headers),
                _body_for(exchange, attempt),
                attempt.deadlines,
            )
        except UpstreamError as error:
            raise AttemptFailed(error.failure()) from error
        attempt.status = connection.status
        try:
            await _relay(exchange, attempt, connection, api, hold_limit)
        except UpstreamError as error:
            raise AttemptFailed(error.failure()) from error
        finally:
            client.pool.release(connection)

    return call


async def _relay(
    exchange: Exchange, attempt: Attempt, connection: UpstreamConnection, api: Api, hold_limit: int
) -> None:
    if not 200 <= connection.status < 300:
        raise AttemptFailed(await read_refusal(attempt, connection))
    fields = connection.fields
    kind = fields.get(b"content-type", b"").lower()
    encoding = fields.get(b"content-encoding", b"").lower()
    if encoding not in (b"", b"identity"):
        await relay_bytes(exchange, attempt, connection)
    elif kind.startswith(b"text/event-stream"):
        inspector = inspector_for(api, attempt.runtime.dialect, wall=time.time())
        await relay_stream(exchange, attempt, connection, inspector)
    elif api is Api.SPEECH and not kind.startswith(b"application/json"):
        await relay_bytes(exchange, attempt, connection)
    else:
        await relay_whole(exchange, attempt, connection, hold_limit)


def _body_for(exchange: Exchange, attempt: Attempt) -> bytes:
    """The client's bytes, unless the target or the pattern asks for another spelling."""
    target, match, json = attempt.target, exchange.match, exchange.json
    # Case and an alias aside, the client may have named this very model; its request is then not fixed.
    other_model = target.model is not None and target.model != match.canonical
    model = target.model or match.canonical
    if model == json.model and not target.set and not target.remove:
        return exchange.content
    renames = attempt.runtime.dialect.renames_for_other_model if other_model else {}
    return edit_body(exchange.content, json, model=model, set=target.set, remove=target.remove, rename=renames)
