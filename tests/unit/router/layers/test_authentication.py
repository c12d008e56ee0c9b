"""The layer that finds out who is calling."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from sealane_router.errors import Unauthenticated
from sealane_router.exchange import Exchange, Handler
from sealane_router.layers.authentication import authentication
from sealane_router.policy.authentication import Authenticator
from sealane_router.policy.key_file import KeyEntry
from tests.support.exchanges import request_of

Run = Callable[[Handler, Exchange], None]


def knowing(key: bytes, tenant: str) -> Authenticator:
    """Knows one key."""
    return Authenticator([KeyEntry(digest=sha256(key).digest(), tenant=tenant, name="k")])


@pytest.mark.parametrize("header", [b"authorization: Bearer sk-1\r\n", b"x-api-key: sk-1\r\n"])
def test_a_key_names_its_caller(rest: Any, run: Run, header: bytes) -> None:
    """In either header."""
    exchange, _ = request_of(headers=header)
    run(authentication(lambda: knowing(b"sk-1", "acme"))(rest), exchange)
    assert exchange.caller is not None
    assert (exchange.caller.tenant, rest.calls) == ("acme", 1)


@pytest.mark.parametrize("header", [b"", b"authorization: Bearer sk-2\r\n"])
def test_without_a_known_key_nothing_follows(rest: Any, run: Run, header: bytes) -> None:
    """And nobody is the caller."""
    exchange, _ = request_of(headers=header)
    with pytest.raises(Unauthenticated):
        run(authentication(lambda: knowing(b"sk-1", "acme"))(rest), exchange)
    assert (hasattr(exchange, "caller"), exchange.tenant, rest.calls) == (False, "", 0)


def test_a_reloaded_key_file_holds_at_once(rest: Any, run: Run) -> None:
    """The layer asks for the authenticator of the moment."""
    current = [knowing(b"sk-1", "acme")]
    handler = authentication(lambda: current[-1])(rest)
    current.append(knowing(b"sk-2", "other"))
    exchange, _ = request_of(headers=b"authorization: Bearer sk-2\r\n")
    run(handler, exchange)
    assert exchange.caller is not None
    assert exchange.caller.tenant == "other"


def test_a_request_is_judged_before_its_body_is_there(rest: Any, run: Run) -> None:
    """The layer waits for nothing."""
    exchange, _ = request_of(b"")
    exchange.body.complete = False
    run(authentication(Authenticator.accepting_anybody)(rest), exchange)
    assert rest.calls == 1
