"""How errors are answered."""

import json

import pytest
from aiohttp import web

from sealane_investigator.errors import BatchRefused, SpoolFull, StoreUnavailable
from sealane_investigator.server.refusals import CODES, RETRY_AFTER, answer, refusal_of, refused


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (refused("conflict", "x"), "conflict"),
        (BatchRefused("x", "events[0]"), "invalid_request"),
        (SpoolFull("x"), "spool_full"),
        (StoreUnavailable("postgresql://user:secret@host"), "store_unavailable"),
        (web.HTTPRequestEntityTooLarge(max_size=1, actual_size=2), "body_too_large"),
        (web.HTTPNotFound(), "not_found"),
        (web.HTTPMethodNotAllowed("PUT", ["GET"]), "method_not_allowed"),
        (web.HTTPBadRequest(), "invalid_request"),
    ],
)
def test_every_error_of_ours_has_its_code(error: Exception, code: str) -> None:
    """And the status that the code has; what the database said stays inside."""
    refusal = refusal_of(error)

    assert refusal is not None
    assert (refusal.code, refusal.status) == (code, CODES[code][0])
    assert "secret" not in refusal.message


def test_a_defect_is_no_refusal() -> None:
    """It is logged and answered 500."""
    assert refusal_of(KeyError("x")) is None


def test_an_answer_has_the_shape_of_the_routers() -> None:
    """And says when to come again, or what scheme to use."""
    shown = answer(refused("invalid_request", "no such field", "events[0].x"))
    assert isinstance(shown.body, bytes)
    assert json.loads(shown.body) == {
        "error": {"message": "no such field", "code": "invalid_request", "param": "events[0].x"}
    }
    assert answer(refused("busy", "x")).headers["Retry-After"] == str(RETRY_AFTER)
    assert answer(refused("missing_token", "x")).headers["WWW-Authenticate"] == "Bearer"
