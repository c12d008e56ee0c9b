"""Posts a message to one address, and says whether it arrived."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import aiohttp

from sealane_investigator.interfaces import Notice
from sealane_telemetry.logs import get_logger

from .messages import slack_body, webhook_body

SIGNATURE_HEADER = "x-sealane-signature"
TIMEOUT_SECONDS = 10.0
_MAX_SECRET = 4_096

_log = get_logger("sealane.investigator.notify")


class Channel(Protocol):
    """Somewhere people are told."""

    name: str

    async def deliver(self, notice: Notice) -> bool:
        """Return whether it arrived; never raises for a receiver that does not work."""

    async def close(self) -> None:
        """Close its connections."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to post: the address itself, or a file that has it because it is a secret."""

    url: str = ""
    file: Path | None = None

    def read(self) -> str:
        """Return the address. Raises OSError."""
        if self.file is None:
            return self.url
        with self.file.open(encoding="utf-8") as opened:
            return opened.read(_MAX_SECRET).strip()


class _Posting:
    """One connection pool, one timeout, no redirect followed, nothing of the answer kept."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._session: aiohttp.ClientSession | None = None

    async def post(self, address: Address, body: bytes, headers: dict[str, str]) -> bool:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS))
        try:
            url = await asyncio.to_thread(address.read)
            async with self._session.post(
                url, data=body, headers={"Content-Type": "application/json", **headers}, allow_redirects=False
            ) as response:
                arrived = 200 <= response.status < 300
                if not arrived:
                    _log.warning("notification_refused", name=self.name, status=response.status)
                return arrived
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            _log.warning("notification_failed", name=self.name, error=type(error).__name__)
            return False

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


class WebhookChannel:
    """JSON, signed with HMAC-SHA256 over the time and the body, so that a receiver can tell that it is from here."""

    name = "webhook"

    def __init__(
        self,
        url: str,
        secret: Path | None,
        link: Callable[[int], str | None],
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._address = Address(url)
        self._secret = secret
        self._link = link
        self._now = now
        self._posting = _Posting(self.name)

    async def deliver(self, notice: Notice) -> bool:
        """Post it; a secret that cannot be read sends nothing, for an unsigned message would be worse."""
        body = webhook_body(notice, self._link(notice.incident.id))
        headers: dict[str, str] = {}
        if self._secret is not None:
            try:
                secret = await asyncio.to_thread(self._secret.read_bytes)
            except OSError as error:
                _log.warning("notification_failed", name=self.name, error=type(error).__name__)
                return False
            headers[SIGNATURE_HEADER] = signature(secret.strip(), int(self._now()), body)
        return await self._posting.post(self._address, body, headers)

    async def close(self) -> None:
        """Close its connections."""
        await self._posting.close()


class SlackChannel:
    """An incoming webhook that takes Slack's format."""

    name = "slack"

    def __init__(self, file: Path, link: Callable[[int], str | None]) -> None:
        self._address = Address(file=file)
        self._link = link
        self._posting = _Posting(self.name)

    async def deliver(self, notice: Notice) -> bool:
        """Post it."""
        return await self._posting.post(self._address, slack_body(notice, self._link(notice.incident.id)), {})

    async def close(self) -> None:
        """Close its connections."""
        await self._posting.close()


def signature(secret: bytes, at: int, body: bytes) -> str:
    """``t=1700000000,v1=…``: the HMAC-SHA256 of ``1700000000.BODY``; the time lets a receiver refuse old messages."""
    digest = hmac.new(secret, str(at).encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"
