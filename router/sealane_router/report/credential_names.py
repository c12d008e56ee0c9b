"""What a credential is called where its value must not be: a keyed hash, and the class of its prefix."""

import hmac
from collections.abc import Callable
from hashlib import sha256
from weakref import WeakKeyDictionary

from sealane_router.upstream.credentials import Credential

#: Hex digits of a name: enough to tell all keys of an installation apart.
_DIGITS = 16

NO_CREDENTIAL: tuple[None, None] = (None, None)


class CredentialNames:
    """Names credentials by ``key``: the same key names the same credential alike at every router that has it.

    ``class_of`` returns the class of a credential's prefix.
    """

    def __init__(self, key: bytes, class_of: Callable[[str], str]) -> None:
        self._key = key
        self._class_of = class_of
        self._known: WeakKeyDictionary[Credential, tuple[bytes, tuple[str, str]]] = WeakKeyDictionary()

    def of(self, credential: Credential | None) -> tuple[str, str] | tuple[None, None]:
        """(hash, class) of what the credential holds now; (None, None) when that is nothing.

        A value is hashed once; as long as it stays, this is a look-up.
        """
        if credential is None or credential.value is None:
            return NO_CREDENTIAL
        known = self._known.get(credential)
        if known is None or known[0] is not credential.value:
            known = self._known[credential] = (credential.value, self._name(credential.value))
        return known[1]

    def class_of(self, presented: bytes) -> str:
        """The class of a key that somebody showed."""
        return self._class_of(presented.decode("ascii", "replace"))

    def _name(self, value: bytes) -> tuple[str, str]:
        return hmac.new(self._key, value, sha256).hexdigest()[:_DIGITS], self.class_of(value)
