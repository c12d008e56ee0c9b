"""The classes that every dialect shares."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane_api.failure import FailureClass as F
from sealane_router.errors import Failure
from sealane_router.providers.dialect import Dialect

ANY = Dialect()


def classified(status: int, body: bytes = b"", headers: dict[bytes, bytes] | None = None) -> Failure:
    return ANY.classify(status, headers or {}, body, wall=0.0)


def error(**members: object) -> bytes:
    return json.dumps({"error": members}).encode()


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        *[(status, F.INVALID_REQUEST) for status in (400, 403, 404, 405, 409, 413, 415, 422, 434, 435)],
        (401, F.UNAUTHORIZED),
        (402, F.QUOTA_EXHAUSTED),
        (408, F.TIMEOUT),
        (429, F.RATE_LIMITED),
        (529, F.OVERLOADED),
        *[(status, F.SERVER_ERROR) for status in (101, 200, 301, 304, 407, 499, 500, 502, 503, 504, 520, 524)],
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html><h1>oops</h1></html>", b"\xff\xfe{", b"x" * 200_000])
def test_a_body_that_says_nothing_leaves_the_status(status: int, body: bytes, expected: F) -> None:
    """HTML, nothing, garbage and too much of it are judged by the status alone."""
    failure = classified(status, body)

    assert (failure.failure_class, failure.status) == (expected, status)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (429, error(type="insufficient_quota", message="You exceeded your current quota"), F.QUOTA_EXHAUSTED),
        (429, error(message="You exceeded your current quota, please check your plan"), F.QUOTA_EXHAUSTED),
        (429, error(code="rate_limit_exceeded", type="tokens", message="Rate limit"), F.RATE_LIMITED),
        (413, error(code="rate_limit_exceeded", type="tokens", message="Too large"), F.INVALID_REQUEST),
        (429, b"Tokens per minute limit exceeded - too many tokens processed.", F.RATE_LIMITED),
        (429, b'{"name":"ThrottlingException","$fault":"client"}', F.RATE_LIMITED),
        (429, error(type="rate_limit_error", message="The engine is currently overloaded"), F.OVERLOADED),
        (429, "429 该模型当前访问量过大，请您稍后再试".encode(), F.OVERLOADED),
        (529, b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}', F.OVERLOADED),
        (503, error(code=503, status="UNAVAILABLE", message="The model is overloaded."), F.OVERLOADED),
        (503, error(message="This model is currently experiencing high demand."), F.OVERLOADED),
        (503, b"no healthy upstream", F.SERVER_ERROR),
        (401, error(type="invalid_request_error", code="invalid_api_key", message="no"), F.UNAUTHORIZED),
        (401, error(type="invalid_request_error", message="no"), F.UNAUTHORIZED),
        (400, error(code="invalid_api_key", message="API key not valid."), F.UNAUTHORIZED),
        (403, error(message="Invalid API key provided"), F.UNAUTHORIZED),
        (403, error(message="Your API key has been disabled"), F.UNAUTHORIZED),
        (403, error(message="Insufficient balance, please recharge"), F.QUOTA_EXHAUSTED),
        (403, error(type="api_error", message="your subscription payment is past due."), F.QUOTA_EXHAUSTED),
        (403, error(message="You've reached your usage limit for this billing cycle"), F.QUOTA_EXHAUSTED),
        (403, error(type="permission_error", message="no access to model"), F.INVALID_REQUEST),
        (403, error(type="access_terminated_error", message="only for Coding Agents"), F.INVALID_REQUEST),
        (402, b"402 Insufficient Balance", F.QUOTA_EXHAUSTED),
        (400, error(message="Your credit balance is too low to access the API."), F.QUOTA_EXHAUSTED),
        (400, error(code="context_length_exceeded", message="maximum context length"), F.INVALID_REQUEST),
        (400, error(code="content_filter", message="filtered"), F.POLICY_REFUSAL),
        (400, error(code="unsupported_parameter", message="Use 'max_completion_tokens'"), F.INVALID_REQUEST),
        (404, error(code="DeploymentNotFound", message="does not exist"), F.INVALID_REQUEST),
        (500, error(type="server_error", message="oops"), F.SERVER_ERROR),
        (200, error(type="overloaded_error", message="Overloaded"), F.OVERLOADED),
        (200, error(type="invalid_request_error", message="bad"), F.INVALID_REQUEST),
        (200, error(type="api_error", message="oops"), F.SERVER_ERROR),
        (200, error(code=429, message="slow down"), F.RATE_LIMITED),
        (200, error(code=502, message="bad gateway"), F.SERVER_ERROR),
    ],
)
def test_the_body_beats_the_status(status: int, body: bytes, expected: F) -> None:
    """Message, code and type decide before the status does."""
    assert classified(status, body).failure_class is expected


@pytest.mark.parametrize(
    "message",
    [
        "Project x does not have access to model `gpt insufficient balance`",
        "You may not use 'x' insufficient balance ' of y'",
        'model "invalid api key" is not for you',
        "no access to 'invalid api key",
    ],
)
def test_a_tenant_cannot_park_the_key_by_its_model_name(message: str) -> None:
    """What a provider quotes from a request says nothing about money or keys."""
    assert classified(403, error(message=message)).failure_class is F.INVALID_REQUEST


def test_a_400_that_quotes_money_is_still_a_400() -> None:
    """Only a message that begins so is about the balance."""
    body = error(message="Invalid role: your credit balance is too low")

    assert classified(400, body).failure_class is F.INVALID_REQUEST


def test_a_503_that_says_when_to_come_back_is_overloaded() -> None:
    """Retry-After turns a 503 into load, and its wait is kept."""
    failure = classified(503, b"", {b"retry-after": b"4"})

    assert (failure.failure_class, failure.retry_after) == (F.OVERLOADED, 4.0)


def test_everything_the_provider_said_is_kept() -> None:
    """Message, code, type, parameter and wait are in the failure."""
    body = error(message="Try again in 2s", type="tokens", code="rate_limit_exceeded", param="messages")

    assert classified(429, body) == Failure(
        F.RATE_LIMITED, 429, "Try again in 2s", "rate_limit_exceeded", "messages", 2.0, None, "tokens"
    )


def test_an_error_inside_a_200_has_the_status_its_code_states() -> None:
    """A code that is an HTTP status becomes the failure's status; otherwise it is what was sent."""
    assert classified(200, error(code=404, message="m")).status == 404
    assert classified(200, error(code="c", message="m")).status == 200


@given(st.integers(100, 999), st.binary(max_size=120))
@settings(max_examples=200)
def test_any_answer_has_a_class(status: int, body: bytes) -> None:
    """No status and no body raises."""
    assert classified(status, body).failure_class in F
