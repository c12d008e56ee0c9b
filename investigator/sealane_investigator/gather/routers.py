"""Asks routers what they know: one GET each, bounded in number, time and size.

Names (the headless Service ``sealane-router-admin``) are resolved to all of their addresses, so routers that are not
ready are asked as well: those are the ones with something to tell.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import aiohttp
import msgspec

from sealane_api.report import RouterFacts
from sealane_telemetry.settings.variable import Address

#: Routers that are asked; of more, the lowest addresses.
MAX_ROUTERS = 1_000

#: Questions at once.
MAX_AT_ONCE = 32

#: Bytes of one answer: 2,000 series with the longest names there may be are below 4 MiB.
MAX_ANSWER = 8 << 20

#: Seconds of one question, connecting included: an investigation waits for the slowest router, and has two in all.
SECONDS = 1.5

#: All addresses of a name; raises OSError.
Resolve = Callable[[Address], Awaitable[Iterable[Address]]]


@dataclass(frozen=True, slots=True)
class Answers:
    """What came back: the reports, and a sentence for each kind of gap."""

    reports: tuple[RouterFacts, ...]
    missing: tuple[str, ...]


class Routers:
    """The routers behind ``names``; an async context manager, for it keeps connections between questions."""

    def __init__(self, names: Sequence[Address], *, seconds: float = SECONDS, resolve: Resolve | None = None) -> None:
        self._names = tuple(names)
        self._seconds = seconds
        self._resolve = resolve or resolved
        self._session: aiohttp.ClientSession | None = None
        self._turns = asyncio.Semaphore(MAX_AT_ONCE)

    async def __aenter__(self) -> Self:
        # No proxy, no cookies, no redirect: a router is the address that was found, and nothing else.
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def facts(self) -> Answers:
        """Ask all of them; never raises for a router."""
        addresses, missing = await self._addresses()
        asked = await asyncio.gather(*(self._facts_of(address) for address in addresses))
        reports = tuple(report for report in asked if report is not None)
        if not self._names:
            missing.append("no router is known: set SEALANE_ROUTERS")
        elif not reports:
            missing.append("no router answered")
        elif len(reports) < len(addresses):
            missing.append(f"{len(addresses) - len(reports)} of {len(addresses)} routers did not answer")
        return Answers(reports, tuple(missing))

    async def config(self) -> dict[str, Any] | None:
        """Return the table of the first router that shows one; None when none does."""
        for address in (await self._addresses())[0]:
            data = await self._get(address, "/-/config", {})
            try:
                found = msgspec.json.decode(data) if data is not None else None
            except msgspec.DecodeError:
                continue
            if isinstance(found, dict):
                return found
        return None

    async def _addresses(self) -> tuple[list[Address], list[str]]:
        found: set[Address] = set()
        missing = []
        for name in self._names:
            try:
                async with asyncio.timeout(self._seconds):
                    found.update(await self._resolve(name))
            except (OSError, TimeoutError):
                missing.append(f"the routers' name {name} has no address")
        ordered = sorted(found, key=lambda address: (address.host, address.port))
        if len(ordered) > MAX_ROUTERS:
            missing.append(f"only {MAX_ROUTERS} of {len(ordered)} routers were asked")
        return ordered[:MAX_ROUTERS], missing

    async def _facts_of(self, address: Address) -> RouterFacts | None:
        data = await self._get(address, "/-/report", {"facts": "1"})
        if data is None:
            return None
        try:
            return msgspec.json.decode(data, type=RouterFacts)
        except (msgspec.DecodeError, RecursionError):
            return None

    async def _get(self, address: Address, path: str, query: dict[str, str]) -> bytes | None:
        if self._session is None:
            raise RuntimeError("routers are asked inside their async with block")
        url = f"http://{address}{path}"
        async with self._turns:
            try:
                async with (
                    asyncio.timeout(self._seconds),
                    self._session.get(url, params=query, allow_redirects=False) as answer,
                ):
                    return await _whole(answer) if answer.status == 200 else None
            except (TimeoutError, aiohttp.ClientError, OSError):
                return None


async def resolved(name: Address) -> list[Address]:
    """Return all addresses of a name. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(name.host, name.port, type=socket.SOCK_STREAM)
    return [Address(str(address[0]), int(address[1])) for *_, address in found]


async def _whole(answer: aiohttp.ClientResponse) -> bytes | None:
    data = bytearray()
    async for piece in answer.content.iter_any():
        data += piece
        if len(data) > MAX_ANSWER:
            answer.close()
            return None
    return bytes(data)
