"""Who may call: the key file as it is, each edit, and what tenants keep."""

import hashlib
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from sealane_router.app import callers
from sealane_router.app.callers import Callers, callers_of
from sealane_router.app.changes import Changes
from sealane_router.app.source import ConfigurationError
from sealane_router.errors import Unauthenticated
from sealane_router.policy.authentication import Caller
from sealane_router.policy.service_account_tokens import NO_REVIEWS
from sealane_router.policy.service_accounts import ServiceAccount
from sealane_router.settings.reading import Settings
from sealane_telemetry.metrics import RouterMetrics

_WEB = ServiceAccount("shop", "web")


class Live:
    """The callers of a key file in ``folder``, and what was counted."""

    def __init__(self, folder: Path, keys: str) -> None:
        self.file = folder / "keys.yaml"
        self.file.write_text(keys, "utf-8")
        self.registry = CollectorRegistry()
        self.callers = Callers(self.file, None, Changes(RouterMetrics(self.registry)))

    async def edit(self, keys: str) -> None:
        """Change the key file, and look."""
        self.file.write_text(keys, "utf-8")
        await self.callers.poll()

    def counted(self, name: str) -> float:
        return self.registry.get_sample_value(f"sealane_config_{name}_total", {"kind": "keys"}) or 0.0

    def admits(self, key: str) -> bool:
        """Whether somebody with this key may call."""
        try:
            self.callers.authenticator.authenticate(b"Bearer " + key.encode(), None, 0.0)
        except Unauthenticated:
            return False
        return True


def _keys(*keys: str, limits: str = "", tenant: str = "team-a") -> str:
    entries = [
        f"- {{tenant: {tenant}, name: key-{index}, sha256: {hashlib.sha256(key.encode()).hexdigest()}}}\n"
        for index, key in enumerate(keys)
    ]
    return (f"tenants: {{{tenant}: {{limits: {limits}}}}}\n" if limits else "") + "keys:\n" + "".join(entries)


def _of(**flags: str) -> Callers:
    """Those that these settings name."""
    metrics = RouterMetrics(CollectorRegistry())
    settings = Settings.from_environment({}, {f"--{name.replace('_', '-')}": value for name, value in flags.items()})
    return callers_of(settings, metrics.token_reviews, Changes(metrics))


@pytest.mark.parametrize("text", ["", "keys: [", "keys: [{tenant: a}]", "nonsense: 1\n"])
def test_a_bad_key_file_at_the_start_is_an_error(tmp_path: Path, text: str) -> None:
    """Serving everybody, or nobody, would both be wrong."""
    with pytest.raises(ConfigurationError, match=r"keys\.yaml"):
        Live(tmp_path, text)


def test_a_key_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its size is looked at first."""
    monkeypatch.setattr(callers, "MAX_KEY_FILE", 10)

    with pytest.raises(ConfigurationError, match="above 10 bytes"):
        Live(tmp_path, _keys("sk-one"))


async def test_an_edit_is_in_force_after_one_look(tmp_path: Path) -> None:
    """A bad one is not, and leaves who was admitted."""
    live = Live(tmp_path, _keys("sk-one"))
    first = (live.admits("sk-one"), live.admits("sk-two"))
    await live.edit(_keys("sk-one", "sk-two"))
    second = (live.admits("sk-one"), live.admits("sk-two"))
    live.file.unlink()
    await live.callers.poll()
    third = (live.admits("sk-one"), live.admits("sk-two"))

    assert (first, second, third) == ((True, False), (True, True), (True, True))
    assert live.callers.problem
    assert (live.counted("reloads"), live.counted("reload_failures")) == (1, 1)


async def test_tenants_keep_their_buckets_over_an_edit(tmp_path: Path) -> None:
    """A tenant that stays keeps what it has used up; one that left is forgotten."""
    live = Live(tmp_path, _keys("sk-one", limits="{requestsPerMinute: 5}"))
    caller = live.callers.authenticator.authenticate(b"Bearer sk-one", None, 0.0)
    buckets = live.callers.limits_of(caller)
    await live.edit(_keys("sk-one", "sk-two", limits="{requestsPerMinute: 9}"))
    kept = live.callers.limits_of(caller)
    await live.edit(_keys("sk-three", tenant="team-b"))

    assert kept is buckets
    assert live.callers.limits_of(Caller("team-a", "laptop")) is not buckets


async def test_keys_and_service_accounts_of_a_tenant_share_its_buckets(tmp_path: Path) -> None:
    """Also over an edit, when no key of it is left."""
    both = "tenants: {apps: {limits: {requestsPerMinute: 5}, serviceAccounts: [shop]}}\n"
    live = Live(tmp_path, both + _keys("sk-one", tenant="apps"))
    by_key = live.callers.limits_of(live.callers.authenticator.authenticate(None, b"sk-one", 0.0))
    by_token = live.callers.limits_of(live.callers.authenticator.caller_of(_WEB))
    await live.edit(both + "keys: []\n")
    alone = live.callers.limits_of(live.callers.authenticator.caller_of(_WEB))

    assert by_key is by_token is alone


def test_a_tenant_without_limits_leaves_nothing_behind(tmp_path: Path) -> None:
    """Namespaces come and go, and each that calls is one."""
    live = Live(tmp_path, "keys: []\n")
    buckets = [
        live.callers.limits_of(live.callers.authenticator.caller_of(ServiceAccount(f"pull-{number}", "ci")))
        for number in range(100)
    ]

    assert all(each.unlimited for each in buckets)
    assert len({id(each) for each in buckets}) == 1
    assert live.callers._limits == {}


def test_without_keys_and_tokens_anybody_may_call() -> None:
    """As a first try does; tokens are then no matter of the cluster."""
    anybody = _of()

    assert anybody.authenticator.authenticate(None, None, 0.0).tenant == "anonymous"
    assert anybody.reviews is NO_REVIEWS
    assert [check.name for check in anybody.checks] == ["keys-file"]


def test_with_tokens_nobody_may_call_without_one() -> None:
    """A key file is not needed, and its absence opens nothing."""
    chosen = _of(token_review="true")

    assert chosen.reviews is not NO_REVIEWS
    assert [check.name for check in chosen.checks] == ["keys-file", "token-reviews"]
    assert chosen.authenticator.caller_of(_WEB) == Caller("shop", "shop/web")
    with pytest.raises(Unauthenticated, match="No API key"):
        chosen.authenticator.authenticate(None, None, 0.0)
