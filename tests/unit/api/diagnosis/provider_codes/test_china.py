"""Codes of DashScope, MiniMax, SiliconFlow and others."""

import pytest

from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_api.diagnosis.provider_codes import china


@pytest.mark.parametrize(
    ("table", "code", "error_class"),
    [
        ("DASHSCOPE", "throttling.ratequota", C.RATE_LIMIT),
        ("MINIMAX", "1041", C.RATE_LIMIT_CONCURRENCY),
        ("MINIMAX", "0", C.NONE),
        ("SILICONFLOW", "50505", C.PROVIDER_OVERLOADED),
        ("VOLCENGINE", "modelnotopen", C.PERMISSION_DENIED),
        ("QIANFAN", "17", C.RATE_LIMIT_DAILY),
        ("HUNYUAN", "limitexceeded", C.RATE_LIMIT_CONCURRENCY),
    ],
)
def test_a_documented_code_has_its_class(table: str, code: str, error_class: C) -> None:
    """As its page says."""
    assert getattr(china, table)[code] is error_class


def test_keys_are_lower_case() -> None:
    """They are asked for in lower case."""
    tables = [value for name, value in vars(china).items() if name.isupper() and len(name) > 1]

    assert [key for table in tables for key in table if key != key.lower()] == []
