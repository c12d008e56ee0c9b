"""Which tenant a ServiceAccount calls for."""

from sealane_api.route_table import Limits
from sealane_router.policy.key_file import AllowedModels, TenantEntry
from sealane_router.policy.service_accounts import ServiceAccount, ServiceAccounts

CI = ServiceAccount("team-a", "ci")
WEB = ServiceAccount("team-a", "web")
OTHER = ServiceAccount("team-b", "ci")


def _tenant(accounts: ServiceAccounts, account: ServiceAccount) -> str | None:
    found = accounts.tenant_of(account)
    return None if found is None else found.name


def test_where_nobody_is_named_each_namespace_is_a_tenant() -> None:
    """Of its own name, with every model and no limit."""
    accounts = ServiceAccounts()

    assert accounts.tenant_of(CI) == TenantEntry("team-a")
    assert accounts.tenant_of(OTHER) == TenantEntry("team-b")


def test_a_namespace_is_the_tenant_that_the_key_file_describes() -> None:
    """Whoever limits the tenant ``team-a`` limits the pods of that namespace."""
    tenant = TenantEntry("team-a", (AllowedModels.of(("kimi-*",)),), Limits(5))

    assert ServiceAccounts([tenant]).tenant_of(CI) is tenant


def test_the_namespace_anonymous_is_no_tenant() -> None:
    """It would share what callers without a key share."""
    assert ServiceAccounts().tenant_of(ServiceAccount("anonymous", "ci")) is None


def test_who_is_named_calls_and_nobody_else() -> None:
    """The first ``serviceAccounts`` of a key file closes the door to all others."""
    accounts = ServiceAccounts([TenantEntry("one", service_accounts=("team-a/ci",)), TenantEntry("team-b")])

    assert [_tenant(accounts, account) for account in (CI, WEB, OTHER)] == ["one", None, None]


def test_a_name_counts_before_its_namespace() -> None:
    """Whichever tenant comes first in the file."""
    tenants = [TenantEntry("all", service_accounts=("team-a",)), TenantEntry("one", service_accounts=("team-a/ci",))]

    for each in (tenants, tenants[::-1]):
        accounts = ServiceAccounts(each)
        assert [_tenant(accounts, account) for account in (CI, WEB, OTHER)] == ["one", "all", None]


def test_an_account_is_written_as_people_write_it() -> None:
    """Namespace and name."""
    assert str(CI) == "team-a/ci"
