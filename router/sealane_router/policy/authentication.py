"""Who is calling: API keys against the digests of the key file.

A presented key is hashed and its digest looked up in a dict. The look-up may take a time that depends on the
digest, and that tells nothing: whoever measures it learns about SHA-256 of a guess, cannot choose guesses by
their digest, and a digest's first bits say nothing about the 256 random bits of a key. The entry found is
still compared as a whole in constant time, so that no shortcut of the dict (it compares hashes first) decides
who gets in.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from sealane_api.ownership import fold
from sealane_api.route_table import Limits
from sealane_router.errors import Unauthenticated

from .key_file import ANONYMOUS, UNLIMITED, AllowedModels, KeyEntry

_MISSING = "No API key was given. Send 'Authorization: Bearer KEY', or 'x-api-key: KEY' as for Anthropic."
_MALFORMED = "The Authorization header is not of the form 'Bearer KEY'."
_DIFFERENT = "The headers Authorization and x-api-key hold different API keys. Send one of them."
_UNKNOWN = "The API key is not known to this gateway. Is it cut off, or a key of the provider itself?"
_EXPIRED = "The API key has expired. Ask whoever runs this gateway for a new one."


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request. ``limits`` are the tenant's: all its keys share them."""

    tenant: str
    key_name: str
    models: tuple[AllowedModels, ...] = ()
    limits: Limits = UNLIMITED

    def may_use(self, model: str) -> bool:
        """Whether this caller may use a model, given by its canonical name; case does not matter."""
        if not self.models:
            return True
        folded = fold(model)
        return all(allowed.allow(folded) for allowed in self.models)


_NOBODY = Caller(ANONYMOUS, "")


class Authenticator:
    """Knows every key by its digest. Built for each key file that is read; never changed afterwards."""

    __slots__ = ("_known", "anonymous")

    def __init__(self, entries: Iterable[KeyEntry], *, anonymous: bool = False) -> None:
        self.anonymous = anonymous
        self._known = {
            entry.digest: (
                entry.digest,
                Caller(entry.tenant, entry.name, entry.models, entry.limits),
                entry.expires,
            )
            for entry in entries
        }

    @classmethod
    def accepting_anybody(cls) -> "Authenticator":
        """Without a key file: every caller is the tenant ``anonymous``, whatever headers it sends."""
        return cls((), anonymous=True)

    def tenants(self) -> dict[str, Limits]:
        """Every tenant that has a key, with its limits."""
        return {caller.tenant: caller.limits for _, caller, _ in self._known.values()}

    def authenticate(self, authorization: bytes | None, x_api_key: bytes | None, now: float) -> Caller:
        """The caller that a request's two headers prove; ``now`` is Unix seconds, for keys that expire.

        Raises:
            Unauthenticated: there is no key, or none that admits. The message never holds any of it.
        """
        if self.anonymous:
            return _NOBODY
        key = _presented(authorization, x_api_key)
        digest = sha256(key).digest()
        known = self._known.get(digest)
        if known is None or not hmac.compare_digest(known[0], digest):
            raise Unauthenticated(_UNKNOWN)
        expires = known[2]
        if expires is not None and now >= expires:
            raise Unauthenticated(_EXPIRED)
        return known[1]


def _presented(authorization: bytes | None, x_api_key: bytes | None) -> bytes:
    """The one key that the headers hold."""
    key = b""
    if authorization:
        if authorization[:7].lower() != b"bearer ":
            raise Unauthenticated(_MALFORMED)
        key = authorization[7:].strip()
    if x_api_key:
        if key and not hmac.compare_digest(key, x_api_key):
            raise Unauthenticated(_DIFFERENT)
        key = x_api_key
    if not key:
        raise Unauthenticated(_MISSING)
    return key
