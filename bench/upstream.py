"""A provider that costs almost nothing: every answer is the same bytes, so that the gateway is what is measured."""

import asyncio
import sys

import uvloop

_ANSWER = (
    b'{"id":"chatcmpl-1","object":"chat.completion","created":1741252964,"model":"kimi-k3","choices":[{"index":0,'
    b'"message":{"role":"assistant","content":"' + b"word " * 100 + b'"},"finish_reason":"stop"}],'
    b'"usage":{"prompt_tokens":39,"completion_tokens":100,"total_tokens":139}}'
)
_JSON = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(_ANSWER), _ANSWER)
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
_CHUNKS = 50
_INTERVAL = 0.02


def _event(text: str, finish: str = "null") -> bytes:
    choice = f'{{"index":0,"delta":{{"content":"{text}"}},"finish_reason":{finish}}}'
    payload = (
        '{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1741252964,"model":"kimi-k3",'
        f'"system_fingerprint":"fpv0_bench","choices":[{choice}]}}'
    )
    return b"data: " + payload.encode() + b"\n\n"


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


_WORD = _chunk(_event("word word word"))
_END = _chunk(_event("", '"stop"') + b"data: [DONE]\n\n") + b"0\r\n\r\n"


class Provider(asyncio.Protocol):
    """One connection; a request whose body says ``"stream":true`` gets paced events."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._transport is not None:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._buffer[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self._buffer) < end + 4 + length:
                return
            body, self._buffer = self._buffer[end + 4 : end + 4 + length], self._buffer[end + 4 + length :]
            if b'"stream":true' in body[-200:]:
                self._transport.write(_HEAD + _WORD)
                self._loop.call_later(_INTERVAL, self._next, _CHUNKS - 1)
            else:
                self._transport.write(_JSON)

    def _next(self, left: int) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if left == 0:
            self._transport.write(_END)
            return
        self._transport.write(_WORD)
        self._loop.call_later(_INTERVAL, self._next, left - 1)


async def main(port: int) -> None:
    """Serve until killed."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Provider(loop), "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
