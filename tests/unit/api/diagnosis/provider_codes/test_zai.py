"""Business codes of Z.ai, Zhipu and BigModel."""

import pytest

from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_api.diagnosis.provider_codes import zai


@pytest.mark.parametrize(
    ("table", "code", "error_class"),
    [
        ("CODES", "1113", C.QUOTA_EXHAUSTED),
        ("CODES", "1231", C.DUPLICATE_REQUEST),
        ("CODES", "1302", C.RATE_LIMIT),
        ("CODES", "1305", C.PROVIDER_OVERLOADED),
        ("CODES", "1310", C.PLAN_WINDOW_EXHAUSTED),
        ("CODES", "1313", C.ACCOUNT_RESTRICTED),
    ],
)
def test_a_documented_code_has_its_class(table: str, code: str, error_class: C) -> None:
    """As its page says."""
    assert getattr(zai, table)[code] is error_class


def test_keys_are_lower_case() -> None:
    """They are asked for in lower case."""
    tables = [value for name, value in vars(zai).items() if name.isupper() and len(name) > 1]

    assert [key for table in tables for key in table if key != key.lower()] == []
