"""Who is calling: API keys against the digests of the key file, and ServiceAccounts by their tenants.

A presented key is hashed and its digest looked up in a dict. The look-up may take a time that depends on the
digest, and that tells nothing: whoever measures it learns about SHA-256 of a guess, cannot choose guesses by
their digest, and a digest's first bits say nothing about the 256 random bits of a key. The entry found is
still compared as a whole in constant time, so that no shortcut of the dict (it compares hashes first) decides
who gets in.
"""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sealane_api.ownership import fold
from sealane_api.route_table import Limits
from sealane_router.errors import Unauthenticated

from .key_file import ANONYMOUS, UNLIMITED, AllowedModels, KeyEntry, TenantEntry
from .service_account_tokens import UNKNOWN, PresentedToken, may_be_token
from .service_accounts import ServiceAccount, ServiceAccounts

_MISSING = "No API key was given. Send 'Authorization: Bearer KEY', or 'x-api-key: KEY' as for Anthropic."
_MALFORMED = "The Authorization header is not of the form 'Bearer KEY'."
_DIFFERENT = "The headers Authorization and x-api-key hold different API keys. Send one of them."
_UNBOUND = (
    "The ServiceAccount {} may not call this gateway: no tenant of its key file names it or its namespace. "
    "Ask whoever runs this gateway to add it."
)
_EXPIRED = "The API key has expired. Ask whoever runs this gateway for a new one."


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request. ``limits`` are the tenant's: all its keys share them.

    ``key_name`` is that of the key, or the ServiceAccount as ``namespace/name``.
    """

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

    __slots__ = ("_accounts", "_known", "_tenants", "anonymous")

    def __init__(
        self, entries: Iterable[KeyEntry], tenants: Sequence[TenantEntry] = (), *, anonymous: bool = False
    ) -> None:
        self.anonymous = anonymous
        self._tenants = tenants
        self._accounts = ServiceAccounts(tenants)
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
        """Every tenant that the key file names, with its limits."""
        named = {tenant.name: tenant.limits for tenant in self._tenants}
        return named | {caller.tenant: caller.limits for _, caller, _ in self._known.values()}

    def caller_of(self, account: ServiceAccount) -> Caller:
        """The caller that a ServiceAccount is; raises Unauthenticated for one that may not call."""
        tenant = self._accounts.tenant_of(account)
        if tenant is None:
            raise Unauthenticated(_UNBOUND.format(account))
        return Caller(tenant.name, str(account), tenant.models, tenant.limits)

    def authenticate(self, authorization: bytes | None, x_api_key: bytes | None, now: float) -> Caller:
        """The same as :meth:`identify` where a ServiceAccount's token is as good as no key."""
        found = self.identify(authorization, x_api_key, now)
        if isinstance(found, PresentedToken):
            raise Unauthenticated(UNKNOWN)
        return found

    def identify(self, authorization: bytes | None, x_api_key: bytes | None, now: float) -> Caller | PresentedToken:
        """The caller that a request's two headers prove; ``now`` is Unix seconds, for keys that expire.

        What is no known key and may be a ServiceAccount's token is returned as that: whose it is, others know.

        Raises:
            Unauthenticated: there is no key, or none that admits. The message never holds any of it.
        """
        if self.anonymous:
            return _NOBODY
        key = _presented(authorization, x_api_key)
        digest = sha256(key).digest()
        known = self._known.get(digest)
        if known is None or not hmac.compare_digest(known[0], digest):
            if may_be_token(key):
                return PresentedToken(key, digest)
            raise Unauthenticated(UNKNOWN)
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
