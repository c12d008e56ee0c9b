"""The layer that finds out who is calling."""

import asyncio
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from sealane_router.aio.driver import drive
from sealane_router.errors import AuthenticationUnavailable, Unauthenticated
from sealane_router.exchange import Exchange, Handler
from sealane_router.layers.authentication import authentication
from sealane_router.policy.authentication import Authenticator
from sealane_router.policy.key_file import KeyEntry, TenantEntry
from sealane_router.policy.service_account_tokens import PresentedToken
from sealane_router.policy.service_accounts import ServiceAccount
from tests.support.exchanges import request_of
from tests.support.tokens import token_text

Run = Callable[[Handler, Exchange], None]


def knowing(key: bytes, tenant: str) -> Authenticator:
    """Knows one key."""
    return Authenticator([KeyEntry(digest=sha256(key).digest(), tenant=tenant, name="k")])


class Told:
    """Reviews that have been told whose tokens are: ``known`` at once, or ``after`` a wait."""

    def __init__(self, known: ServiceAccount | None = None, after: ServiceAccount | Exception | None = None) -> None:
        self._known = known
        self._after = after
        self.asked = 0

    def known(self, _: PresentedToken) -> ServiceAccount | None:
        """Whose it is, if that is known."""
        return self._known

    async def ask(self, _: PresentedToken) -> ServiceAccount:
        """Whose it is, in the next turn of the loop."""
        self.asked += 1
        woken = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(woken.set_result, None)
        await woken
        assert self._after is not None
        if isinstance(self._after, Exception):
            raise self._after
        return self._after


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


WEB = ServiceAccount("shop", "web")


@pytest.mark.parametrize("header", [b"authorization: Bearer %b\r\n", b"x-api-key: %b\r\n"])
def test_a_token_that_is_known_names_its_caller_without_a_wait(rest: Any, run: Run, header: bytes) -> None:
    """In either header."""
    exchange, _ = request_of(headers=header % token_text())
    reviews = Told(known=WEB)
    run(authentication(lambda: Authenticator(()), reviews)(rest), exchange)

    assert (exchange.caller.tenant, exchange.caller.key_name, exchange.tenant) == ("shop", "shop/web", "shop")
    assert (reviews.asked, rest.calls) == (0, 1)


async def test_a_token_that_is_not_known_is_asked_about(rest: Any) -> None:
    """Who may call is then what the key file of that moment says."""
    current = [Authenticator(())]
    exchange, _ = request_of(headers=b"authorization: Bearer %b\r\n" % token_text())
    running = drive(authentication(lambda: current[-1], Told(after=WEB))(rest)(exchange))
    current.append(Authenticator((), [TenantEntry("apps", service_accounts=("shop",))]))
    await running

    assert (exchange.tenant, rest.calls) == ("apps", 1)


@pytest.mark.parametrize("error", [Unauthenticated("no"), AuthenticationUnavailable("nobody knows")])
async def test_a_token_that_nobody_vouches_for_is_followed_by_nothing(rest: Any, error: Exception) -> None:
    """Refused or not known: nobody is the caller."""
    exchange, _ = request_of(headers=b"authorization: Bearer %b\r\n" % token_text())
    with pytest.raises(type(error)):
        await drive(authentication(lambda: Authenticator(()), Told(after=error))(rest)(exchange))

    assert (hasattr(exchange, "caller"), exchange.tenant, rest.calls) == (False, "", 0)


def test_a_known_key_is_no_matter_of_reviews(rest: Any, run: Run) -> None:
    """Nobody is asked about it."""
    exchange, _ = request_of(headers=b"x-api-key: sk-1\r\n")
    reviews = Told(known=WEB)
    run(authentication(lambda: knowing(b"sk-1", "acme"), reviews)(rest), exchange)

    assert (exchange.tenant, reviews.asked) == ("acme", 0)
