"""Which token a request has, and whether it may do what it asks."""

import hashlib
import hmac
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sealane_investigator.server.refusals import Refused

from .token_file import Right, Token

#: How browsers send a token to the stream, where they can set no header: as a subprotocol.
SUBPROTOCOL = "sealane.v1"
TOKEN_SUBPROTOCOL = "sealane.token."  # noqa: S105 - a prefix
_MAX_TOKEN = 512


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the name of the token, what it may do, and whether what it sends is Sealane's own trouble."""

    name: str
    rights: frozenset[Right]
    own: bool = False


class Admission:
    """The tokens in force; ``replace`` them when the file has changed."""

    def __init__(self, tokens: Sequence[Token], *, now: Callable[[], float] = time.time) -> None:
        self._tokens = tuple(tokens)
        self._now = now

    def replace(self, tokens: Sequence[Token]) -> None:
        """From now on only these admit anybody."""
        self._tokens = tuple(tokens)

    def admit(self, text: str | None, right: Right) -> Caller:
        """Return the caller whose token this is.

        Raises:
            Refused: 401 without a token that exists, 403 when it may not do this.
        """
        if not text:
            raise Refused(401, "missing_token", "send the header 'Authorization: Bearer TOKEN'")
        token = self._find(text)
        if token is None or (token.expires is not None and token.expires <= self._now()):
            raise Refused(401, "invalid_token", "this token is not in the token file, or has expired there")
        if right not in token.rights:
            raise Refused(
                403, "not_allowed", f"this token may not {right}; give it the right {right} in the token file"
            )
        return Caller(token.name, token.rights, token.own)

    def _find(self, text: str) -> Token | None:
        """Compare with every token, whichever it is: the time that it takes says nothing."""
        digest = hashlib.sha256(text[:_MAX_TOKEN].encode("utf-8", "surrogateescape")).digest()
        found = None
        for token in self._tokens:
            if hmac.compare_digest(token.digest, digest):
                found = token
        return found


def bearer(header: str | None) -> str | None:
    """Return the token of an ``Authorization`` header, None without one."""
    scheme, _, token = (header or "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def subprotocol_token(offered: Sequence[str]) -> str | None:
    """Return the token among the subprotocols that a browser offers."""
    return next((one.removeprefix(TOKEN_SUBPROTOCOL) for one in offered if one.startswith(TOKEN_SUBPROTOCOL)), None)
