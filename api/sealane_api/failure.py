"""The closed vocabulary of what can go wrong between the router and a provider."""

from enum import StrEnum


class FailureClass(StrEnum):
    """Why an attempt failed; the values are the words a route's ``fallback.when`` uses.

    ``BREAKER_OPEN`` is the only one that no provider causes by itself: it says that nothing was sent,
    because the breaker is open or the credential is parked.
    """

    INVALID_REQUEST = "InvalidRequest"
    POLICY_REFUSAL = "PolicyRefusal"
    UNAUTHORIZED = "Unauthorized"
    QUOTA_EXHAUSTED = "QuotaExhausted"
    RATE_LIMITED = "RateLimited"
    OVERLOADED = "Overloaded"
    SERVER_ERROR = "ServerError"
    TIMEOUT = "Timeout"
    CONNECT = "Connect"
    BROKEN_STREAM = "BrokenStream"
    BREAKER_OPEN = "BreakerOpen"


#: Classes that count in a breaker's window; every other answer says nothing about the provider's health.
BREAKER_FAILURES = frozenset(
    {
        FailureClass.OVERLOADED,
        FailureClass.SERVER_ERROR,
        FailureClass.TIMEOUT,
        FailureClass.CONNECT,
        FailureClass.BROKEN_STREAM,
    }
)

#: What a rule without ``fallback.when`` falls back on.
DEFAULT_FALLBACK = frozenset(
    {
        FailureClass.CONNECT,
        FailureClass.TIMEOUT,
        FailureClass.RATE_LIMITED,
        FailureClass.OVERLOADED,
        FailureClass.SERVER_ERROR,
        FailureClass.BREAKER_OPEN,
    }
)

#: What ``fallback.when`` accepts.
FALLBACK_CONDITIONS = DEFAULT_FALLBACK | {FailureClass.UNAUTHORIZED, FailureClass.QUOTA_EXHAUSTED}
