"""From a provider's status and body to a :class:`Failure`: what OpenAI-compatible providers have in common.

The message beats the code, the code beats the type, the type beats the status: 429 and 400 mean many things.
What speaks about capacity, money or the key (``_WORDS``) holds at any status; what merely names a kind of 4xx
or 5xx (``_WORDS_IN_BAND``) is needed only where there is no status to tell, inside an answer or stream that
began with 200.

Wording can be a tenant's: providers quote the model name and parameters of a request. So it is consulted only
where the status already speaks of money, capacity or permission, quoted parts do not count, and the one
phrase that matters at 400 must begin the message.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from sealane_api.failure import FailureClass as F
from sealane_api.route_table import DialectName
from sealane_router.errors import Failure

from .provider_error import ProviderError, read_error
from .waits import retry_after

#: Codes and types (lower case) that hold at any status.
_WORDS = MappingProxyType(
    {
        "insufficient_quota": F.QUOTA_EXHAUSTED,
        "exceeded_current_quota_error": F.QUOTA_EXHAUSTED,
        "billing_hard_limit_reached": F.QUOTA_EXHAUSTED,
        "billing_not_active": F.QUOTA_EXHAUSTED,
        "billing_error": F.QUOTA_EXHAUSTED,
        "insufficient_balance": F.QUOTA_EXHAUSTED,
        "insufficient_credits": F.QUOTA_EXHAUSTED,
        "rate_limit_exceeded": F.RATE_LIMITED,
        "rate_limit_error": F.RATE_LIMITED,
        "rate_limit_reached_error": F.RATE_LIMITED,
        "too_many_requests": F.RATE_LIMITED,
        "throttlingexception": F.RATE_LIMITED,
        "overloaded_error": F.OVERLOADED,
        "engine_overloaded_error": F.OVERLOADED,
        "overloaded": F.OVERLOADED,
        "content_filter": F.POLICY_REFUSAL,
        "content_policy_violation": F.POLICY_REFUSAL,
        "responsibleaipolicyviolation": F.POLICY_REFUSAL,
        "moderation_blocked": F.POLICY_REFUSAL,
        "authentication_error": F.UNAUTHORIZED,
        "invalid_authentication_error": F.UNAUTHORIZED,
        "invalid_api_key": F.UNAUTHORIZED,
        "incorrect_api_key_error": F.UNAUTHORIZED,
        "account_deactivated": F.UNAUTHORIZED,
    }
)

#: Codes and types that say something only where no status does.
_WORDS_IN_BAND = MappingProxyType(
    {
        "invalid_request_error": F.INVALID_REQUEST,
        "context_length_exceeded": F.INVALID_REQUEST,
        "request_too_large": F.INVALID_REQUEST,
        "not_found_error": F.INVALID_REQUEST,
        "model_not_found": F.INVALID_REQUEST,
        "resource_not_found_error": F.INVALID_REQUEST,
        "permission_error": F.INVALID_REQUEST,
        "permission_denied_error": F.INVALID_REQUEST,
        "timeout_error": F.TIMEOUT,
    }
)

_STATUSES = MappingProxyType(
    {
        401: F.UNAUTHORIZED,
        402: F.QUOTA_EXHAUSTED,
        407: F.SERVER_ERROR,  # a proxy of the provider's or ours: nothing that a client can mend
        408: F.TIMEOUT,
        421: F.SERVER_ERROR,
        429: F.RATE_LIMITED,
        499: F.SERVER_ERROR,  # the provider believes that we left; we are still here
        529: F.OVERLOADED,
    }
)

_QUOTA = re.compile(
    r"exceeded your current (?:token )?quota|insufficient (?:account )?(?:balance|credit|funds)"
    r"|balance is too low|credit balance|account balance|check your plan and billing"
    r"|payment is (?:past due|required)|(?:reached|exceeded) your (?:\w+ )?(?:usage|spending|spend) limit"
    r"|out of credits|recharge|余额不足|欠费|充值",
    re.IGNORECASE,
)
_QUOTA_AT_400 = re.compile(r"\s*your credit balance is too low", re.IGNORECASE)
_OVERLOADED = re.compile(
    r"overloaded|experiencing high demand|(?:at|over|no) capacity|访问量过大|服务器?繁忙", re.IGNORECASE
)
_KEY = re.compile(
    r"(?:invalid|incorrect|expired|revoked|disabled|missing|unknown) (?:\w+ )?(?:api[ _-]?key|credentials?)"
    r"|api[ _-]?key (?:\w+ ){0,4}(?:invalid|incorrect|expired|revoked|disabled|not valid|leaked)",
    re.IGNORECASE,
)

#: Opening and closing quotes; an apostrophe inside a word opens nothing.
_QUOTES = (
    (re.compile("`"), "`"),
    (re.compile('"'), '"'),
    (re.compile("“"), "”"),
    (re.compile(r"(?<!\w)'"), "'"),
)

_IN_BAND = 200
_TOO_LARGE = 413


class Dialect:
    """Whose error classes and quirks a provider has; this one is for any OpenAI-compatible provider.

    ``renames_for_other_model`` are the top-level members renamed in a body that goes to a target with another
    model name, and only there. ``changed_id_breaks``: an event stream whose ``id`` changes has been mixed
    with another generation. ``finish_errors`` are finish reasons that report a failure of the provider.
    """

    name = DialectName.OPENAI
    renames_for_other_model: Mapping[str, str] = MappingProxyType({})
    changed_id_breaks = False
    finish_errors: frozenset[str] = frozenset()

    def classify(self, status: int, headers: Mapping[bytes, bytes], body: bytes, *, wall: float) -> Failure:
        """What an error answer means. ``headers`` have lower-case names; ``wall`` is seconds since 1970.

        ``status`` 200 is an error found inside an answer or a stream; the failure's status is then the HTTP
        status that its code gives, if any, else 200. ``body`` may be anything; the first 64 KiB are looked
        at.
        """
        error = read_error(body)
        if status == _IN_BAND:
            status = _status_in(error)
        failure_class = self.class_of(status, headers, error)
        return Failure(
            failure_class,
            status,
            error.message,
            error.code,
            error.param,
            retry_after(headers, error.message, wall=wall),
            self.reset_after(error, wall) if failure_class is F.QUOTA_EXHAUSTED else None,
            error.error_type,
        )

    def class_of(self, status: int, headers: Mapping[bytes, bytes], error: ProviderError) -> F:
        """The class of an error; a dialect with codes of its own looks at those first."""
        by_wording = _by_wording(status, error.message)
        if by_wording is not None:
            return by_wording
        # "Request too large … on tokens per minute" calls itself a rate limit and will never fit.
        by_word = None if status == _TOO_LARGE else _by_word(_WORDS, error)
        if by_word is not None:
            return by_word
        if status == _IN_BAND:
            return _by_word(_WORDS_IN_BAND, error) or F.SERVER_ERROR
        return _by_status(status, headers)

    def reset_after(self, error: ProviderError, wall: float) -> float | None:  # noqa: ARG002 - for those who state it
        """Seconds until the reset of a quota that the error states; None when it states none."""
        return None


def _status_in(error: ProviderError) -> int:
    code = error.code or ""
    return int(code) if len(code) == len("429") and code.isdecimal() and code[0] in "45" else _IN_BAND


def _by_word(words: Mapping[str, F], error: ProviderError) -> F | None:
    for word in (error.code, error.error_type):
        if word is not None and word.lower() in words:
            return words[word.lower()]
    return None


def _by_wording(status: int, message: str) -> F | None:
    if status == 400:
        return F.QUOTA_EXHAUSTED if _QUOTA_AT_400.match(message) else None
    if status not in (_IN_BAND, 402, 403, 429, 500, 503, 529):
        return None
    message = _unquoted(message)
    if status in (_IN_BAND, 402, 403, 429) and _QUOTA.search(message):
        return F.QUOTA_EXHAUSTED
    if status in (_IN_BAND, 429, 500, 503, 529) and _OVERLOADED.search(message):
        return F.OVERLOADED
    if status == 403 and _KEY.search(message):
        return F.UNAUTHORIZED
    return None


def _unquoted(message: str) -> str:
    """The message without what stands between the first quote of a kind and the last."""
    for opening, closing in _QUOTES:
        match = opening.search(message)
        if match is not None:
            _, closed, after = message[match.end() :].rpartition(closing)
            message = message[: match.start()] + (after if closed else "")
    return message


def _by_status(status: int, headers: Mapping[bytes, bytes]) -> F:
    listed = _STATUSES.get(status)
    if listed is not None:
        return listed
    if 400 <= status < 500:
        return F.INVALID_REQUEST
    if status == 503 and b"retry-after" in headers:
        # Whoever says when to come back is busy, not broken.
        return F.OVERLOADED
    return F.SERVER_ERROR
