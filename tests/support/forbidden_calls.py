"""What the operator and the routers must not be able to do, as raw calls to the Kubernetes API.

``{team}`` is a namespace with routes, ``{home}`` the operator's own; each call would work for an administrator, or fail
for another reason than permission.
"""

from dataclasses import dataclass, field
from typing import Any

from sealane_kube.api import APPLY_PATCH, MERGE_PATCH
from tests.support.permitted_calls import Caller
from tests.support.rbac import ROUTE

_ROUTES = "/apis/sealane.dev/v1alpha1/namespaces/{team}/providerroutes"
_REVISIONS = "/apis/sealane.dev/v1alpha1/namespaces/{team}/providerrouterevisions"
_SECRETS = "/api/v1/namespaces/{team}/secrets"
_RBAC = "/apis/rbac.authorization.k8s.io/v1"
_TEAM_RBAC = f"{_RBAC}/namespaces/{{team}}"
_APPS = "/apis/apps/v1/namespaces/{home}"
_ADMISSION = "/apis/admissionregistration.k8s.io/v1"
_GRANT = "sealane-router-secrets"


@dataclass(frozen=True, slots=True)
class Deed:
    """One call that is refused."""

    method: str
    path: str
    body: dict[str, Any] | None = None
    content_type: str = "application/json"
    query: dict[str, str] = field(default_factory=dict)

    async def attempt(self, caller: Caller) -> None:
        """Make the call. Raises Forbidden when everything is as it should be."""
        await self._make(caller, self.query)

    async def rehearse(self, caller: Caller) -> None:
        """Make the call so that nothing is written, whoever is allowed to."""
        await self._make(caller, self.query if self.method == "GET" else {**self.query, "dryRun": "All"})

    async def _make(self, caller: Caller, query: dict[str, str]) -> None:
        path = self.path.format(team=caller.at.team, home=caller.at.home)
        await caller.ask(self.method, path, self.body, query=query, content_type=self.content_type)

    def __str__(self) -> str:
        kind = self.path.replace("{team}", "team").replace("{home}", "home").split("/v1", 1)[-1]
        return f"{self.method} {kind.removeprefix('alpha1')}"


def _patch(path: str, body: dict[str, Any]) -> Deed:
    return Deed("PATCH", path, body, MERGE_PATCH)


def _apply(path: str, kind: str, body: dict[str, Any]) -> Deed:
    name = path.rsplit("/", 1)[-1]
    whole = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": name}, **body}
    return Deed("PATCH", path, whole, APPLY_PATCH, {"fieldManager": "sealane-operator", "force": "true"})


def _role(*verbs: str, resource: str = "secrets", name: str = _GRANT) -> Deed:
    rules = [{"apiGroups": [""], "resources": [resource], "resourceNames": ["x"], "verbs": list(verbs)}]
    return _apply(f"{_TEAM_RBAC}/roles/{name}", "Role", {"rules": rules})


def _binding(kind: str, role: str, name: str = _GRANT) -> Deed:
    ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": role}
    subject = {"kind": "ServiceAccount", "name": "sealane-router", "namespace": "default"}
    return _apply(f"{_TEAM_RBAC}/rolebindings/{name}", "RoleBinding", {"roleRef": ref, "subjects": [subject]})


_LABEL = {"metadata": {"labels": {"a": "b"}}}

#: Nobody of Sealane does this.
NOBODY = [
    Deed("POST", _ROUTES, {"metadata": {"name": "another"}}),
    _patch(f"{_ROUTES}/{ROUTE}", {"spec": {"suspend": True}}),
    _patch(
        f"{_ROUTES}/{ROUTE}", {"metadata": {"annotations": {"sealane.dev/request": "me undo x 2026-01-01T00:00:00Z"}}}
    ),
    _patch(f"{_ROUTES}/{ROUTE}/status", {"status": {}}),
    Deed("DELETE", f"{_ROUTES}/{ROUTE}"),
    Deed("DELETE", _ROUTES),
    Deed("PUT", f"{_REVISIONS}/{ROUTE}-1", {"metadata": {"name": f"{ROUTE}-1"}}),
    Deed("DELETE", _REVISIONS),
    Deed("POST", _SECRETS, {"metadata": {"name": "another"}}),
    _patch(f"{_SECRETS}/of-somebody-else", _LABEL),
    Deed("DELETE", f"{_SECRETS}/of-somebody-else"),
    Deed("GET", "/api/v1/namespaces/{team}/configmaps"),
    Deed("GET", "/api/v1/namespaces"),
    Deed("GET", "/api/v1/namespaces/{home}/pods"),
    Deed("POST", "/api/v1/namespaces/{home}/pods", {"metadata": {"name": "another"}}),
    Deed("POST", "/api/v1/namespaces/{home}/serviceaccounts/sealane-operator/token", {}),
    Deed("POST", "/api/v1/namespaces/{team}/events", {"metadata": {"name": "another"}}),
    Deed("GET", "/apis/events.k8s.io/v1/namespaces/{team}/events"),
    Deed("DELETE", "/apis/events.k8s.io/v1/namespaces/{team}/events"),
    Deed("GET", f"{_APPS}/deployments/sealane-router"),
    _patch(f"{_APPS}/deployments/sealane-router", _LABEL),
    Deed("PUT", f"{_APPS}/deployments/sealane-router", {"metadata": {"name": "sealane-router"}}),
    Deed("DELETE", f"{_APPS}/deployments/sealane-router"),
    Deed("POST", f"{_APPS}/deployments", {"metadata": {"name": "another"}}),
    _patch(f"{_APPS}/deployments/sealane-router/scale", {"spec": {"replicas": 0}}),
    _patch(f"{_APPS}/replicasets/sealane-router-1", _LABEL),
    Deed("GET", "/apis/apps/v1/namespaces/{team}/deployments/theirs"),
    Deed("GET", "/apis/discovery.k8s.io/v1/namespaces/{team}/endpointslices"),
    Deed("DELETE", "/apis/coordination.k8s.io/v1/namespaces/{home}/leases/sealane-operator"),
    Deed("GET", "/apis/coordination.k8s.io/v1/namespaces/{home}/leases/of-another"),
    Deed(
        "PUT", "/apis/coordination.k8s.io/v1/namespaces/{home}/leases/of-another", {"metadata": {"name": "of-another"}}
    ),
    Deed("POST", "/apis/coordination.k8s.io/v1/namespaces/{team}/leases", {"metadata": {"name": "another"}}),
    Deed("GET", f"{_ADMISSION}/validatingadmissionpolicies"),
    _patch(f"{_ADMISSION}/validatingadmissionpolicies/sealane-request-author", _LABEL),
    Deed("DELETE", f"{_ADMISSION}/validatingadmissionpolicybindings/sealane-request-author"),
    _patch("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/providerroutes.sealane.dev", _LABEL),
    Deed("POST", f"{_RBAC}/clusterroles", {"metadata": {"name": "another"}}),
    Deed("POST", f"{_RBAC}/clusterrolebindings", {"metadata": {"name": "another"}}),
    Deed("POST", f"{_TEAM_RBAC}/roles", {"metadata": {"name": _GRANT}}),
    Deed("GET", f"{_TEAM_RBAC}/roles"),
    Deed("DELETE", f"{_TEAM_RBAC}/roles/{_GRANT}"),
    Deed("DELETE", f"{_TEAM_RBAC}/rolebindings/{_GRANT}"),
    _role("get", name="another"),
    _role("get", "update"),
    _role("get", resource="pods"),
    _binding("Role", _GRANT, name="another"),
    _binding("ClusterRole", "cluster-admin"),
    _binding("ClusterRole", "view"),
]

#: The operator does this; a router must not.
ONLY_THE_OPERATOR = [
    Deed("GET", f"{_ROUTES}/{ROUTE}"),
    Deed("PUT", f"{_ROUTES}/{ROUTE}/status", {"metadata": {"name": ROUTE}}),
    Deed("GET", _REVISIONS),
    Deed("POST", _REVISIONS, {"metadata": {"name": f"{ROUTE}-1"}}),
    _patch(f"{_REVISIONS}/{ROUTE}-1", _LABEL),
    Deed("DELETE", f"{_REVISIONS}/{ROUTE}-1"),
    Deed("GET", f"{_TEAM_RBAC}/roles/{_GRANT}"),
    _role("get"),
    _binding("Role", _GRANT),
    Deed("POST", "/apis/events.k8s.io/v1/namespaces/{team}/events", {"metadata": {"name": "another"}}),
    Deed("GET", "/apis/coordination.k8s.io/v1/namespaces/{home}/leases/sealane-operator"),
    Deed("POST", "/apis/coordination.k8s.io/v1/namespaces/{home}/leases", {"metadata": {"name": "another"}}),
    Deed("GET", "/apis/discovery.k8s.io/v1/namespaces/{home}/endpointslices"),
    Deed("GET", f"{_APPS}/replicasets/sealane-router-1"),
]

#: Secrets are read by name, and by the names that the operator lets a router read.
NO_ROUTER = [
    Deed("GET", f"{_SECRETS}/of-somebody-else"),
    Deed("GET", _SECRETS),
    Deed("GET", _SECRETS, query={"fieldSelector": "metadata.name=of-somebody-else"}),
    Deed("GET", "/api/v1/secrets"),
]

#: An installation of Roles looks nowhere else.
NOT_ELSEWHERE = [
    Deed("GET", "/apis/sealane.dev/v1alpha1/providerroutes"),
    Deed("GET", "/apis/sealane.dev/v1alpha1/namespaces/default/providerroutes"),
    Deed("GET", "/apis/sealane.dev/v1alpha1/namespaces/default/providerrouterevisions/a-1"),
    Deed("GET", "/api/v1/namespaces/default/secrets/x"),
    Deed("GET", "/api/v1/namespaces/{home}/secrets/x"),
]
