"""Reading the key file."""

import pytest

from sealane_api.route_table import Limits
from sealane_router.policy.key_file import AllowedModels, KeyEntry, KeyFileError, TenantEntry, parse_key_file

_A, _B = "a" * 64, "b" * 64


def _one(extra: str = "", top: str = "") -> KeyEntry:
    """The only entry of a file with one key."""
    text = f"{top}keys:\n- tenant: team-a\n  name: laptop\n  sha256: {_A}\n{extra}"
    (entry,) = parse_key_file(text, "keys.yaml").keys
    return entry


def _problems(text: str) -> list[str]:
    with pytest.raises(KeyFileError) as caught:
        parse_key_file(text, "keys.yaml")
    return str(caught.value).splitlines()


def _key(name: str = "laptop", digest: str = _A, extra: str = "") -> str:
    return f"- {{tenant: team-a, name: {name}, sha256: {digest}{extra}}}\n"


def test_the_least_entry_is_tenant_name_and_digest() -> None:
    """Everything else has a default: every model, no limit, no end."""
    assert _one() == KeyEntry("team-a", "laptop", bytes.fromhex(_A))


def test_a_full_entry_is_read() -> None:
    """Models, limits and an end; ``expires`` is a Unix time whatever its zone."""
    entry = _one(
        "  models: [kimi-*, glm-4.7]\n"
        "  limits: {requestsPerMinute: 60, tokensPerMinute: 1000}\n"
        "  expires: 1970-01-02T01:00:00+01:00\n"
    )

    assert entry.models == (AllowedModels(frozenset({"glm-4.7"}), ("kimi-",)),)
    assert entry.limits == Limits(60, 1000)
    assert entry.expires == 86400.0


def test_a_tenants_section_holds_for_all_its_keys() -> None:
    """Limits are the tenant's; a model must be allowed by tenant and key."""
    entry = _one(
        "  models: [kimi-k3, gpt-5]\n",
        "tenants: {team-a: {models: [kimi-*], limits: {tokensPerMinute: 5}}}\n",
    )

    assert entry.limits == Limits(None, 5)
    assert [allowed.allow("kimi-k3") for allowed in entry.models] == [True, True]
    assert [allowed.allow("gpt-5") for allowed in entry.models] == [True, False]


def test_limits_of_one_key_are_its_tenants() -> None:
    """Keys of a tenant share one bucket, so what one states holds for the others, earlier ones too."""
    text = "keys:\n" + _key("one", _A) + _key("two", _B, ", limits: {requestsPerMinute: 7}")

    assert [entry.limits for entry in parse_key_file(text, "f").keys] == [Limits(7), Limits(7)]


def test_tenants_are_all_that_are_named() -> None:
    """With their models, limits and ServiceAccounts; also those that only a key names, with the limits it states."""
    text = (
        "tenants:\n"
        "  apps: {models: [kimi-*], serviceAccounts: [shop, shop/checkout-api.v2], limits: {requestsPerMinute: 6}}\n"
        "  none: {}\n"
        f"keys: [{{tenant: team-a, name: ci, sha256: {_A}, limits: {{tokensPerMinute: 9}}}}]\n"
    )

    assert parse_key_file(text, "f").tenants == (
        TenantEntry("apps", (AllowedModels.of(("kimi-*",)),), Limits(6), ("shop", "shop/checkout-api.v2")),
        TenantEntry("none"),
        TenantEntry("team-a", limits=Limits(None, 9)),
    )


def test_a_file_may_name_service_accounts_alone() -> None:
    """Then nobody has a key."""
    file = parse_key_file("tenants: {apps: {serviceAccounts: [shop]}}\nkeys: []\n", "f")

    assert file.keys == ()
    assert file.tenants[0].service_accounts == ("shop",)


@pytest.mark.parametrize(
    ("accounts", "problem"),
    [
        ("[Shop]", "tenants.a.serviceAccounts[0]: found 'Shop'; write a namespace, or a ServiceAccount as namesp"),
        ("[shop/]", "tenants.a.serviceAccounts[0]: found 'shop/'; write"),
        ("[a/b/c]", "tenants.a.serviceAccounts[0]: found 'a/b/c'; write"),
        ("['*']", "tenants.a.serviceAccounts[0]: found '*'; write"),
        ("['system:serviceaccount:a:b']", "tenants.a.serviceAccounts[0]: found 'system:serviceaccount:a:b'; write"),
        ("[x, x]", "tenants.a.serviceAccounts[1]: the same is already at tenants.a.serviceAccounts[0]; write each"),
        ("[shop/web]", "tenants.b.serviceAccounts[0]: the same is already at tenants.a.serviceAccounts[0]; write"),
        ("3", "tenants[...].serviceAccounts: Expected `array`, got `int`"),
    ],
)
def test_a_service_account_is_named_plainly_and_once(accounts: str, problem: str) -> None:
    """Two tenants cannot have the same one."""
    text = f"tenants: {{a: {{serviceAccounts: {accounts}}}, b: {{serviceAccounts: [shop/web]}}}}\nkeys: []\n"
    (found,) = _problems(text)

    assert problem in found


def test_too_many_service_accounts_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them are held in memory."""
    monkeypatch.setattr("sealane_router.policy.key_file.MAX_SERVICE_ACCOUNTS", 1)
    (found,) = _problems("tenants: {a: {serviceAccounts: [b, c]}}\nkeys: []\n")

    assert "found '2 ServiceAccounts'; write at most 1" in found


@pytest.mark.parametrize(
    ("pattern", "model", "allowed"),
    [
        ("glm-4.7", "glm-4.7", True),
        ("GLM-4.7", "glm-4.7", True),
        ("glm-4.7", "glm-4.75", False),
        ("kimi-*", "kimi-k3", True),
        ("Kimi-*", "kimi-", True),
        ("kimi-*", "kimi", False),
        ("*", "anything", True),
    ],
)
def test_a_pattern_is_a_name_a_start_or_everything(pattern: str, model: str, allowed: bool) -> None:
    """ASCII case does not matter."""
    assert AllowedModels.of((pattern,)).allow(model) is allowed


def test_an_empty_list_allows_nothing() -> None:
    """``models: []`` is not the same as no list."""
    (allowed,) = _one("  models: []\n").models

    assert not allowed.allow("kimi-k3")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "keys.yaml: the file: Expected `object`, got `null`"),
        ("keys:\n", "keys.yaml: keys: Expected `array`, got `null`"),
        ("tenants: {}\n", "keys.yaml: the file: Object missing required field `keys`"),
        ("keyz: []\nkeys: []", "keys.yaml: the file: Object contains unknown field `keyz`"),
        ("keys:\n" + _key(extra=", modles: []"), "keys.yaml: keys[0]: Object contains unknown field `modles`"),
        (
            "keys:\n" + _key(extra=", limits: {rpm: 1}"),
            "keys.yaml: keys[0].limits: Object contains unknown field `rpm`",
        ),
        ("keys:\n" + _key(digest="1" * 64), "keys.yaml: keys[0].sha256: Expected `str`, got `int`; put it in quotes"),
        ("keys:\n  - a: 1\n  a: 2\n", "keys.yaml:3: did not find expected '-' indicator"),
        ("keys: []\nkeys: []\n", "keys.yaml:2: 'keys' is written twice; write it once"),
        ("keys: [{tenant: a, tenant: b}]\n", "keys.yaml:1: 'tenant' is written twice; write it once"),
    ],
)
def test_a_file_of_another_shape_is_refused(text: str, problem: str) -> None:
    """The line says where and what; a field written twice is not silently the later one."""
    assert _problems(text) == [problem]


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (_key(name="Big"), "keys[0].name: found 'Big'; write at most 63 of a-z, 0-9 and -"),
        (_key(extra=", models: [k*mi]"), "keys[0].models[0]: found 'k*mi'; write a model, the start of one and *"),
        (_key(extra=", models: ['']"), "keys[0].models[0]: found ''; write a model"),
        (
            _key(extra=", limits: {requestsPerMinute: 0}"),
            "keys[0].limits.requestsPerMinute: found '0'; write a whole number from 1",
        ),
        (_key(extra=", expires: 2027-01-31"), "keys[0].expires: found '2027-01-31'; write a moment with its time zone"),
        (_key(extra=", expires: 2027-01-31T00:00:00"), "write a moment with its time zone"),
        (_key(extra=", expires: 2027-13-31T00:00:00Z"), "write a moment with its time zone"),
        (
            _key() + _key("other"),
            "keys[1].sha256: the same key is already at keys[0].sha256; write each once",
        ),
        (
            _key() + _key(digest=_B),
            "keys[1].name: a key of this tenant and name is already at keys[0].name; write each once",
        ),
        (
            _key("one", _A, ", limits: {requestsPerMinute: 1}") + _key("two", _B, ", limits: {requestsPerMinute: 2}"),
            "keys[1].limits: differs from keys[0].limits, and a tenant has one set of limits",
        ),
        (f"- {{tenant: anonymous, name: a, sha256: {_A}}}\n", "keys[0].tenant: found 'anonymous'"),
    ],
)
def test_a_value_out_of_bounds_is_refused(entry: str, problem: str) -> None:
    """The line names the place, what was found and what to write."""
    (found,) = _problems("keys:\n" + entry)

    assert problem in found


def test_a_key_in_place_of_its_digest_is_not_repeated() -> None:
    """Somebody who pastes the key itself does not find it in a log."""
    (found,) = _problems("keys:\n" + _key(digest="sl-secret"))

    assert "sl-secret" not in found
    assert "found 9 characters; write the SHA-256" in found


def test_problems_are_collected_and_bounded() -> None:
    """A file with many mistakes is repaired in one go, and a broken one does not fill a terminal."""
    text = "keys:\n" + "".join(_key(f"N{index}", f"a{index:063x}") for index in range(50))

    assert len(_problems(text)) == 20


def test_too_many_keys_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number is bounded, because all of them are held in memory."""
    monkeypatch.setattr("sealane_router.policy.key_file.MAX_KEYS", 1)

    assert _problems("keys:\n" + _key() + _key("b", _B)) == ["keys.yaml: found 2 keys; write at most 1"]


def test_deep_nesting_is_an_error_like_any_other() -> None:
    """A file that exhausts the parser is refused with a message."""
    (found,) = _problems("keys: " + "[" * 5000)

    assert found.startswith("keys.yaml")
