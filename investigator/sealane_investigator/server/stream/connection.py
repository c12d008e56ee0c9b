"""One client of the stream: sent what it missed, then what happens, until it leaves or cannot keep up."""

import asyncio
from collections.abc import Callable, Mapping
from enum import StrEnum

from aiohttp import WSMsgType, web

from sealane_investigator.errors import StoreUnavailable

from .feed import BeatMessage, Feed, ReadyMessage, ReloadMessage, encoded

#: A message that a client does not take within so many seconds ends its connection: its buffer is full.
SLOW_SECONDS = 10.0
BEAT_SECONDS = 15.0
#: What a client may send at all; the stream has no commands.
MAX_MESSAGE = 1_024


class Ended(StrEnum):
    """Why a connection ended."""

    CLIENT = "client"
    SLOW = "slow"
    UNAVAILABLE = "unavailable"
    STOPPING = "stopping"


#: Close code and words of each.
CLOSES: Mapping[Ended, tuple[int, bytes]] = {
    Ended.CLIENT: (1000, b""),
    Ended.SLOW: (4008, b"too slow: reconnect with the last number"),
    Ended.UNAVAILABLE: (4013, b"the database does not answer: reconnect with the last number"),
    Ended.STOPPING: (1001, b"this replica is about to end: reconnect with the last number"),
}


class StreamClient:
    """``serve`` it; ``number`` is the last change that it was sent."""

    def __init__(self, socket: web.WebSocketResponse, feed: Feed, number: int, *, sent: Callable[[], None]) -> None:
        self._socket = socket
        self._feed = feed
        self._sent = sent
        self.number = number

    async def serve(self, stopping: asyncio.Event) -> Ended:
        """Send until the connection ends; returns why."""
        loop = asyncio.get_running_loop()
        sending = loop.create_task(self._send(), name="stream-sending")
        reading = loop.create_task(self._read(), name="stream-reading")
        stop = loop.create_task(stopping.wait(), name="stream-stopping")
        try:
            await asyncio.wait({sending, reading, stop}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done() and not sending.cancelled():
                return sending.result()
            return Ended.CLIENT if reading.done() else Ended.STOPPING
        finally:
            for task in (sending, reading, stop):
                task.cancel()
            await asyncio.gather(sending, reading, stop, return_exceptions=True)

    async def _send(self) -> Ended:
        ready = False
        try:
            while True:
                messages = await self._feed.after(self.number)
                if messages is None:
                    self.number = self._feed.number or 0
                    await self._push(encoded(ReloadMessage(self.number)))
                    continue
                for message in messages:
                    await self._push(message.text)
                    self.number = message.number
                    self._sent()
                if messages:
                    continue
                await self._push(encoded(BeatMessage(self.number) if ready else ReadyMessage(self.number)))
                ready = True
                await self._feed.wait(self.number, BEAT_SECONDS)
        except TimeoutError:
            return Ended.SLOW
        except StoreUnavailable:
            return Ended.UNAVAILABLE
        except (ConnectionError, RuntimeError):
            # aiohttp raises RuntimeError for a socket that is closing.
            return Ended.CLIENT

    async def _push(self, text: str) -> None:
        async with asyncio.timeout(SLOW_SECONDS):
            await self._socket.send_str(text)

    async def _read(self) -> None:
        """Take what the client says, which is nothing but pongs and its farewell."""
        async for message in self._socket:
            if message.type in {WSMsgType.ERROR, WSMsgType.TEXT, WSMsgType.BINARY}:
                return
