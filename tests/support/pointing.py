"""Somebody with kubectl who writes what the operator would: routes, revisions and the statuses that point at them."""

import json
from typing import Any

from sealane_api.canonical import spec_hash
from sealane_api.provider_route import RevisionSpec
from tests.support.kubectl import Kubectl
from tests.support.resources import Document, provider, route, rule


def spec_of(base_url: str, prefix: str = "kimi-", secret: str = "moonshot", key: str = "api-key") -> Document:
    """One provider at ``base_url`` that serves the models of ``prefix`` with a key of ``secret``."""
    reference = {"secretRef": {"name": secret, "key": key}}
    served = provider(baseURL=base_url, allowInsecure=True, credential=reference)
    return {"providers": [served], "rules": [rule(prefix=prefix, retry={"maxAttempts": 1})]}


def hash_of(spec: Document) -> str:
    """The hash that a pointer at a revision with this spec has."""
    return spec_hash(RevisionSpec.model_validate(spec))


class Pointing:
    """The routes of one namespace, pointed by hand."""

    def __init__(self, kubectl: Kubectl, namespace: str) -> None:
        self.kubectl = kubectl
        self.namespace = namespace

    def __call__(self, *arguments: str, stdin: str = "") -> str:
        """kubectl in the namespace."""
        return self.kubectl(*arguments, f"--namespace={self.namespace}", stdin=stdin)

    def secret(self, value: str, name: str = "moonshot", key: str = "api-key") -> None:
        """Write a Secret."""
        self.kubectl.apply(
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": name, "namespace": self.namespace},
                "stringData": {key: value},
            }
        )

    def route(self, name: str, spec: Document) -> None:
        """Write a route."""
        self.kubectl.apply(route(name, self.namespace, **spec))

    def revision(self, name: str, number: int, spec: Document, *, owner: str | None = None) -> dict[str, Any]:
        """Write a revision of a route that is there (``owner``: of another one); returns what a pointer at it says."""
        metadata = json.loads(self("get", "providerroute", owner or name, "-o", "json"))["metadata"]
        self.kubectl(
            "create",
            "-f",
            "-",
            stdin=json.dumps(
                {
                    "apiVersion": "sealane.dev/v1alpha1",
                    "kind": "ProviderRouteRevision",
                    "metadata": {
                        "name": f"{name}-{number}",
                        "namespace": self.namespace,
                        "ownerReferences": [
                            {
                                "apiVersion": "sealane.dev/v1alpha1",
                                "kind": "ProviderRoute",
                                "name": metadata["name"],
                                "uid": metadata["uid"],
                                "controller": True,
                            }
                        ],
                    },
                    "spec": spec,
                }
            ),
        )
        return {"revision": number, "hash": hash_of(spec)}

    def point(self, name: str, stable: dict[str, Any] | None, candidate: dict[str, Any] | None = None) -> None:
        """Write the status: the stable revision, and a candidate with its weight."""
        on_trial = None if candidate is None else {"weight": 0, "step": 1, **candidate}
        patch = {"status": {"stable": stable, "candidate": on_trial}}
        self("patch", "providerroute", name, "--subresource=status", "--type=merge", "--patch", json.dumps(patch))

    def serve(self, name: str, spec: Document, number: int = 1) -> dict[str, Any]:
        """A route with a first revision that is stable; returns its pointer."""
        self.route(name, spec)
        pointer = self.revision(name, number, spec)
        self.point(name, pointer)
        return pointer
