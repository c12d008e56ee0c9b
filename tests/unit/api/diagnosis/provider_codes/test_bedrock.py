"""Exception names of Bedrock."""

import pytest

from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_api.diagnosis.provider_codes import bedrock


@pytest.mark.parametrize(
    ("table", "code", "error_class"),
    [
        ("CODES", "throttlingexception", C.RATE_LIMIT),
        ("CODES", "expiredtokenexception", C.AUTH_TOKEN_EXPIRED),
        ("CODES", "modeltimeoutexception", C.GATEWAY_TIMEOUT),
    ],
)
def test_a_documented_code_has_its_class(table: str, code: str, error_class: C) -> None:
    """As its page says."""
    assert getattr(bedrock, table)[code] is error_class


def test_keys_are_lower_case() -> None:
    """They are asked for in lower case."""
    tables = [value for name, value in vars(bedrock).items() if name.isupper() and len(name) > 1]

    assert [key for table in tables for key in table if key != key.lower()] == []
