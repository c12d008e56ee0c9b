"""What stands in an error text instead of a credential or of private text."""

import hashlib
import hmac
import re

#: Either mark, as a pattern for others to build on.
MARK = r"<(?:key:[A-Za-z0-9_.-]{1,20}|text):\d{1,7}:[0-9a-f]{6}>"
#: Hexadecimal digits of a mark's hash: enough to see that two texts are one, too few to search for it.
HASH_DIGITS = 6

_MARK = re.compile(MARK)


class Marks:
    """Makes marks with one secret; without the secret nobody can tell what a mark stands for, or try guesses."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def key(self, credential: str, credential_class: str) -> str:
        """Return ``<key:CLASS:LEN:HMAC6>``; LEN counts characters."""
        return f"<key:{credential_class}:{len(credential)}:{self._hash(credential)}>"

    def text(self, private: str) -> str:
        """Return ``<text:LEN:HMAC6>``; LEN counts characters."""
        return f"<text:{len(private)}:{self._hash(private)}>"

    def _hash(self, text: str) -> str:
        digest = hmac.new(self._secret, text.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return digest.hexdigest()[:HASH_DIGITS]


def without_marks(text: str) -> str:
    """Return ``text`` with every mark as a blank."""
    return _MARK.sub(" ", text)
