"""What people do and see in one namespace of a cluster: kubectl, and what the API holds of a route."""

import http.client
import json
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from tests.support.cluster import ControlPlane
from tests.support.kubectl import Kubectl
from tests.support.resources import Document

_SEALANE = "/apis/sealane.dev/v1alpha1"


class People:
    """The administrator at work in ``namespace``; reading goes to the API server itself, quicker than kubectl does."""

    def __init__(self, plane: ControlPlane, namespace: str) -> None:
        self.plane = plane
        self.namespace = namespace
        config = json.loads(plane.kubeconfig.read_text(encoding="utf-8"))
        user = config["users"][0]["user"]
        trust = ssl.create_default_context(cafile=plane.authority.certificate)
        trust.load_cert_chain(user["client-certificate"], user["client-key"])
        address = plane.server.removeprefix("https://")
        self._api = http.client.HTTPSConnection(address, timeout=30, context=trust)

    def leave(self) -> None:
        """Close the connection."""
        self._api.close()

    @property
    def kubectl(self) -> Kubectl:
        """The administrator."""
        return self.plane.kubectl

    def __call__(self, *arguments: str, stdin: str = "") -> str:
        """``kubectl`` in the namespace."""
        return self.plane.kubectl(*arguments, f"--namespace={self.namespace}", stdin=stdin)

    def apply(self, *documents: Document) -> None:
        """``kubectl apply`` into the namespace."""
        for document in documents:
            document["metadata"]["namespace"] = self.namespace
        self.plane.kubectl.apply(*documents)

    def read(self, path: str) -> Any:
        """What the API server has at ``path``, as its administrator sees it; None where there is nothing."""
        return self.ask("GET", path)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """One call of the API over a kept connection; None when nothing is there. AssertionError when it is refused."""
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        content = None if body is None else json.dumps(body)
        try:
            status, said = self._call(method, path, content, kind)
        except (http.client.HTTPException, OSError):
            status, said = self._call(method, path, content, kind)  # it was closed while nobody used it
        if status == 404:
            return None
        assert status < 300, f"{method} {path}: {status} {said[:500]!r}"
        return json.loads(said)

    def _call(self, method: str, path: str, content: str | None, kind: str) -> tuple[int, bytes]:
        try:
            self._api.request(method, path, content, {"Content-Type": kind})
            answer = self._api.getresponse()
            return answer.status, answer.read()
        except (http.client.HTTPException, OSError):
            self._api.close()
            raise

    def route(self, name: str = "chat") -> Any:
        """The route as it is stored; None when it is gone."""
        return self.read(f"{_SEALANE}/namespaces/{self.namespace}/providerroutes/{name}")

    def status(self, name: str = "chat") -> Mapping[str, Any]:
        """Its status."""
        found: Mapping[str, Any] = (self.route(name) or {}).get("status", {})
        return found

    def stable(self, name: str = "chat") -> int:
        """The number of the stable revision; 0 while there is none."""
        return int((self.status(name).get("stable") or {}).get("revision") or 0)

    def candidate(self, name: str = "chat") -> int:
        """The number of the candidate; 0 while there is none."""
        return int((self.status(name).get("candidate") or {}).get("revision") or 0)

    def condition(self, kind: str, name: str = "chat") -> str:
        """``status/reason`` of one condition; empty while there is none."""
        for each in self.status(name).get("conditions", ()):
            if each["type"] == kind:
                return f"{each['status']}/{each['reason']}"
        return ""

    def message(self, kind: str, name: str = "chat") -> str:
        """The words of one condition; empty while there is none."""
        said = (each["message"] for each in self.status(name).get("conditions", ()) if each["type"] == kind)
        return str(next(said, ""))

    def revisions(self, name: str = "chat") -> dict[int, str]:
        """The state of each of the route's revisions, by number."""
        return {number: item["metadata"]["labels"].get("sealane.dev/state", "") for number, item in self._stored(name)}

    def contents(self, name: str = "chat") -> dict[int, Document]:
        """The spec of each of the route's revisions, by number."""
        return {number: item["spec"] for number, item in self._stored(name)}

    def _stored(self, name: str) -> Iterator[tuple[int, Document]]:
        for item in self.read(f"{_SEALANE}/namespaces/{self.namespace}/providerrouterevisions")["items"]:
            route, _, number = item["metadata"]["name"].rpartition("-")
            if route == name:
                yield int(number), item

    def events(self) -> list[Any]:
        """The Kubernetes Events of the namespace, the oldest first."""
        items = self.read(f"/apis/events.k8s.io/v1/namespaces/{self.namespace}/events")["items"]
        return sorted(items, key=lambda item: item.get("eventTime") or "")

    def request(self, verb: str, name: str = "chat", *arguments: str) -> None:
        """``kubectl sealane VERB NAME``, in this namespace. Raises AssertionError with what it said."""
        command = [sys.executable, "-m", "sealane_cli.kubectl", verb, name, *arguments, "--namespace", self.namespace]
        done = subprocess.run(
            command, env=self.kubectl.environment(), capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
