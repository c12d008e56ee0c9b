"""What the Kubernetes API said of tokens, kept by their SHA-256 and never longer than it may count.

A confirmation counts from the moment at which it was asked for. For ``recheck`` seconds it is good; then it is due to
be asked for again, and is good for half as long as that besides, so that nobody waits for the answer. After that the
token is asked about before it opens anything, unless nobody answers: then the confirmation holds for ``outage`` seconds
in all.
"""

from dataclasses import dataclass

from .service_accounts import ServiceAccount

#: Seconds for which a refused token is refused without asking: a client that tries again and again costs one review.
REFUSAL = 5.0
#: Seconds between two reviews of a token of which the first failed.
RETRY = 5.0
#: Of ``recheck``: how long a confirmation is good while the next one is on its way.
_GOOD = 1.5


@dataclass(slots=True)
class Confirmation:
    """The API server knew the token; ``asked`` and ``tried`` (the last review of it) are monotonic seconds.

    ``expires`` is when the token ends, in Unix seconds.
    """

    account: ServiceAccount
    expires: float
    asked: float
    tried: float


class TokenMemory:
    """At most ``limit`` confirmed tokens and as many refused ones; past that the oldest goes. Reads no clock."""

    def __init__(self, *, limit: int, recheck: float, outage: float) -> None:
        self._limit = limit
        self._recheck = recheck
        self._good = recheck * _GOOD
        self._outage = outage
        # Both in the order of time: what is said anew moves to the end.
        self._confirmed: dict[bytes, Confirmation] = {}
        self._refused: dict[bytes, float] = {}

    def __len__(self) -> int:
        return len(self._confirmed)

    def confirm(self, digest: bytes, account: ServiceAccount, *, asked: float, expires: float) -> None:
        """The API server knows the token; it was asked at ``asked``."""
        self._refused.pop(digest, None)
        self._confirmed.pop(digest, None)
        self._confirmed[digest] = Confirmation(account, expires, asked, asked)
        _shrink(self._confirmed, self._limit)

    def refuse(self, digest: bytes, now: float) -> None:
        """The API server does not know the token, or not any more."""
        self._confirmed.pop(digest, None)
        self._refused.pop(digest, None)
        self._refused[digest] = now
        _shrink(self._refused, self._limit)

    def recall(self, digest: bytes, now: float) -> Confirmation | None:
        """What confirms the token and is not too old to count for anything."""
        known = self._confirmed.get(digest)
        if known is not None and not self.is_good(known, now) and not self.holds(known, now):
            del self._confirmed[digest]
            return None
        return known

    def is_refused(self, digest: bytes, now: float) -> bool:
        """Whether the API server refused the token a moment ago."""
        refused = self._refused.get(digest)
        return refused is not None and now - refused < REFUSAL

    def is_due(self, known: Confirmation, now: float) -> bool:
        """Whether the token should be asked about again."""
        return now - known.asked >= self._recheck and now - known.tried >= min(RETRY, self._recheck)

    def is_good(self, known: Confirmation, now: float) -> bool:
        """Whether the token opens what it opens without waiting for an answer."""
        return now - known.asked < self._good

    def holds(self, known: Confirmation, now: float) -> bool:
        """Whether the token opens what it opens when nobody answers."""
        return now - known.asked < self._outage


def _shrink(known: dict[bytes, Confirmation] | dict[bytes, float], limit: int) -> None:
    if len(known) > limit:
        del known[next(iter(known))]
