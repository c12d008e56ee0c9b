"""Which tenant a ServiceAccount calls for: the one of the key file that names it or its namespace.

Where no tenant names any, each namespace is a tenant of its own name: with what the key file says of a tenant of that
name, else with every model and no limit.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from .key_file import ANONYMOUS, TenantEntry


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """A ServiceAccount of the cluster, as the API server named it."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


class ServiceAccounts:
    """The tenants by the ServiceAccounts that call for them. Never changed once built."""

    __slots__ = ("_bound", "_tenants")

    def __init__(self, tenants: Iterable[TenantEntry] = ()) -> None:
        self._tenants = {tenant.name: tenant for tenant in tenants}
        self._bound = {account: tenant for tenant in self._tenants.values() for account in tenant.service_accounts}

    def tenant_of(self, account: ServiceAccount) -> TenantEntry | None:
        """Its tenant, the one that names it itself before the one that names its namespace; None: it may not call."""
        if self._bound:
            return self._bound.get(str(account)) or self._bound.get(account.namespace)
        if account.namespace == ANONYMOUS:
            return None
        return self._tenants.get(account.namespace) or TenantEntry(account.namespace)
