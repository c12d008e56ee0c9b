"""One question to all tables of codes."""

import pytest

from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_api.diagnosis.provider_codes.code_table import (
    class_of_code,
    class_of_firm_code,
    class_of_firm_type,
    class_of_type,
)


@pytest.mark.parametrize(
    ("family", "code", "found"),
    [
        ("zai", "1000", C.AUTH_INVALID_KEY),
        ("minimax", "1000", C.UPSTREAM_5XX),
        ("mistral", "1300", C.RATE_LIMIT),
        ("zai", "1300", C.CONTENT_FILTER),
        (None, "1300", None),
        ("openai", "INSUFFICIENT_QUOTA", C.QUOTA_EXHAUSTED),
        (None, " DeploymentNotFound ", C.MODEL_NOT_FOUND),
        ("dashscope", "Arrearage", C.QUOTA_EXHAUSTED),
        ("openai", "invalid_request_error", None),
        (None, None, None),
        (None, "", None),
    ],
)
def test_a_number_means_something_at_its_family_and_a_word_everywhere(
    family: str | None, code: str | None, found: C | None
) -> None:
    """In any case, and with spaces around it."""
    assert class_of_code(family, code) is found


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("exceeded_current_quota_error", C.QUOTA_EXHAUSTED),
        ("invalid_request_error", C.INVALID_PARAM),
        ("RESOURCE_EXHAUSTED", C.RATE_LIMIT),
        ("api_error", None),
        (None, None),
    ],
)
def test_a_type_is_asked_the_same_way(kind: str | None, found: C | None) -> None:
    """A type may be a code of others."""
    assert class_of_type(kind) is found


@pytest.mark.parametrize(
    ("family", "code", "found"),
    [("zai", "1300", C.CONTENT_FILTER), ("zai", "1302", None), ("mistral", "1300", None), (None, None, None)],
)
def test_a_code_of_one_meaning_is_firm(family: str | None, code: str | None, found: C | None) -> None:
    """One that covers several is not."""
    assert class_of_firm_code(family, code) is found


def test_a_type_of_one_meaning_is_firm() -> None:
    """Moonshot's, whose messages sound like something else."""
    assert class_of_firm_type("exceeded_current_quota_error") is C.QUOTA_EXHAUSTED
    assert [class_of_firm_type(kind) for kind in ("rate_limit_reached_error", None)] == [None, None]
