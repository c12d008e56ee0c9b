"""How an error looks to a client: the only place that turns one into bytes.

Every API gets OpenAI's shape, ``/v1/messages`` Anthropic's, and an error that strikes after commit becomes an event
in the stream. ``code`` is stable: clients may branch on it.
"""

import math
from dataclasses import dataclass

import msgspec

from sealane_api.failure import FailureClass

from .errors import Failure, GatewayError, ProviderFailed

Headers = tuple[tuple[str, str], ...]

#: RFC 9110 says nothing of it; OpenAI's clients obey it.
_DO_NOT_RETRY = ("x-should-retry", "false")


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """What a client is told: status, OpenAI's ``type``, our stable ``code``, and words."""

    status: int
    type: str
    code: str
    message: str
    param: str | None = None
    headers: Headers = ()


_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "insufficient_quota",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    408: "timeout_error",
    409: "conflict_error",
    413: "request_too_large",
    415: "invalid_request_error",
    422: "invalid_request_error",
    429: "rate_limit_error",
    431: "request_too_large",
    503: "overloaded_error",
    504: "timeout_error",
}

_INVALID_CODES = {403: "permission_denied", 404: "model_not_found", 413: "request_too_large"}
#: Codes of OpenAI's own vocabulary that providers use with OpenAI's meaning.
_KNOWN_CODES = frozenset(
    {"context_length_exceeded", "model_not_found", "unsupported_parameter", "invalid_value", "string_above_max_length"}
)


def answer_of(error: GatewayError) -> ErrorAnswer:
    """What the client is told of ``error``."""
    if isinstance(error, ProviderFailed):
        return _provider_failed(error)
    headers = error.headers
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        headers = (*headers, ("retry-after", _whole_seconds(retry_after)))
    return ErrorAnswer(
        error.status, _TYPES.get(error.status, "api_error"), error.code, error.message, error.param, headers
    )


def render(
    error: GatewayError, *, anthropic: bool, headers: bytes = b"", request_id: str = ""
) -> tuple[int, bytes, bytes, str]:
    """Status, header lines, body and code of the answer to ``error``; ``headers`` are lines to add."""
    answer = answer_of(error)
    lines = bytearray(b"content-type: application/json\r\n")
    for name, value in answer.headers:
        lines += f"{name}: {value}\r\n".encode("latin-1", "replace")
    lines += headers
    return answer.status, bytes(lines), msgspec.json.encode(_body(answer, anthropic, request_id)), answer.code


def render_event(failure: Failure, provider: str, *, anthropic: bool, request_id: str) -> bytes:
    """The event that ends a stream which broke after commit (no ``[DONE]`` follows)."""
    answer = ErrorAnswer(
        502, "api_error", "broken_stream", f"provider {provider} broke off its answer ({failure.code or 'no finish'})"
    )
    return _event(answer, anthropic, request_id)


def render_last_event(error: GatewayError, *, anthropic: bool, request_id: str) -> bytes:
    """The event that ends a stream for a reason of the gateway's own (no ``[DONE]`` follows)."""
    return _event(answer_of(error), anthropic, request_id)


def _event(answer: ErrorAnswer, anthropic: bool, request_id: str) -> bytes:
    body = msgspec.json.encode(_body(answer, anthropic, request_id))
    return (b"event: error\ndata: %b\n\n" if anthropic else b"data: %b\n\n") % body


def _body(answer: ErrorAnswer, anthropic: bool, request_id: str) -> object:
    if anthropic:
        kind = _ANTHROPIC_TYPES.get(answer.status, "api_error")
        shown = {"type": kind, "message": answer.message, "code": answer.code}
        return {"type": "error", "error": shown, "request_id": request_id}
    return {"error": {"message": answer.message, "type": answer.type, "param": answer.param, "code": answer.code}}


#: https://docs.anthropic.com/en/api/errors
_ANTHROPIC_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    413: "request_too_large",
    415: "invalid_request_error",
    422: "invalid_request_error",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
}


def _provider_failed(error: ProviderFailed) -> ErrorAnswer:
    failure = error.failure
    answer = _by_class(failure, error.provider)
    headers = answer.headers
    if failure.code:
        headers = (*headers, ("x-provider-error-code", failure.code))
    return ErrorAnswer(answer.status, answer.type, answer.code, answer.message, answer.param, headers)


def _by_class(failure: Failure, provider: str) -> ErrorAnswer:
    retry_after = (("retry-after", _whole_seconds(failure.retry_after or 1.0)),)
    match failure.failure_class:
        case FailureClass.INVALID_REQUEST:
            return _invalid_request(failure)
        case FailureClass.POLICY_REFUSAL:
            message = failure.message or "the provider refused this content"
            return ErrorAnswer(400, "invalid_request_error", "content_filter", message, failure.param)
        case FailureClass.UNAUTHORIZED:
            message = f"provider {provider} refused the gateway's credential; the gateway's operators must renew it"
            return ErrorAnswer(502, "api_error", "provider_unauthorized", message)
        case FailureClass.QUOTA_EXHAUSTED:
            message = f"the gateway's quota at provider {provider} is used up"
            return ErrorAnswer(429, "insufficient_quota", "insufficient_quota", message, headers=(_DO_NOT_RETRY,))
        case FailureClass.RATE_LIMITED:
            message = f"provider {provider} limits the rate of requests; come back after the stated wait"
            return ErrorAnswer(429, "rate_limit_error", "rate_limit_exceeded", message, headers=retry_after)
        case FailureClass.OVERLOADED:
            message = f"provider {provider} is overloaded"
            return ErrorAnswer(503, "overloaded_error", "provider_overloaded", message, headers=retry_after)
        case FailureClass.TIMEOUT:
            return ErrorAnswer(504, "timeout_error", "provider_timeout", f"provider {provider} did not answer in time")
        case FailureClass.CONNECT:
            message = f"provider {provider} could not be reached ({failure.code or 'connection lost'})"
            return ErrorAnswer(502, "api_error", "provider_unreachable", message)
        case FailureClass.BREAKER_OPEN:
            message = f"provider {provider} is unavailable"
            return ErrorAnswer(503, "overloaded_error", "provider_unavailable", message, headers=retry_after)
        case _:
            return ErrorAnswer(502, "api_error", "provider_error", f"provider {provider} failed")


def _invalid_request(failure: Failure) -> ErrorAnswer:
    """The provider's 4xx with its message: what it says about the client's own request is the truth."""
    status = failure.status if 400 <= failure.status < 500 else 400
    code = failure.code if failure.code in _KNOWN_CODES else _INVALID_CODES.get(status, "invalid_request")
    message = failure.message or "the provider refused the request"
    return ErrorAnswer(status, _TYPES.get(status, "invalid_request_error"), code or "", message, failure.param)


def _whole_seconds(seconds: float) -> str:
    return str(max(1, math.ceil(seconds)))
