"""Every provider's and framework's error object states its message, code, type, parameter and status."""

import pytest

from sealane_investigator.peel.objects import Value
from sealane_investigator.peel.shapes import Stated, read


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            {"error": {"message": "m", "type": "insufficient_quota", "param": "p", "code": "c"}},
            Stated(message="m", type="insufficient_quota", param="p", code="c"),
        ),
        (
            {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
            Stated(message="Overloaded", type="overloaded_error"),
        ),
        (
            [{"error": {"code": 503, "message": "m", "status": "UNAVAILABLE", "details": [{"reason": "R"}]}}],
            Stated(message="m", code="503", type="UNAVAILABLE", status=503),
        ),
        (
            {"name": "ThrottlingException", "$fault": "client", "$metadata": {"httpStatusCode": 429}},
            Stated(type="ThrottlingException", status=429),
        ),
        (
            {"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}},
            Stated(message="insufficient balance", code="1008"),
        ),
        (
            {"code": "InvalidApiKey", "message": "Invalid API-key provided.", "request_id": "1"},
            Stated(message="Invalid API-key provided.", code="InvalidApiKey"),
        ),
        (
            {"detail": [{"loc": ["body", "model"], "msg": "field required", "type": "value_error.missing"}]},
            Stated(message="field required", type="value_error.missing", param="body.model"),
        ),
        ({"detail": "Not Found"}, Stated(message="Not Found")),
        ({"message": "m", "error": "Not Found", "statusCode": 404}, Stated(message="m", type=None, status=404)),
        (
            {"error": {"message": "Provider returned error", "code": 429, "metadata": {"raw": "slow"}}},
            Stated(message="slow", code="429", status=429),
        ),
        ({"error": "slow down"}, Stated(message="slow down")),
        ({"level": "error", "msg": "call failed", "err": "slow down"}, Stated(message="slow down")),
        ({"severity": "ERROR", "message": "call failed", "exception": "slow down"}, Stated(message="slow down")),
        (
            {"level": 50, "msg": "call failed", "err": {"type": "APIError", "message": "slow down", "code": "c"}},
            Stated(message="slow down", code="c"),
        ),
        ({"level": "error", "message": "slow down"}, Stated(message="slow down")),
        ({"choices": [{"message": {"role": "assistant", "content": "hi"}}]}, Stated()),
        ([], Stated()),
    ],
)
def test_a_shape_states_what_it_states(value: Value, expected: Stated) -> None:
    """The innermost error holds, completed from around it."""
    stated = read(value)

    assert (stated.message, stated.code, stated.param, stated.status) == (
        expected.message,
        expected.code,
        expected.param,
        expected.status,
    )
    assert expected.type is None or stated.type == expected.type


def test_what_the_inner_object_leaves_open_is_taken_from_around_it() -> None:
    """And nothing else."""
    inner = Stated(message="m", status=400)

    assert inner.within(Stated(message="outer", code="c")) == Stated(message="m", status=400, code="c")
    assert Stated(code="c").empty


def test_nesting_has_an_end() -> None:
    """An object of a thousand errors states nothing, in time."""
    value: Value = {"message": "deep"}
    for _ in range(1000):
        value = {"error": value}

    assert read(value).message is None
