"""An unasked answer at the worst moment: it lies unread in the kernel when the next client's request is sent.

Nothing of it has been seen by the event loop then, so only a look at the socket itself can tell. The provider is a
thread, because it must go on while the loop is held up.
"""

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.scorecard.doors import Way
from tests.scorecard.world import World

_UNASKED_AFTER = 0.1


@asynccontextmanager
async def answers_twice() -> AsyncIterator[Way]:
    """A provider whose first answer is followed by another one, a tenth of a second later."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)
        thread = threading.Thread(target=_serve, args=(listening,))
        thread.start()
        try:
            yield Way(f"http://127.0.0.1:{listening.getsockname()[1]}/v1")
        finally:
            thread.join()


async def next_client_asks(world: World) -> list[str]:
    """One client asks; another one asks while the unasked answer is on its way; each must get its own."""
    loop = asyncio.get_running_loop()
    with socket.socket() as one, socket.socket() as other:
        for client in (one, other):
            client.setblocking(False)
            await loop.sock_connect(client, (world.gateway.host, world.gateway.port))
        await asyncio.sleep(0.05)  # both connections are accepted
        first = await _exchange(one, "kimi-k3")
        other.send(_request("kimi-k2.6"))
        time.sleep(3 * _UNASKED_AFTER)  # noqa: ASYNC251 - the gateway must find request and unasked answer together
        second = await _answer(other)
    world.codes["ok"] += 2
    wanted = (b"for kimi-k3", b"for kimi-k2.6")
    return [
        f"{client} client got {body[-60:]!r}"
        for client, body, words in zip(("first", "second"), (first, second), wanted, strict=True)
        if words not in body
    ]


def _serve(listening: socket.socket) -> None:
    """Two connections, one request each; the first is answered twice."""
    first, _ = listening.accept()
    with first:
        first.sendall(_reply(_model_in(first)))
        time.sleep(_UNASKED_AFTER)
        first.sendall(_reply("nobody"))
        second, _ = listening.accept()
        with second:
            second.sendall(_reply(_model_in(second)))


def _model_in(connection: socket.socket) -> str:
    held = b""
    while not held.endswith(b"}"):
        held += connection.recv(65536)
    return str(json.loads(held.partition(b"\r\n\r\n")[2])["model"])


def _reply(model: str) -> bytes:
    message = {"role": "assistant", "content": f"for {model}"}
    body = json.dumps({"id": "1", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


def _request(model: str) -> bytes:
    body = json.dumps({"model": model, "messages": []}).encode()
    head = b"POST /v1/chat/completions HTTP/1.1\r\nhost: gateway\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"
    return head % len(body) + body


async def _exchange(client: socket.socket, model: str) -> bytes:
    await asyncio.get_running_loop().sock_sendall(client, _request(model))
    return await _answer(client)


async def _answer(client: socket.socket) -> bytes:
    """Everything up to the end of the connection."""
    held = b""
    while piece := await asyncio.get_running_loop().sock_recv(client, 65536):
        held += piece
    return held
