"""The limits of a rule and of a tenant: requests and tokens per minute, per router process."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil

from sealane_api.route_table import Limits

from .token_bucket import TokenBucket

_LONGEST_IN_MILLISECONDS = 0.999


class LimitKind(StrEnum):
    """What is counted; the word is the one of the ``x-ratelimit-*`` headers."""

    REQUESTS = "requests"
    TOKENS = "tokens"


@dataclass(frozen=True, slots=True)
class LimitRefusal:
    """A limit is used up; in ``retry_after`` seconds an exchange would be admitted."""

    kind: LimitKind
    retry_after: float


class RequestLimits:
    """The buckets of one rule or one tenant; an absent limit has none."""

    __slots__ = ("requests", "tokens")

    def __init__(self, limits: Limits, now: float) -> None:
        self.requests = _bucket(limits.requests_per_minute, now)
        self.tokens = _bucket(limits.tokens_per_minute, now)

    @property
    def unlimited(self) -> bool:
        """Whether there is nothing to check and nothing to debit."""
        return self.requests is None and self.tokens is None

    def check(self, now: float) -> LimitRefusal | None:
        """Which limit refuses an exchange, the longer wait first; debits nothing."""
        refusal = None
        if self.requests is not None and not self.requests.admits(now):
            refusal = LimitRefusal(LimitKind.REQUESTS, self.requests.wait(now))
        if self.tokens is not None and not self.tokens.admits(now):
            wait = self.tokens.wait(now)
            if refusal is None or wait > refusal.retry_after:
                refusal = LimitRefusal(LimitKind.TOKENS, wait)
        return refusal

    def debit_tokens(self, amount: float, now: float) -> None:
        """Counts what an exchange used, when it is known."""
        if self.tokens is not None:
            self.tokens.debit(amount, now)

    def reconfigure(self, limits: Limits, now: float) -> None:
        """Takes reloaded limits; a bucket that was there keeps its level."""
        self.requests = _reconfigured(self.requests, limits.requests_per_minute, now)
        self.tokens = _reconfigured(self.tokens, limits.tokens_per_minute, now)

    def share(self, other: "RequestLimits") -> None:
        """Use the buckets of ``other`` where both have one: two revisions of a rule get no more than one."""
        if self.requests is not None and other.requests is not None:
            self.requests = other.requests
        if self.tokens is not None and other.tokens is not None:
            self.tokens = other.tokens


def admit(all_limits: Sequence[RequestLimits], now: float) -> LimitRefusal | None:
    """Admits an exchange by every limit and debits one request from each, or debits nothing and says why not.

    Where several refuse, the longest wait is told: coming back earlier would be in vain.
    """
    worst: LimitRefusal | None = None
    for limits in all_limits:
        refusal = limits.check(now)
        if refusal is not None and (worst is None or refusal.retry_after > worst.retry_after):
            worst = refusal
    if worst is None:
        for limits in all_limits:
            if limits.requests is not None:
                limits.requests.debit(1, now)
    return worst


def debit_tokens(all_limits: Iterable[RequestLimits], amount: float, now: float) -> None:
    """Debits what an exchange used from every limit that admitted it."""
    for limits in all_limits:
        limits.debit_tokens(amount, now)


def estimate_tokens(request_bytes: int, answer_bytes: int) -> int:
    """What an exchange is taken to have used when the answer has no usage: a token for four bytes."""
    return (request_bytes + answer_bytes) // 4


def rate_limit_headers(all_limits: Iterable[RequestLimits], now: float) -> tuple[tuple[str, str], ...]:
    """The ``x-ratelimit-*`` headers in OpenAI's form; they replace the provider's.

    For requests and for tokens the limit with the least left is told: it will refuse first.
    """
    requests: TokenBucket | None = None
    tokens: TokenBucket | None = None
    for limits in all_limits:
        requests = _tighter(requests, limits.requests, now)
        tokens = _tighter(tokens, limits.tokens, now)
    return (*_headers("requests", requests, now), *_headers("tokens", tokens, now))


def _tighter(one: TokenBucket | None, other: TokenBucket | None, now: float) -> TokenBucket | None:
    if one is None or (other is not None and other.level(now) < one.level(now)):
        return other
    return one


def _headers(kind: str, bucket: TokenBucket | None, now: float) -> tuple[tuple[str, str], ...]:
    if bucket is None:
        return ()
    return (
        (f"x-ratelimit-limit-{kind}", str(bucket.per_minute)),
        (f"x-ratelimit-remaining-{kind}", str(max(int(bucket.level(now)), 0))),
        (f"x-ratelimit-reset-{kind}", _duration(bucket.until_full(now))),
    )


def _duration(seconds: float) -> str:
    """OpenAI's form, which is Go's: ``17ms``, ``6s``, ``1m30s``; rounded up."""
    if seconds <= _LONGEST_IN_MILLISECONDS:
        return f"{ceil(seconds * 1000)}ms"
    minutes, rest = divmod(ceil(seconds), 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"


def _bucket(per_minute: int | None, now: float) -> TokenBucket | None:
    return None if per_minute is None else TokenBucket(per_minute, now)


def _reconfigured(bucket: TokenBucket | None, per_minute: int | None, now: float) -> TokenBucket | None:
    if bucket is None or per_minute is None:
        return _bucket(per_minute, now)
    if bucket.per_minute != per_minute:
        bucket.reconfigure(per_minute, now)
    return bucket
