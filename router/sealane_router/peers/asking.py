"""Speaks to peers: one GET of ``/-/report`` each, bounded in time and size."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from typing import Self

import aiohttp
import msgspec

from sealane_api.report import RouterReport
from sealane_router.settings.variable import Address

#: Bytes of one answer: 32 routes of 16 providers with the longest names there may be are below 100 KiB.
MAX_ANSWER = 256 << 10
#: A process id has 16 characters; what is longer is none.
_LONGEST_PROCESS = 64


class Asker:
    """Asks peers; ``failed`` is called with a word from a closed set for each question without a usable answer.

    Use it as an async context manager: it keeps connections between questions.
    """

    def __init__(self, *, seconds: float, failed: Callable[[str], None]) -> None:
        self._seconds = seconds
        self._failed = failed
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        # No proxy, no cookies, no redirect: a peer is the address that was found, and nothing else.
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=self._seconds), cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def ask(self, address: Address, routes: Sequence[str]) -> RouterReport | None:
        """The report of the router at ``address`` about ``routes``; None when it gave none."""
        try:
            return _read(await self._get(address, routes))
        except TimeoutError:
            self._failed("timeout")
        except _UnusableError as error:
            self._failed(error.reason)
        except (aiohttp.ClientError, OSError):
            self._failed("connect")
        return None

    async def _get(self, address: Address, routes: Sequence[str]) -> bytes:
        if self._session is None:
            raise RuntimeError("an Asker asks inside its async with block")
        query = [("route", route) for route in routes or ("",)]
        url = f"http://{address}/-/report"
        async with self._session.get(url, params=query, allow_redirects=False) as answer:
            if answer.status != 200:
                raise _UnusableError("status")
            body = bytearray()
            async for piece in answer.content.iter_any():
                body += piece
                if len(body) > MAX_ANSWER:
                    raise _UnusableError("too_long")
            return bytes(body)


async def resolve(name: Address) -> list[Address]:
    """All addresses that the system knows for a name, with its port; raises OSError when it knows none."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(name.host, name.port, type=socket.SOCK_STREAM)
    return [Address(str(sockaddr[0]), name.port) for *_, sockaddr in found]


class _UnusableError(Exception):
    """An answer that is no report; ``reason`` is how the metric calls it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _read(body: bytes) -> RouterReport:
    try:
        report = msgspec.json.decode(body, type=RouterReport)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _UnusableError("unreadable") from error
    if not 0 < len(report.process) <= _LONGEST_PROCESS:
        raise _UnusableError("unreadable")
    return report
