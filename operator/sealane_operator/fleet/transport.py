"""One poll over HTTP: an attempt with a time limit, whose answer has a size limit."""

from types import TracebackType
from typing import Protocol, Self

import aiohttp
from yarl import URL

from .polls import ANSWER_LIMIT

_PATH = "/-/report"
_CONNECT_SECONDS = 1.0
#: Between polls a connection is kept for the next one, which comes in a second.
_KEEP_SECONDS = 30.0


class PollFailed(Exception):
    """A router did not answer a poll; ``kind`` is one of :data:`.interfaces.POLL_ERRORS`."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Transport(Protocol):
    """Reaches routers while its block runs."""

    async def __aenter__(self) -> Self:
        """Open what polls share."""

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""

    async def ask(self, address: str, body: bytes, seconds: float) -> bytes:
        """Send a poll to ``host:port`` and return the answer within so many seconds. Raises PollFailed."""


class HttpTransport:
    """Polls over connections that are kept."""

    def __init__(self, limit: int = ANSWER_LIMIT) -> None:
        """``limit`` is in bytes of an answer."""
        self._limit = limit
        self._open: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._open = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Content-Type": "application/json", "User-Agent": "sealane-operator"},
            auto_decompress=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        session, self._open = self._open, None
        if session is not None:
            await session.close()

    async def ask(self, address: str, body: bytes, seconds: float) -> bytes:
        """Send a poll; redirects are not followed, and nothing is tried twice. Raises PollFailed."""
        if self._open is None:
            raise RuntimeError("a transport reaches routers within its block only")
        times = aiohttp.ClientTimeout(total=seconds, sock_connect=min(_CONNECT_SECONDS, seconds))
        try:
            async with self._open.post(
                URL(f"http://{address}{_PATH}"), data=body, timeout=times, allow_redirects=False
            ) as answer:
                if answer.status != 200:
                    raise PollFailed("status")
                return await self._whole(answer)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise PollFailed(_kind(error)) from error

    async def _whole(self, answer: aiohttp.ClientResponse) -> bytes:
        data = bytearray()
        async for piece in answer.content.iter_any():
            data += piece
            if len(data) > self._limit:
                answer.close()  # the rest is not waited for
                raise PollFailed("oversized")
        return bytes(data)


def _kind(error: Exception) -> str:
    if isinstance(error, TimeoutError):  # also when it was connecting
        return "timeout"
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.InvalidURL):
        return "connect"
    return "garbage" if isinstance(error, aiohttp.ClientResponseError) else "broken"
