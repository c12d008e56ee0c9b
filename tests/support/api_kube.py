"""The operator's own client on a real API server, for tests of what the reconciler does with it.

What the reconciler sees is listed before each look, as a watch that is never late; what it writes is noted by name.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sealane_kube.api import Api
from sealane_kube.configuration import load_configuration
from sealane_kube.connection import Connection
from sealane_operator.kube.client import KubeClient
from tests.support.resources import Document

_VERBS = {"POST": "create", "PATCH": "label", "DELETE": "delete", "PUT": "status"}
_SEALANE = "/apis/sealane.dev/v1alpha1/namespaces"


async def connect(kubeconfig: Path) -> Connection:
    """Return a connection as the kubeconfig's user, in no hurry to be slow."""
    return Connection(await load_configuration(kubeconfig), "tests")


class ApiKube:
    """The API as one kubeconfig reaches it; ``writes`` names what was written."""

    def __init__(self, kubeconfig: Path, namespace: str) -> None:
        self._kubeconfig = kubeconfig
        self._namespace = namespace
        self.routes: dict[str, Document] = {}
        self._revisions: list[Document] = []
        self.writes: list[str] = []
        self._client: KubeClient
        self._connection: Connection

    async def __aenter__(self) -> Self:
        self._connection = await connect(self._kubeconfig)
        self._client = KubeClient(_Noting(self._connection, self.writes), router_namespace="sealane-system")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._connection.close()

    def __getattr__(self, name: str) -> Any:
        """Everything else is the client's."""
        return getattr(self._client, name)

    async def catch_up(self) -> None:
        """See what is there now."""
        routes = await self._list("providerroutes")
        self.routes = {f"{self._namespace}/{item['metadata']['name']}": item for item in routes}
        self._revisions = await self._list("providerrouterevisions")

    def revisions(self, namespace: str, route: str) -> Sequence[Mapping[str, Any]]:
        return [
            {"metadata": item["metadata"]}
            for item in self._revisions
            if namespace == self._namespace and item["metadata"]["name"].startswith(f"{route}-")
        ]

    async def _list(self, plural: str) -> list[Document]:
        found = await self._connection.call("GET", f"{_SEALANE}/{self._namespace}/{plural}")
        items: list[Document] = found["items"]
        return items


class _Noting:
    """Notes each write of a route or a revision on its way."""

    def __init__(self, api: Api, writes: list[str]) -> None:
        self._api = api
        self._writes = writes

    async def call(self, method: str, path: str, body: Mapping[str, Any] | None = None, **how: Any) -> Document:
        if method in _VERBS and "/apis/sealane.dev/" in path:
            name = (
                body["metadata"]["name"] if method == "POST" and body else path.removesuffix("/status").split("/")[-1]
            )
            self._writes.append(f"{_VERBS[method]} {name}")
        return await self._api.call(method, path, body, **how)
