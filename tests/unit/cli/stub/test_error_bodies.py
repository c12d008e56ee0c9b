"""Error bodies per personality."""

import json

import pytest

from sealane_cli.stub.error_bodies import ZAI_CODES, Refusal, error_reply, zai_code_reply
from sealane_cli.stub.personality import MOONSHOT, OPENAI, PERSONALITIES, ZAI


@pytest.mark.parametrize(
    ("refusal", "status", "word"),
    [
        (Refusal.UNAUTHORIZED, 401, "invalid_authentication_error"),
        (Refusal.MODEL_NOT_FOUND, 404, "resource_not_found_error"),
        (Refusal.RATE_LIMIT, 429, "rate_limit_reached_error"),
        (Refusal.QUOTA, 429, "exceeded_current_quota_error"),
        (Refusal.OVERLOADED, 429, "engine_overloaded_error"),
        (Refusal.CONTENT_FILTER, 400, "content_filter"),
    ],
)
def test_moonshot_names_errors_by_type(refusal: Refusal, status: int, word: str) -> None:
    """Message and type, no code."""
    reply = error_reply(MOONSHOT, refusal, "kimi-x")
    error = json.loads(reply.body)["error"]

    assert (reply.status, error["type"], set(error)) == (status, word, {"type", "message"})


@pytest.mark.parametrize(
    ("refusal", "status", "code"),
    [
        (Refusal.UNAUTHORIZED, 401, "1000"),
        (Refusal.MODEL_NOT_FOUND, 404, "1211"),
        (Refusal.RATE_LIMIT, 429, "1302"),
        (Refusal.QUOTA, 429, "1113"),
        (Refusal.FORBIDDEN_BALANCE, 403, "1113"),
        (Refusal.CONTENT_FILTER, 400, "1301"),
    ],
)
def test_zai_names_errors_by_a_code_in_text(refusal: Refusal, status: int, code: str) -> None:
    """The code is a string on the wire, with a request id beside the error."""
    reply = error_reply(ZAI, refusal)
    value = json.loads(reply.body)

    assert (reply.status, value["error"]["code"]) == (status, code)
    assert value["request_id"]


def test_openai_fills_all_four_fields() -> None:
    """Message, type, param and code."""
    error = json.loads(error_reply(OPENAI, Refusal.MODEL_NOT_FOUND, "gpt-9").body)["error"]

    assert error["code"] == "model_not_found"
    assert "gpt-9" in error["message"]
    assert error["param"] is None


def test_every_personality_can_refuse_for_every_reason() -> None:
    """The status may be replaced, the body stays."""
    for personality in PERSONALITIES.values():
        for refusal in Refusal:
            assert error_reply(personality, refusal, "m", 418).status == 418


def test_every_zai_code_has_its_status() -> None:
    """Balance travels under 429."""
    for code, (status, _) in ZAI_CODES.items():
        reply = zai_code_reply(ZAI, code)

        assert (reply.status, json.loads(reply.body)["error"]["code"]) == (status, str(code))
    assert ZAI_CODES[1113][0] == 429
