"""Codes and types of OpenAI, its kin, and Azure."""

import pytest

from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_api.diagnosis.provider_codes import openai


@pytest.mark.parametrize(
    ("table", "code", "error_class"),
    [
        ("CODES", "context_length_exceeded", C.CONTEXT_LENGTH_EXCEEDED),
        ("TYPES", "engine_overloaded_error", C.PROVIDER_OVERLOADED),
        ("TYPES", "access_terminated_error", C.CLIENT_NOT_ALLOWED),
        ("AZURE", "deploymentnotfound", C.MODEL_NOT_FOUND),
    ],
)
def test_a_documented_code_has_its_class(table: str, code: str, error_class: C) -> None:
    """As its page says."""
    assert getattr(openai, table)[code] is error_class


def test_keys_are_lower_case() -> None:
    """They are asked for in lower case."""
    tables = [value for name, value in vars(openai).items() if name.isupper() and len(name) > 1]

    assert [key for table in tables for key in table if key != key.lower()] == []
