"""Routes and what belongs to them, read and asked for with the caller's own permissions."""

import os
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from difflib import get_close_matches

from sealane_api.crd.revision import ROUTE_LABEL
from sealane_api.request import REQUEST_ANNOTATION
from sealane_kube.api import MERGE_PATCH, METADATA_ONLY, Json, WatchedApi
from sealane_kube.connection import Connection
from sealane_kube.errors import KubeError, NotFound
from sealane_kube.pace import Pace
from sealane_kube.raw import Raw, mapping_at, mappings, text_at

from .failures import CommandFailed, failed, no_kinds
from .kubeconfig import Flags, find_place

#: Objects of one answer. A full-size route has 2 MB and the answer may have 16, but few routes are a tenth of that.
PAGE = 50
#: Pages of one list; who has more than that asks for a namespace.
MAX_PAGES = 200
#: Seconds after which a watch is begun anew.
WATCH_SECONDS = 240

_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,251}[a-z0-9])?")
_KINDS = {"pr", "proute", "providerroute", "providerroutes", "providerroutes.sealane.dev"}
_API = "/apis/sealane.dev/v1alpha1"
_REVIEW = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
_NEAR = 3


class Routes:
    """The routes of one cluster; ``namespace`` is the one that is meant when a name stands alone.

    Every method raises CommandFailed with what to do, unless it says something else.
    """

    def __init__(self, api: WatchedApi, namespace: str, server: str, *, user: str = "", timeout: float = 10.0) -> None:
        self.namespace = checked(namespace, "namespace")
        self._api = api
        self._server = server
        self._timeout = timeout
        self._headers = {"Impersonate-User": user} if user else {}

    async def get(self, name: str) -> Raw:
        """Return a route: ``chat``, or ``pr/chat`` as kubectl's own commands name it."""
        name = plain_name(name)
        try:
            return await self._api.call("GET", self._path(name), headers=self._headers, timeout=self._timeout)
        except NotFound:
            raise await self._absent(name) from None
        except KubeError as error:
            raise failed(error, self._server) from error

    async def listed(self, *, everywhere: bool = False) -> tuple[list[Raw], str]:
        """Return all routes of the namespace, or of all, and the version from which to watch."""
        found: list[Raw] = []
        query = {"limit": str(PAGE)}
        for _ in range(MAX_PAGES):
            page = await self._call("GET", self._collection(everywhere), query=query)
            found += mappings(page.get("items"))
            query = {"limit": str(PAGE), "continue": text_at(page, "metadata", "continue")}
            if not query["continue"]:
                return found, text_at(page, "metadata", "resourceVersion")
        raise CommandFailed(f"there are more than {PAGE * MAX_PAGES} routes: choose a namespace with -n NAME")

    async def changes(self, version: str, *, everywhere: bool = False) -> AsyncIterator[tuple[str, Raw]]:
        """Yield (ADDED, MODIFIED, DELETED; the route) after ``version`` until the server ends the watch.

        Raises KubeError when it breaks off; whoever follows lists again then.
        """
        query = {"resourceVersion": version, "allowWatchBookmarks": "false"}
        path = self._collection(everywhere)
        async for event in self._api.watch(path, query=query, headers=self._headers, seconds=WATCH_SECONDS):
            if event.get("type") == "ERROR":
                raise KubeError("the watch was ended", int(mapping_at(event, "object").get("code") or 0))
            yield str(event.get("type")), mapping_at(event, "object")

    async def revisions(self, name: str) -> list[Raw]:
        """Return the revisions that bear a route's name, whoever owns them: metadata alone."""
        query = {"labelSelector": f"{ROUTE_LABEL}={name}", "limit": "500"}
        path = f"{_API}/namespaces/{self.namespace}/providerrouterevisions"
        return mappings((await self._call("GET", path, query=query, headers=METADATA_ONLY)).get("items"))

    async def revision(self, name: str) -> Raw | None:
        """Return a whole revision; None when there is none."""
        path = f"{_API}/namespaces/{self.namespace}/providerrouterevisions/{name}"
        try:
            return await self._api.call("GET", path, headers=self._headers, timeout=self._timeout)
        except NotFound:
            return None
        except KubeError as error:
            raise failed(error, self._server) from error

    async def events(self, route: Raw, limit: int) -> list[Raw]:
        """Return at most ``limit`` Events of a route, in the API's order. Raises CommandFailed."""
        selector = f"involvedObject.uid={text_at(route, 'metadata', 'uid')}"
        query = {"fieldSelector": selector, "limit": str(limit)}
        found = await self._call("GET", f"/api/v1/namespaces/{self.namespace}/events", query=query)
        return mappings(found.get("items"))

    async def whoami(self) -> str:
        """Return the name under which the API server knows the caller; the admission policy compares with it."""
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
        try:
            answer = await self._api.call("POST", _REVIEW, review, headers=self._headers, timeout=self._timeout)
        except NotFound:
            raise CommandFailed("this API server cannot tell who you are: Kubernetes 1.28 or newer can") from None
        except KubeError as error:
            raise failed(error, self._server) from error
        name = text_at(answer, "status", "userInfo", "username")
        if not name:
            raise CommandFailed("the API server does not say who you are; check with: kubectl auth whoami")
        return name

    async def annotate(self, route: Raw, request: str, *, dry_run: bool = False) -> Raw:
        """Write a request on the route as it was read. Raises Conflict when it changed since."""
        body = {
            "metadata": {
                "annotations": {REQUEST_ANNOTATION: request},
                "resourceVersion": text_at(route, "metadata", "resourceVersion"),
            }
        }
        query = {"fieldManager": "kubectl-sealane"} | ({"dryRun": "All"} if dry_run else {})
        path = self._path(text_at(route, "metadata", "name"))
        return await self._api.call(
            "PATCH",
            path,
            body,
            query=query,
            content_type=MERGE_PATCH,
            headers=self._headers,
            timeout=self._timeout,
        )

    def explain(self, error: KubeError) -> CommandFailed:
        """Say in words what the API did not do."""
        return failed(error, self._server)

    async def _call(
        self, method: str, path: str, *, query: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Json:
        sent = {**self._headers, **(headers or {})}
        try:
            return await self._api.call(method, path, query=query, headers=sent, timeout=self._timeout)
        except KubeError as error:
            raise failed(error, self._server) from error

    async def _absent(self, name: str) -> CommandFailed:
        """Say that there is no such route, and which there are of a similar name; or that there are none at all."""
        query = {"limit": str(PAGE)}
        try:
            page = await self._api.call(
                "GET", self._collection(False), query=query, headers=self._headers, timeout=self._timeout
            )
        except NotFound:
            return no_kinds()
        except KubeError:  # who may not list still learns that the name is wrong
            return CommandFailed(f"there is no route {name} in namespace {self.namespace}; check the name, or give -n")
        names = [text_at(item, "metadata", "name") for item in mappings(page.get("items"))]
        near = get_close_matches(name, names, n=_NEAR, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else "see all with: kubectl sealane list -A"
        return CommandFailed(f"there is no route {name} in namespace {self.namespace}; {hint}")

    def _collection(self, everywhere: bool) -> str:
        return f"{_API}/providerroutes" if everywhere else f"{_API}/namespaces/{self.namespace}/providerroutes"

    def _path(self, name: str) -> str:
        return f"{self._collection(False)}/{name}"


def plain_name(name: str) -> str:
    """``pr/chat`` → ``chat``. Raises CommandFailed for what can be no name."""
    kind, slash, rest = name.partition("/")
    return checked(rest if slash and kind in _KINDS else name, "name of a route")


def checked(name: str, what: str) -> str:
    """Return ``name``. Raises CommandFailed when Kubernetes has no such names: it becomes part of a path."""
    if _NAME.fullmatch(name) is None:
        raise CommandFailed(f"{name!r} is no {what}: write lower-case letters, digits and '-'")
    return name


@asynccontextmanager
async def connected(flags: Flags) -> AsyncIterator[Routes]:
    """Yield the routes of the cluster that flags, environment and kubeconfig name. Raises CommandFailed."""
    place = await find_place(flags, os.environ)
    connection = Connection(place.configuration, "kubectl-sealane", pace=Pace(50, 100))
    try:
        yield Routes(connection, place.namespace, place.configuration.host, user=flags.user, timeout=flags.timeout)
    finally:
        await connection.close()
