"""What the operator does to the cluster: every read and write it needs, and no other."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sealane_kube.api import APPLY_PATCH, MERGE_PATCH, Api, Json
from sealane_kube.errors import Forbidden, LeaseLost, NotFound

#: Who the operator is to server-side apply.
FIELD_MANAGER = "sealane-operator"

#: The Role and the RoleBinding that let routers read the Secrets of a namespace.
ROUTER_SECRETS = "sealane-router-secrets"
ROUTER_ACCOUNT = "sealane-router"

#: The admission policy that binds a request by hand to its requester.
REQUEST_POLICY = "sealane-request-author"

_SEALANE = "/apis/sealane.dev/v1alpha1/namespaces"
_RBAC = "/apis/rbac.authorization.k8s.io/v1/namespaces"
_ADMISSION = "/apis/admissionregistration.k8s.io/v1"


class KubeClient:
    """The API as the operator needs it; every method is one attempt, unless it says that it reads first.

    ``router_namespace`` is where the routers' ServiceAccount is. ``leading`` is asked before each write, which raises
    LeaseLost when it says no.
    """

    def __init__(self, api: Api, *, router_namespace: str, leading: Callable[[], bool] = lambda: True) -> None:
        self._api = api
        self._router_namespace = router_namespace
        self._leading = leading

    async def get_route(self, namespace: str, name: str) -> Json | None:
        """Return the route as the API holds it now; None when there is none."""
        return await self._find(f"{_SEALANE}/{namespace}/providerroutes/{name}")

    async def get_revision(self, namespace: str, name: str) -> Json | None:
        """Return the whole revision; None when there is none."""
        return await self._find(f"{_SEALANE}/{namespace}/providerrouterevisions/{name}")

    async def create_revision(self, namespace: str, body: Mapping[str, Any]) -> Json:
        """Make it and return what was stored. Raises AlreadyExists."""
        return await self._write("POST", f"{_SEALANE}/{namespace}/providerrouterevisions", body)

    async def patch_revision(
        self,
        namespace: str,
        name: str,
        labels: Mapping[str, str],
        annotations: Mapping[str, str],
        resource_version: str,
    ) -> Json:
        """Write labels and annotations. Raises Conflict when it changed since, NotFound when it is gone."""
        metadata = {"labels": labels, "annotations": annotations, "resourceVersion": resource_version}
        path = f"{_SEALANE}/{namespace}/providerrouterevisions/{name}"
        return await self._write("PATCH", path, {"metadata": metadata}, content_type=MERGE_PATCH)

    async def delete_revision(self, namespace: str, name: str, resource_version: str) -> None:
        """Delete it as it was judged; one that is gone is no error. Raises Conflict when it changed since."""
        body = {"preconditions": {"resourceVersion": resource_version}}
        try:
            await self._write("DELETE", f"{_SEALANE}/{namespace}/providerrouterevisions/{name}", body)
        except NotFound:
            return

    async def write_status(self, route: Mapping[str, Any], status: Mapping[str, Any]) -> Json:
        """Replace the whole status of ``route``, on its resourceVersion. Raises Conflict, or NotFound."""
        metadata = route["metadata"]
        path = f"{_SEALANE}/{metadata['namespace']}/providerroutes/{metadata['name']}/status"
        return await self._write("PUT", path, {**route, "status": status})

    async def secret_keys(self, namespace: str, name: str) -> frozenset[str] | None:
        """Return the names of a Secret's entries, never their contents; None when there is none. Raises Forbidden."""
        secret = await self._find(f"/api/v1/namespaces/{namespace}/secrets/{name}")
        return None if secret is None else frozenset(key for key, value in (secret.get("data") or {}).items() if value)

    async def grant_secrets(self, namespace: str, names: Sequence[str]) -> None:
        """Make Role and RoleBinding say exactly these names: reads both first and writes only what differs.

        Without names an existing Role says nothing any more, and one that does not exist is not made.
        """
        role = await self._find(f"{_RBAC}/{namespace}/roles/{ROUTER_SECRETS}")
        if role is None and not names:
            return
        rules = _rules(names)
        if role is None or (role.get("rules") or []) != rules:
            await self._apply(namespace, "roles", "Role", {"rules": rules})
        binding = await self._find(f"{_RBAC}/{namespace}/rolebindings/{ROUTER_SECRETS}")
        subjects = [{"kind": "ServiceAccount", "name": ROUTER_ACCOUNT, "namespace": self._router_namespace}]
        if binding is None or binding.get("subjects") != subjects:
            # A binding never changes its role: one that names another must be deleted by whoever made it.
            role_ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": ROUTER_SECRETS}
            await self._apply(namespace, "rolebindings", "RoleBinding", {"subjects": subjects, "roleRef": role_ref})

    async def policy_exists(self) -> bool:
        """Whether the admission policy is there, and bound, that ties a request to its requester.

        Not for all that an operator knows which has Roles alone: the policy is of no namespace.
        """
        try:
            policy = await self._find(f"{_ADMISSION}/validatingadmissionpolicies/{REQUEST_POLICY}")
            binding = await self._find(f"{_ADMISSION}/validatingadmissionpolicybindings/{REQUEST_POLICY}")
        except Forbidden:
            return False
        return policy is not None and binding is not None

    async def _find(self, path: str) -> Json | None:
        try:
            return await self._api.call("GET", path)
        except NotFound:
            return None

    async def _write(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any],
        *,
        query: Mapping[str, str] | None = None,
        content_type: str = "application/json",
    ) -> Json:
        if not self._leading():
            raise LeaseLost(f"{method} {path}: not written, for another operator may lead by now")
        return await self._api.call(method, path, body, query=query, content_type=content_type)

    async def _apply(self, namespace: str, plural: str, kind: str, content: Mapping[str, Any]) -> None:
        metadata = {
            "name": ROUTER_SECRETS,
            "namespace": namespace,
            "labels": {"app.kubernetes.io/managed-by": FIELD_MANAGER},
        }
        await self._write(
            "PATCH",
            f"{_RBAC}/{namespace}/{plural}/{ROUTER_SECRETS}",
            {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata, **content},
            query={"fieldManager": FIELD_MANAGER, "force": "true"},
            content_type=APPLY_PATCH,
        )


def _rules(names: Sequence[str]) -> list[Json]:
    if not names:
        return []
    return [
        {
            "apiGroups": [""],
            "resources": ["secrets"],
            "resourceNames": sorted(names),
            "verbs": ["get", "list", "watch"],
        }
    ]
