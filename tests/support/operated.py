"""A namespace with people and an operator: kubectl here, the reconciler there, a real API server between them."""

import json
from typing import Any

from sealane_operator.judgement.claims import Grants
from sealane_operator.reconciler.reconcile import Reconciler, Surroundings
from tests.support.api_kube import ApiKube
from tests.support.kubectl import Kubectl
from tests.support.resources import Document, provider, route, rule
from tests.support.small_operator import BEGIN, FakeFleet, Told, two_steps

_KEYED = provider(credential={"secretRef": {"name": "moonshot", "key": "api-key"}})


class Scene:
    """People with kubectl, and an operator whose routers obey at once."""

    def __init__(self, kubectl: Kubectl, kube: ApiKube, namespace: str, grants: Grants | None = None) -> None:
        self.kube = kube
        self.namespace = namespace
        self.marked: list[str] = []
        self.clock = BEGIN
        self._grants = grants or Grants()
        self.kubectl = kubectl
        self.restart()

    def restart(self) -> None:
        """A new process."""
        told = Told()
        self.reconciler = Reconciler(
            Surroundings(
                seen=self.kube,
                kube=self.kube,
                fleet=FakeFleet(),
                recorder=told,
                metrics=told,
                decide=two_steps,
                mark=self.marked.append,
                now=lambda: self.clock,
                monotonic=lambda: self.clock,
                grants=self._grants,
            )
        )

    def __call__(self, *arguments: str, stdin: str = "") -> str:
        return self.kubectl(*arguments, f"--namespace={self.namespace}", stdin=stdin)

    def apply(self, name: str, prefix: str = "kimi-", **spec: object) -> None:
        document = route(name, self.namespace, **({"providers": [_KEYED], "rules": [rule(prefix=prefix)]} | spec))
        self.kubectl.apply(document)

    async def settle(self, *names: str) -> None:
        """Look at the routes, as a new process does, until nothing is written any more."""
        for _ in range(20):
            count = len(self.kube.writes)
            marked, self.marked[:] = list(self.marked), []
            for key in dict.fromkeys([*(f"{self.namespace}/{name}" for name in names), *marked]):
                await self.kube.catch_up()
                await self.reconciler.reconcile(key)
                self.clock += 1.0
            if len(self.kube.writes) == count and not self.marked:
                return
        raise AssertionError(f"never at rest: {self.kube.writes[-10:]}")

    def get(self, name: str) -> Document:
        found: Document = json.loads(self("get", "providerroute", name, "-o", "json"))
        return found

    def condition(self, name: str, kind: str) -> str:
        said = next(each for each in self.get(name)["status"]["conditions"] if each["type"] == kind)
        return f"{said['status']}/{said['reason']}"

    def stable(self, name: str) -> Any:
        return self.get(name)["status"]["stable"]["revision"]

    def revisions(self) -> dict[str, str]:
        """State by name."""
        items = json.loads(self("get", "providerrouterevisions", "-o", "json"))["items"]
        return {item["metadata"]["name"]: item["metadata"]["labels"].get("sealane.dev/state", "") for item in items}
