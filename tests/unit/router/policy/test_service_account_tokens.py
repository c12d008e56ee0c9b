"""ServiceAccounts' tokens are recognised, and nothing else is taken for one."""

import asyncio
from math import inf
from secrets import token_urlsafe

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane_router.errors import Unauthenticated
from sealane_router.policy.service_account_tokens import (
    MAX_TOKEN,
    NO_REVIEWS,
    may_be_token,
    quotes_token,
    unverified_expiry,
)
from tests.support.tokens import jwt, token_of, token_text

SUBJECT = "system:serviceaccount:team-a:ci"


def test_a_token_says_when_it_ends() -> None:
    """In Unix seconds; one without an end never does."""
    assert unverified_expiry(token_text(expires=1_700_000_000)) == 1_700_000_000
    assert unverified_expiry(token_text(expires=1.5)) == 1.5
    assert unverified_expiry(token_text(expires=None)) == inf
    assert may_be_token(token_text())


@pytest.mark.parametrize(
    "text",
    [
        jwt({"sub": "system:serviceaccount"}),
        jwt({"sub": "jane", "exp": 1}),
        jwt({"sub": 1, "exp": 1}),
        jwt({"exp": 1}),
        jwt({"sub": SUBJECT, "exp": "soon"}),
        jwt([SUBJECT]),
        jwt({"sub": SUBJECT}, header={}),
        jwt({"sub": SUBJECT}, header=[]),
        jwt({"sub": SUBJECT}) + b".more",
        jwt({"sub": SUBJECT}) + b"=",
        jwt({"sub": SUBJECT}).rpartition(b".")[0],
        jwt({"sub": SUBJECT}).rpartition(b".")[0] + b".",
        jwt({"sub": SUBJECT}).replace(b".", b"!.", 1),
        b"eyJ.eyJ.x",
        b"eyJhbGciOiJSUzI1NiJ9.gICA.x",
        b"",
    ],
)
def test_anything_else_is_none(text: bytes) -> None:
    """Tokens of people and of other services, and what only looks like a token: nobody is asked about them."""
    assert unverified_expiry(text) is None


def test_a_token_has_a_longest_form() -> None:
    """Nobody decodes what no API server makes."""
    assert unverified_expiry(jwt({"sub": SUBJECT, "pad": "x" * MAX_TOKEN})) is None


@given(st.binary(max_size=200))
def test_no_bytes_break_it(text: bytes) -> None:
    """Whatever a client sends is a token or is not."""
    assert unverified_expiry(text) is None
    assert unverified_expiry(b"eyJ" + text) is None


def test_no_key_of_ours_is_taken_for_a_token() -> None:
    """Nor is one of the usual providers."""
    keys = [f"sl-{token_urlsafe(32)}".encode() for _ in range(100)]

    assert not any(may_be_token(key) for key in (*keys, b"sk-proj-abc_def", b"sk-ant-api03-x.y.z", b"0123abcd.efgh"))


def test_a_router_that_takes_no_tokens_knows_none() -> None:
    """They are keys that nobody was given."""
    with pytest.raises(Unauthenticated, match="not known"):
        NO_REVIEWS.known(token_of())
    with pytest.raises(Unauthenticated, match="not known"):
        asyncio.run(NO_REVIEWS.ask(token_of()))


def test_a_token_is_not_shown() -> None:
    """Not where an exception shows its surroundings."""
    token = token_of()

    assert token.text.decode() not in repr(token)
    assert token.digest.hex() not in repr(token)


def test_words_that_quote_a_token_are_noticed() -> None:
    """Also when they were cut off within it."""
    quoted = f"403: refused: {token_text().decode()}"

    assert quotes_token(quoted)
    assert quotes_token(quoted[:30])
    assert not quotes_token("403: tokenreviews is forbidden")
