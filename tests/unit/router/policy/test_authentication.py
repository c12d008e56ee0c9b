"""Who is calling."""

import traceback
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane_api.route_table import Limits
from sealane_router.errors import Unauthenticated
from sealane_router.policy.authentication import Authenticator, Caller
from sealane_router.policy.key_file import AllowedModels, KeyEntry, TenantEntry
from sealane_router.policy.service_account_tokens import PresentedToken
from sealane_router.policy.service_accounts import ServiceAccount
from tests.support.tokens import token_text

_KEY = b"sl-the-key-of-team-a"
_OLD = b"sl-the-key-that-ends"


def _authenticator() -> Authenticator:
    return Authenticator(
        [
            KeyEntry(
                "team-a",
                "laptop",
                sha256(_KEY).digest(),
                (AllowedModels.of(("kimi-*",)),),
                Limits(requests_per_minute=6),
            ),
            KeyEntry("team-b", "old", sha256(_OLD).digest(), expires=1000.0),
        ]
    )


@pytest.mark.parametrize(
    ("authorization", "x_api_key"),
    [
        (b"Bearer " + _KEY, None),
        (b"bearer " + _KEY, None),
        (b"BEARER   " + _KEY + b" ", None),
        (None, _KEY),
        (b"", _KEY),
        (b"Bearer " + _KEY, _KEY),
        (b"Bearer ", _KEY),
        (b"Bearer " + _KEY, b""),
    ],
)
def test_a_known_key_is_a_caller(authorization: bytes | None, x_api_key: bytes | None) -> None:
    """OpenAI's header, Anthropic's, or both with the same key; the scheme in any case."""
    caller = _authenticator().authenticate(authorization, x_api_key, 0.0)

    assert (caller.tenant, caller.key_name, caller.limits) == ("team-a", "laptop", Limits(requests_per_minute=6))


@pytest.mark.parametrize(
    ("authorization", "x_api_key", "message"),
    [
        (None, None, "No API key"),
        (b"Bearer ", None, "No API key"),
        (None, b"", "No API key"),
        (b"Basic dXNlcjpwYXNz", None, "not of the form"),
        (_KEY, None, "not of the form"),
        (b"Basic x", _KEY, "not of the form"),
        (b"Bearer " + _KEY, _OLD, "different"),
        (b"Bearer sl-unknown", None, "not known"),
        (b"Bearer " + _KEY[:-1], None, "not known"),
        (b"Bearer \xff\xfe", None, "not known"),
        (None, sha256(_KEY).hexdigest().encode(), "not known"),
    ],
)
def test_anything_else_is_refused(authorization: bytes | None, x_api_key: bytes | None, message: str) -> None:
    """401 with a message that helps; a digest out of the key file opens nothing."""
    with pytest.raises(Unauthenticated, match=message) as caught:
        _authenticator().authenticate(authorization, x_api_key, 0.0)

    assert (caught.value.status, caught.value.code) == (401, "invalid_api_key")


def test_a_key_ends_when_it_expires() -> None:
    """It is good until the moment and refused from then on."""
    authenticator = _authenticator()

    assert authenticator.authenticate(None, _OLD, 999.9).tenant == "team-b"
    with pytest.raises(Unauthenticated, match="expired"):
        authenticator.authenticate(None, _OLD, 1000.0)


@given(st.binary(min_size=12, max_size=80).map(lambda key: b"sl-" + key.strip()))
def test_no_message_holds_what_was_presented(key: bytes) -> None:
    """Neither the text of the error nor its traceback shows a key that was refused."""
    with pytest.raises(Unauthenticated) as caught:
        _authenticator().authenticate(b"Bearer " + key, None, 0.0)

    shown = "".join(traceback.format_exception(caught.value))
    assert key.decode("latin-1").strip() not in shown
    assert repr(key) not in shown


def test_anonymous_mode_ignores_what_clients_send() -> None:
    """Everybody is one tenant that may use every model; even a malformed header is accepted."""
    authenticator = Authenticator.accepting_anybody()

    for authorization, x_api_key in ((None, None), (b"Bearer x", None), (b"garbage", b"y")):
        caller = authenticator.authenticate(authorization, x_api_key, 0.0)
        assert (caller.tenant, caller.key_name, caller.limits) == ("anonymous", "", Limits())
        assert caller.may_use("anything")


def test_an_authenticator_without_keys_admits_nobody() -> None:
    """No entries is a locked door, not an open one."""
    with pytest.raises(Unauthenticated):
        Authenticator(()).authenticate(b"Bearer x", None, 0.0)


def test_a_model_must_be_allowed_by_every_list() -> None:
    """The tenant's list and the key's both count; case does not."""
    caller = Caller("t", "k", (AllowedModels.of(("kimi-*",)), AllowedModels.of(("KIMI-K3", "glm-4.7"))))

    allowed = [caller.may_use(model) for model in ("Kimi-K3", "kimi-k2", "glm-4.7", "gpt-5")]
    assert allowed == [True, False, False, False]


def test_what_may_be_a_token_is_handed_on() -> None:
    """With its digest; whose it is, others know. To whoever takes keys alone it is an unknown key."""
    text = token_text()
    found = _authenticator().identify(b"Bearer " + text, None, 0.0)

    assert found == PresentedToken(text, sha256(text).digest())
    with pytest.raises(Unauthenticated, match="not known"):
        _authenticator().authenticate(b"Bearer " + text, None, 0.0)


def test_a_key_of_the_file_is_a_key_whatever_it_looks_like() -> None:
    """It is looked up before anybody asks what it could be."""
    text = token_text()
    authenticator = Authenticator([KeyEntry("team-a", "odd", sha256(text).digest())])

    assert authenticator.identify(None, text, 0.0) == Caller("team-a", "odd")


def test_a_service_account_is_a_caller_of_its_tenant() -> None:
    """With the tenant's models and limits, under its own name."""
    models = (AllowedModels.of(("kimi-*",)),)
    authenticator = Authenticator((), [TenantEntry("apps", models, Limits(6), ("shop",))])

    assert authenticator.caller_of(ServiceAccount("shop", "web")) == Caller("apps", "shop/web", models, Limits(6))
    with pytest.raises(Unauthenticated, match=r"ServiceAccount bank/web may not call .* no tenant of its key file"):
        authenticator.caller_of(ServiceAccount("bank", "web"))


def test_every_tenant_of_the_file_has_its_limits() -> None:
    """Also one whose callers are ServiceAccounts alone."""
    entries = [KeyEntry("team-a", "k", b"d", limits=Limits(1))]
    authenticator = Authenticator(entries, [TenantEntry("apps", limits=Limits(6))])

    assert authenticator.tenants() == {"apps": Limits(6), "team-a": Limits(1)}
