"""Who is let in."""

import pytest

from sealane_investigator.server.access.admission import Admission, bearer, subprotocol_token
from sealane_investigator.server.access.token_file import Right
from sealane_investigator.server.refusals import Refused
from tests.support.served_investigator import TOKENS


def _admission() -> Admission:
    return Admission(TOKENS, now=lambda: 2.0)


def test_a_token_admits_to_what_it_may_do() -> None:
    """And says who asks."""
    caller = _admission().admit("report", Right.REPORT)

    assert (caller.name, caller.rights, caller.own) == ("report", frozenset({Right.REPORT}), False)
    assert _admission().admit("own", Right.ALERT).own


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (None, "missing_token"),
        ("", "missing_token"),
        ("unknown", "invalid_token"),
        ("old", "invalid_token"),
        ("report ", "invalid_token"),
        ("\udce9", "invalid_token"),
        ("read", "not_allowed"),
    ],
)
def test_nobody_else_is_admitted(token: str | None, code: str) -> None:
    """Without a token, with one that is unknown or expired, or with one that may not do this."""
    with pytest.raises(Refused) as refused:
        _admission().admit(token, Right.REPORT)

    assert refused.value.code == code
    assert not token or token not in refused.value.message or token == "read"


def test_tokens_that_are_replaced_admit_nobody_any_more() -> None:
    """From the next request on."""
    admission = _admission()
    admission.replace(TOKENS[1:])

    with pytest.raises(Refused):
        admission.admit(TOKENS[0].name, Right.REPORT)


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abc", "abc"),
        ("bearer  abc ", "abc"),
        ("Basic abc", None),
        ("Bearer", None),
        ("Bearer ", None),
        (None, None),
    ],
)
def test_the_token_of_a_header(header: str | None, token: str | None) -> None:
    """The scheme is in any case."""
    assert bearer(header) == token


def test_the_token_of_a_browser_is_a_subprotocol() -> None:
    """It can set no header for a WebSocket."""
    assert subprotocol_token(["sealane.v1", "sealane.token.abc"]) == "abc"
    assert subprotocol_token(["sealane.v1"]) is None
