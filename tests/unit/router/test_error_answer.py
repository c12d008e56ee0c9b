"""What a client is told of each error: status, code, words and headers, in both shapes."""

import json
import re

import pytest

from sealane_api.failure import FailureClass as F
from sealane_router.error_answer import answer_of, render, render_event
from sealane_router.errors import (
    AuthenticationUnavailable,
    BodyTooLarge,
    EncodingUnsupported,
    Failure,
    GatewayBusy,
    GatewayDraining,
    GatewayError,
    GatewayFault,
    GatewayUnready,
    HeadTooLarge,
    LimitExceeded,
    MalformedRequest,
    MethodNotAllowed,
    ModelForbidden,
    ModelNotFound,
    PathNotFound,
    ProviderFailed,
    ProviderUnavailable,
    RequestTimedOut,
    Unauthenticated,
)

OWN = [
    (MalformedRequest("m"), 400, "invalid_request_error", "invalid_request", "invalid_request_error", {}),
    (Unauthenticated("m"), 401, "authentication_error", "invalid_api_key", "authentication_error", {}),
    (ModelForbidden("m"), 403, "permission_error", "model_not_allowed", "permission_error", {}),
    (PathNotFound("m"), 404, "not_found_error", "unknown_path", "not_found_error", {}),
    (ModelNotFound("m"), 404, "not_found_error", "model_not_found", "not_found_error", {}),
    (
        MethodNotAllowed("m", headers=(("allow", "POST"),)),
        405,
        "invalid_request_error",
        "method_not_allowed",
        "invalid_request_error",
        {"allow": "POST"},
    ),
    (RequestTimedOut("m"), 408, "timeout_error", "request_timeout", "api_error", {}),
    (BodyTooLarge("m"), 413, "request_too_large", "request_too_large", "request_too_large", {}),
    (EncodingUnsupported("m"), 415, "invalid_request_error", "unsupported_encoding", "invalid_request_error", {}),
    (HeadTooLarge("m"), 431, "request_too_large", "head_too_large", "api_error", {}),
    (
        LimitExceeded("m", retry_after=12.1),
        429,
        "rate_limit_error",
        "rate_limit_exceeded",
        "rate_limit_error",
        {"retry-after": "13"},
    ),
    (
        AuthenticationUnavailable("m", retry_after=2.0),
        503,
        "overloaded_error",
        "authentication_unavailable",
        "overloaded_error",
        {"retry-after": "2"},
    ),
    (GatewayBusy("m"), 503, "overloaded_error", "overloaded", "overloaded_error", {"retry-after": "1"}),
    (GatewayUnready("m"), 503, "overloaded_error", "not_ready", "overloaded_error", {"retry-after": "1"}),
    (GatewayDraining("m"), 503, "overloaded_error", "draining", "overloaded_error", {}),
    (
        ProviderUnavailable("m", retry_after=0.2),
        503,
        "overloaded_error",
        "provider_unavailable",
        "overloaded_error",
        {"retry-after": "1"},
    ),
    (GatewayFault("m"), 500, "api_error", "internal_error", "api_error", {}),
]
WAIT = {"retry-after": "1"}
BY_CLASS = [
    (F.POLICY_REFUSAL, 400, "invalid_request_error", "content_filter", {}),
    (F.UNAUTHORIZED, 502, "api_error", "provider_unauthorized", {}),
    (F.QUOTA_EXHAUSTED, 429, "insufficient_quota", "insufficient_quota", {"x-should-retry": "false"}),
    (F.RATE_LIMITED, 429, "rate_limit_error", "rate_limit_exceeded", WAIT),
    (F.OVERLOADED, 503, "overloaded_error", "provider_overloaded", WAIT),
    (F.SERVER_ERROR, 502, "api_error", "provider_error", {}),
    (F.TIMEOUT, 504, "timeout_error", "provider_timeout", {}),
    (F.CONNECT, 502, "api_error", "provider_unreachable", {}),
    (F.BROKEN_STREAM, 502, "api_error", "provider_error", {}),
    (F.BREAKER_OPEN, 503, "overloaded_error", "provider_unavailable", WAIT),
]


def failed(failure: Failure) -> ProviderFailed:
    """The exchange's last attempt ended so."""
    return ProviderFailed(failure, provider="moonshot", model="kimi-k3")


def headers_in(lines: bytes) -> dict[str, str]:
    """Header lines as a dict; each must be a whole line."""
    assert lines.endswith(b"\r\n")
    return dict(line.split(": ", 1) for line in lines.decode().removesuffix("\r\n").split("\r\n"))


@pytest.mark.parametrize(("error", "status", "kind", "code", "anthropic", "headers"), OWN)
def test_the_gateway_s_own_errors(
    error: GatewayError, status: int, kind: str, code: str, anthropic: str, headers: dict[str, str]
) -> None:
    """OpenAI's shape everywhere, Anthropic's on messages."""
    told, lines, body, told_code = render(error, anthropic=False)
    assert (told, told_code) == (status, code)
    assert json.loads(body) == {"error": {"message": "m", "type": kind, "param": None, "code": code}}
    assert headers_in(lines) == {"content-type": "application/json"} | headers
    told, lines, body, told_code = render(error, anthropic=True, request_id="r-1")
    assert (told, told_code) == (status, code)
    assert json.loads(body) == {
        "type": "error",
        "error": {"type": anthropic, "message": "m", "code": code},
        "request_id": "r-1",
    }
    assert headers_in(lines) == {"content-type": "application/json"} | headers


def test_every_error_of_the_gateway_is_in_the_table() -> None:
    """A new one needs its line there."""

    def leaves(kind: type[GatewayError]) -> set[type[GatewayError]]:
        below = set(kind.__subclasses__())
        return set().union(*map(leaves, below)) if below else {kind}

    assert leaves(GatewayError) - {ProviderFailed} == {type(row[0]) for row in OWN}


@pytest.mark.parametrize(("failure_class", "status", "kind", "code", "headers"), BY_CLASS)
def test_each_class_of_failure(failure_class: F, status: int, kind: str, code: str, headers: dict[str, str]) -> None:
    """The provider's own status is not the client's, and the provider's code is in a header."""
    failure = Failure(failure_class, 418, "words about a prompt", code="1113")
    told, lines, body, told_code = render(failed(failure), anthropic=False)
    shown = json.loads(body)["error"]
    assert (told, shown["type"], shown["code"], told_code) == (status, kind, code, code)
    assert headers_in(lines) == {"content-type": "application/json", "x-provider-error-code": "1113"} | headers


def test_every_class_of_failure_is_in_the_table() -> None:
    """And InvalidRequest has tests of its own."""
    assert {row[0] for row in BY_CLASS} | {F.INVALID_REQUEST} == set(F)


@pytest.mark.parametrize("failure_class", sorted(set(F) - {F.INVALID_REQUEST, F.POLICY_REFUSAL}))
def test_only_a_refused_request_gets_the_provider_s_words(failure_class: F) -> None:
    """Elsewhere they may tell of the gateway's account."""
    answer = answer_of(failed(Failure(failure_class, 500, "balance of org-123 is 4.20", code="x")))
    assert "org-123" not in answer.message
    assert answer.param is None


@pytest.mark.parametrize(
    ("status", "provider_code", "told", "kind", "code"),
    [
        (400, "context_length_exceeded", 400, "invalid_request_error", "context_length_exceeded"),
        (400, "1210", 400, "invalid_request_error", "invalid_request"),
        (403, None, 403, "permission_error", "permission_denied"),
        (404, "resource_not_found_error", 404, "not_found_error", "model_not_found"),
        (413, None, 413, "request_too_large", "request_too_large"),
        (422, "unsupported_parameter", 422, "invalid_request_error", "unsupported_parameter"),
        (418, None, 418, "invalid_request_error", "invalid_request"),
        (200, None, 400, "invalid_request_error", "invalid_request"),
        (500, None, 400, "invalid_request_error", "invalid_request"),
        (0, None, 400, "invalid_request_error", "invalid_request"),
    ],
)
def test_a_refused_request_gets_the_provider_s_answer(
    status: int, provider_code: str | None, told: int, kind: str, code: str
) -> None:
    """Its 4xx, its message and its param; codes only where they mean what OpenAI's mean."""
    failure = Failure(F.INVALID_REQUEST, status, "max_tokens is too large: 5", code=provider_code, param="max_tokens")
    answer = answer_of(failed(failure))
    assert (answer.status, answer.type, answer.code) == (told, kind, code)
    assert (answer.message, answer.param) == ("max_tokens is too large: 5", "max_tokens")


@pytest.mark.parametrize("failure_class", [F.INVALID_REQUEST, F.POLICY_REFUSAL])
def test_a_provider_without_words_gets_some(failure_class: F) -> None:
    """A client is never told an empty message."""
    assert answer_of(failed(Failure(failure_class, 400))).message


@pytest.mark.parametrize(
    ("wait", "told"), [(None, "1"), (0.0, "1"), (0.001, "1"), (1.0, "1"), (1.001, "2"), (60, "60"), (86400.0, "86400")]
)
def test_a_wait_is_told_in_whole_seconds(wait: float | None, told: str) -> None:
    """At least one, and never less than the provider asked for."""
    answer = answer_of(failed(Failure(F.RATE_LIMITED, 429, retry_after=wait)))
    assert answer.headers == (("retry-after", told),)


def test_lines_of_the_gateway_follow_the_error_s_own() -> None:
    """They are whole lines already."""
    _, lines, _, _ = render(GatewayBusy("m"), anthropic=False, headers=b"x-sealane-attempts: 0\r\n")
    assert lines == b"content-type: application/json\r\nretry-after: 1\r\nx-sealane-attempts: 0\r\n"


def test_any_words_are_json() -> None:
    """Quotes, line ends and other alphabets in a provider's message."""
    words = 'quote " backslash \\ line\r\nend 余额不足 \x00'
    _, _, body, _ = render(failed(Failure(F.INVALID_REQUEST, 400, words)), anthropic=False)
    assert json.loads(body)["error"]["message"] == words


@pytest.mark.parametrize("anthropic", [True, False])
def test_the_event_that_ends_a_broken_stream(anthropic: bool) -> None:
    """One event of one line, which no client takes for a finish."""
    failure = Failure(F.BROKEN_STREAM, 200, "words about a prompt", code="connection_reset")
    event = render_event(failure, "moonshot", anthropic=anthropic, request_id="r-1")
    match = re.fullmatch(rb"(event: error\n)?data: ([^\n]+)\n\n", event)
    assert match is not None
    assert (match[1] is not None) == anthropic
    assert b"[DONE]" not in event
    told = json.loads(match[2])
    assert told["error"]["code"] == "broken_stream"
    assert "moonshot" in told["error"]["message"]
    assert "connection_reset" in told["error"]["message"]
    assert "prompt" not in told["error"]["message"]
    assert told.get("request_id") == ("r-1" if anthropic else None)
