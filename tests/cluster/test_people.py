"""``k8s/rbac/people`` on a real API server: what Kubernetes' own view, edit and admin get, and what they never do."""

import json
import re
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.support.cluster import Cluster
from tests.support.crds import with_crds
from tests.support.kubectl import Kubectl
from tests.support.rbac import FOLDER, refusal
from tests.support.resources import Document, route

_READ = {"get", "list", "watch"}
_WRITE = {"create", "update", "patch", "delete", "deletecollection"}

#: What each may do with routes.
_ROUTES = {"view": _READ, "edit": _READ | _WRITE, "admin": _READ | _WRITE, "nobody": set[str]()}


@pytest.fixture(scope="module")
def administrator(control_plane: Cluster) -> Kubectl:
    """The administrator of a cluster that has the roles."""
    if not control_plane.collects_garbage:
        pytest.skip("aggregated roles are the work of kube-controller-manager")
    kubectl = with_crds(control_plane)
    kubectl("apply", "--server-side", "-f", str(FOLDER / "people"))
    deadline = time.monotonic() + 90
    while not all(
        "providerroutes" in kubectl("get", "clusterrole", role, "-o", "json") for role in ("view", "edit", "admin")
    ):
        assert time.monotonic() < deadline, "the roles are not aggregated"
        time.sleep(0.1)
    return kubectl


@pytest.fixture(scope="module")
def namespace(administrator: Kubectl) -> Iterator[str]:
    """A namespace with a route, and with one user called after each role."""
    name = f"people-{uuid4().hex[:8]}"
    administrator("create", "namespace", name)
    for role in ("view", "edit", "admin"):
        administrator("create", "rolebinding", role, f"--namespace={name}", f"--clusterrole={role}", f"--user={role}")
    administrator.apply(route("chat", name))
    yield name
    administrator("delete", "namespace", name, "--wait=false")


def _allowed(kubectl: Kubectl, namespace: str, user: str, resource: str) -> set[str]:
    """Which verbs the user has on a resource of the group, as the API server sums up all of their roles."""
    rules = kubectl.impersonating(user)("auth", "can-i", "--list", f"--namespace={namespace}", "--no-headers")
    plural, slash, part = resource.partition("/")
    named = re.escape(f"{plural}.sealane.dev{slash}{part}")
    return {verb for verbs in re.findall(rf"^{named} .*\[([a-z ]*)\]$", rules, re.MULTILINE) for verb in verbs.split()}


@pytest.mark.parametrize(("user", "verbs"), _ROUTES.items())
def test_routes_are_read_and_written_by_whom_the_namespace_trusts(
    administrator: Kubectl, namespace: str, user: str, verbs: set[str]
) -> None:
    """View reads, edit and admin write as well, and who has no role has nothing."""
    assert _allowed(administrator, namespace, user, "providerroutes") == verbs


@pytest.mark.parametrize("user", _ROUTES)
def test_status_and_revisions_are_the_operators_alone(administrator: Kubectl, namespace: str, user: str) -> None:
    """Not even the admin of a namespace points a route at a revision that the operator did not judge."""
    assert _allowed(administrator, namespace, user, "providerroutes/status") == set()
    assert _allowed(administrator, namespace, user, "providerrouterevisions") == _ROUTES[user] & _READ


def test_an_editor_does_a_days_work(administrator: Kubectl, namespace: str) -> None:
    """Create, change, annotate and delete a route, with what ``edit`` gives and nothing else."""
    editor = administrator.impersonating("edit")
    here = f"--namespace={namespace}"
    editor("create", "-f", "-", stdin=json.dumps(route("mine", namespace)))
    editor("patch", "pr", "mine", here, "--type=merge", "-p", '{"spec": {"suspend": true}}')
    editor("annotate", "pr", "mine", here, "team=ours")
    status: Document = {**json.loads(editor("get", "pr", "mine", here, "-o", "json")), "status": {}}
    refused = refusal(editor, "replace", "--subresource=status", "-f", "-", stdin=json.dumps(status))
    editor("delete", "pr", "mine", here)

    assert 'cannot update resource "providerroutes/status"' in refused


def test_an_admin_gives_away_no_more_than_they_have(administrator: Kubectl, namespace: str) -> None:
    """A Role that lets somebody write a status is refused: the admin has no such right."""
    admin = administrator.impersonating("admin")
    grant = ["create", "role", f"--namespace={namespace}", "--verb=update"]

    assert refusal(admin, *grant, "routes", "--resource=providerroutes.sealane.dev") == ""
    assert "not currently held" in refusal(admin, *grant, "status", "--resource=providerroutes.sealane.dev/status")
