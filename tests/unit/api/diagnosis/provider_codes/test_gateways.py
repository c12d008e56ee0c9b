"""Codes of gateways: OpenRouter, Copilot, LiteLLM, one-api, Workers AI."""

import pytest

from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_api.diagnosis.provider_codes import gateways


@pytest.mark.parametrize(
    ("table", "code", "error_class"),
    [
        ("OPENROUTER", "402", C.QUOTA_EXHAUSTED),
        ("COPILOT", "model_max_prompt_tokens_exceeded", C.CONTEXT_LENGTH_EXCEEDED),
        ("LITELLM", "budget_exceeded", C.QUOTA_EXHAUSTED),
        ("WORKERS_AI", "4006", C.RATE_LIMIT_DAILY),
        ("MISTRAL", "3230", C.INVALID_MESSAGE_SEQUENCE),
        ("WORDS", "get_channel_failed", C.NO_HEALTHY_UPSTREAM),
    ],
)
def test_a_documented_code_has_its_class(table: str, code: str, error_class: C) -> None:
    """As its page says."""
    assert getattr(gateways, table)[code] is error_class


def test_keys_are_lower_case() -> None:
    """They are asked for in lower case."""
    tables = [value for name, value in vars(gateways).items() if name.isupper() and len(name) > 1]

    assert [key for table in tables for key in table if key != key.lower()] == []
