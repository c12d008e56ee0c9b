"""ServiceAccounts' tokens, as callers present them where others present a key.

Here they are recognised and no more: a token is a JWT, and what it says is not believed. Whose it is, and whether it
is good, the Kubernetes API says. Read without a proof are ``exp``, because a token that says itself that it has expired
needs no question, and ``sub``, because nothing but a ServiceAccount's token may be shown to the API server.
"""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from dataclasses import dataclass, field
from math import inf
from typing import Protocol

import msgspec

from sealane_router.errors import Unauthenticated

from .service_accounts import ServiceAccount

#: What a key or a token that nobody knows is answered with.
UNKNOWN = "The API key is not known to this gateway. Is it cut off, or a key of the provider itself?"

#: Bytes of a token. The API server's own are about 1 KiB.
MAX_TOKEN = 16 << 10
_BEGIN = b"eyJ"  # base64url of {"
_FORM = re.compile(rb"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+")
_SUBJECT = "system:serviceaccount:"


@dataclass(frozen=True, slots=True)
class PresentedToken:
    """What may be a token; ``digest`` is its SHA-256."""

    text: bytes = field(repr=False)
    digest: bytes = field(repr=False)


class Reviews(Protocol):
    """Who knows whose tokens are."""

    def known(self, token: PresentedToken) -> ServiceAccount | None:
        """Whose it is, where that is known well enough; None: ask. Raises Unauthenticated."""
        ...

    async def ask(self, token: PresentedToken) -> ServiceAccount:
        """Whose it is; raises Unauthenticated, or AuthenticationUnavailable where nobody can say."""
        ...


class NoReviews:
    """Of a router that takes no tokens: to it they are keys that it does not know."""

    def known(self, token: PresentedToken) -> ServiceAccount | None:  # noqa: ARG002 - whichever it is
        """Nobody's; raises Unauthenticated."""
        raise Unauthenticated(UNKNOWN)

    async def ask(self, token: PresentedToken) -> ServiceAccount:  # noqa: ARG002 - whichever it is
        """Nobody's; raises Unauthenticated."""
        raise Unauthenticated(UNKNOWN)


NO_REVIEWS: Reviews = NoReviews()


def may_be_token(key: bytes) -> bool:
    """Whether it is worth a closer look; no key of ``sealane keys new`` is."""
    return key.startswith(_BEGIN) and key.count(b".") == 2


def quotes_token(words: str) -> bool:
    """Whether ``words`` may hold a token or the beginning of one."""
    return _BEGIN.decode() in words


def unverified_expiry(text: bytes) -> float | None:
    """When the ServiceAccount's token ``text`` says that it expires, in Unix seconds (inf: never).

    None: it is not a ServiceAccount's token.
    """
    parts = _FORM.fullmatch(text) if len(text) <= MAX_TOKEN else None
    if parts is None:
        return None
    try:
        msgspec.json.decode(_decoded(parts[1]), type=_Header)
        claims = msgspec.json.decode(_decoded(parts[2]), type=_Claims)
    except (NotBase64, msgspec.MsgspecError, UnicodeDecodeError):
        return None
    if not claims.sub.startswith(_SUBJECT):
        return None
    return inf if claims.exp is None else claims.exp


class _Header(msgspec.Struct):
    alg: str


class _Claims(msgspec.Struct):
    sub: str
    exp: float | None = None


def _decoded(part: bytes) -> bytes:
    return b64decode(part + b"=" * (-len(part) % 4), altchars=b"-_", validate=True)
