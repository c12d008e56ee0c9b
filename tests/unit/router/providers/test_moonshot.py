"""Moonshot's documented errors."""

import json

import pytest

from sealane_api.failure import FailureClass as F
from sealane_router.providers.moonshot import Moonshot


def classified(status: int, kind: str, message: str) -> F:
    body = json.dumps({"error": {"type": kind, "message": message}}).encode()
    return Moonshot().classify(status, {}, body, wall=0.0).failure_class


@pytest.mark.parametrize(
    ("status", "kind", "message", "expected"),
    [
        (400, "content_filter", "The request was rejected because it was considered high risk", F.POLICY_REFUSAL),
        (400, "invalid_request_error", "Your request exceeded model token limit : 8192", F.INVALID_REQUEST),
        (400, "invalid_request_error", "invalid temperature: only 1 is allowed", F.INVALID_REQUEST),
        (401, "invalid_authentication_error", "Invalid Authentication", F.UNAUTHORIZED),
        (401, "incorrect_api_key_error", "Incorrect API key provided", F.UNAUTHORIZED),
        (403, "permission_denied_error", "The API you are accessing is not open", F.INVALID_REQUEST),
        (403, "access_terminated_error", "Kimi For Coding is currently only available", F.INVALID_REQUEST),
        (403, "access_terminated_error", "You've reached your usage limit for this billing cycle", F.QUOTA_EXHAUSTED),
        (404, "resource_not_found_error", "Not found the model x or Permission denied", F.INVALID_REQUEST),
        (429, "engine_overloaded_error", "The engine is currently overloaded", F.OVERLOADED),
        (429, "exceeded_current_quota_error", "Your account x is suspended, please check", F.QUOTA_EXHAUSTED),
        (429, "exceeded_current_quota_error", "You exceeded your current token quota", F.QUOTA_EXHAUSTED),
        (429, "rate_limit_reached_error", "request reached organization max concurrency: 1", F.RATE_LIMITED),
        (429, "rate_limit_reached_error", "reached organization TPM rate limit, current:9", F.RATE_LIMITED),
        (429, "rate_limit_reached_error", "We're receiving too many requests", F.RATE_LIMITED),
        (429, "rate_limit_reached_error", "reached organization TPD rate limit, current: 15", F.QUOTA_EXHAUSTED),
        (500, "server_error", "Failed to extract file: x", F.SERVER_ERROR),
        (500, "unexpected_output", "invalid state transition", F.SERVER_ERROR),
        (503, "server_unavailable", "unavailable", F.SERVER_ERROR),
    ],
)
def test_a_documented_error_has_its_class(status: int, kind: str, message: str, expected: F) -> None:
    """Type and message decide, above all among the three kinds of 429."""
    assert classified(status, kind, message) is expected


def test_the_stated_seconds_are_kept() -> None:
    """Moonshot states its wait in the message only."""
    body = b'{"error":{"type":"rate_limit_reached_error","message":"max RPM: 3, please try again after 12 seconds"}}'

    assert Moonshot().classify(429, {}, body, wall=0.0).retry_after == 12.0


def test_an_html_504_is_a_server_error() -> None:
    """The provider's edge answers in HTML after 900 s."""
    failure = Moonshot().classify(504, {}, b"<html>504 Gateway Time-out</html>", wall=0.0)

    assert (failure.failure_class, failure.message) == (F.SERVER_ERROR, "")
