"""The connections to the API server, none of which outlives its pool.

Theory of operation. A TLS connection that is given up in the middle of an answer says goodbye and waits for the
peer's, half a minute long, and aiohttp, which has forgotten it by then, cannot end it when the session closes. So the
sockets are remembered here, and those that the session leaves open are shut down: their transports see the end of the
stream, whatever the peer does, and close.
"""

import asyncio
import socket
from contextlib import suppress
from typing import Any
from weakref import WeakSet

import aiohttp
from kubernetes.aio.client.rest import RESTClientObject

#: Turns of the loop that a transport has from the end of its stream to its closed socket; it needs about five.
_TURNS = 100


class Pool(RESTClientObject):  # type: ignore[misc]  # the library has no types
    """The library's pool; once it is closed, no socket of it is open."""

    def __init__(self, configuration: Any) -> None:
        super().__init__(configuration)
        self._sockets: WeakSet[socket.socket] = WeakSet()

    async def close(self) -> None:
        """End every connection."""
        await super().close()
        for left in self._open():
            with suppress(OSError):  # it never came to a connection, or the peer was first
                left.shutdown(socket.SHUT_RDWR)
        for _ in range(_TURNS):
            if not self._open():
                return
            await asyncio.sleep(0)

    def _open(self) -> list[socket.socket]:
        return [each for each in self._sockets if each.fileno() != -1]

    def _create_connector(self) -> aiohttp.TCPConnector:
        return aiohttp.TCPConnector(limit=self.maxsize, ssl=self.ssl_context, socket_factory=self._socket)

    def _socket(self, address: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, _, _ = address
        made = socket.socket(family, kind, protocol)
        self._sockets.add(made)
        return made
