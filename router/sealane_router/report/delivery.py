"""Speaks to the investigator: one POST of a batch, bounded in time, with a token that may be replaced on disk."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Self

import aiohttp

#: Seconds that one batch may take, connecting included.
TIMEOUT = 10.0
_CONNECT_TIMEOUT = 3.0
#: Seconds of a ``Retry-After`` that are waited for at most.
LONGEST_RETRY_AFTER = 60.0
_LONGEST_TOKEN = 8192

#: Answers that say something about the batch; all other errors are the investigator's state, or ours.
_OF_THE_BATCH = frozenset({400, 413, 415, 422})


class Verdict(Enum):
    """What became of a batch."""

    ACCEPTED = "accepted"
    """It is kept for good (202)."""
    REFUSED = "refused"
    """Something in it cannot be taken; parts of it may."""
    LATER = "later"
    """It may be sent again as it is."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict, the metric's word for how it came about, and the stated wait in seconds."""

    verdict: Verdict
    result: str
    retry_after: float = 0.0


class Delivery:
    """Posts batches to ``url`` as ``application/json``; ``token`` is a file that holds the bearer token.

    Use it as an async context manager: it keeps a connection between batches.
    """

    def __init__(self, url: str, token: Path, *, seconds: float = TIMEOUT) -> None:
        self._url = url.rstrip("/") + "/v1/errors"
        self._token = token
        self._seconds = seconds
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        # No proxy, no cookies, no redirect: a token goes to the address that was set and to no other.
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=self._seconds, sock_connect=_CONNECT_TIMEOUT),
            cookie_jar=aiohttp.DummyCookieJar(),
            connector=aiohttp.TCPConnector(limit=1),
            trust_env=False,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def post(self, batch: bytes) -> Answer:
        """Send one batch; every way in which that can fail is an answer."""
        if self._session is None:
            raise RuntimeError("a Delivery posts inside its async with block")
        try:
            headers = {"Authorization": f"Bearer {_read(self._token)}", "Content-Type": "application/json"}
        except (OSError, ValueError):
            return Answer(Verdict.LATER, "no_token")
        try:
            # What the answer says beside its status is of no use, so its body is not waited for.
            async with self._session.post(self._url, data=batch, headers=headers, allow_redirects=False) as answer:
                return _judged(answer.status, answer.headers.get("Retry-After"))
        except TimeoutError:
            return Answer(Verdict.LATER, "timeout")
        except (aiohttp.ClientError, OSError, ValueError):
            # ValueError: aiohttp's for an answer whose head is garbage.
            return Answer(Verdict.LATER, "connect")


def _judged(status: int, retry_after: str | None) -> Answer:
    if status == 202:
        return Answer(Verdict.ACCEPTED, "accepted")
    if status in _OF_THE_BATCH:
        return Answer(Verdict.REFUSED, "refused")
    if status in (401, 403):
        return Answer(Verdict.LATER, "unauthorized", _seconds(retry_after))
    if status in (429, 503):
        return Answer(Verdict.LATER, "busy", _seconds(retry_after))
    return Answer(Verdict.LATER, "status", _seconds(retry_after))


def _seconds(retry_after: str | None) -> float:
    """Whole seconds as they are, at most a minute; a date is as good as none."""
    if retry_after is None or not retry_after.isascii() or not retry_after.strip().isdecimal():
        return 0.0
    return min(float(retry_after), LONGEST_RETRY_AFTER)


def _read(path: Path) -> str:
    """The token as it is now: a Secret may have been replaced. Raises OSError or ValueError."""
    with path.open("rb") as file:
        token = file.read(_LONGEST_TOKEN + 1).decode("ascii").strip()
    if not token or len(token) > _LONGEST_TOKEN or not token.isprintable() or " " in token:
        raise ValueError("this is no token")
    return token
