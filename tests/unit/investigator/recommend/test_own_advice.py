"""What the gateway refused itself is explained by what the gateway knows."""

import pytest

from sealane_api.diagnosis.error_event import ErrorEvent, Origin
from sealane_investigator.recommend.own_advice import OWN_ADVICE, own_advice
from sealane_router import errors


def _event(**fields: object) -> ErrorEvent:
    return ErrorEvent(id="1", reporter="router-0", epoch="a", sequence=1, occurred_at=0.0, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("code", OWN_ADVICE)
def test_each_code_is_one_that_the_router_answers(code: str) -> None:
    """Advice for a code that nobody gets would never be read."""
    codes = {each.code for each in vars(errors).values() if isinstance(each, type) and hasattr(each, "code")}

    assert code in codes
    assert own_advice(_event(code=code)) is OWN_ADVICE[code]


@pytest.mark.parametrize(
    "fields",
    [
        {"code": "model_not_found", "provider": "openai"},
        {"code": "model_not_found", "origin": Origin.CLIENT},
        {"code": "teapot"},
        {},
    ],
)
def test_what_a_provider_or_somebody_else_said_has_none(fields: dict[str, object]) -> None:
    """Their words mean what they mean there."""
    assert own_advice(_event(**fields)) is None
