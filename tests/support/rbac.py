"""``k8s/rbac`` in the tests: as documents, in a cluster, and with one permission taken away.

Cluster-wide installations have ClusterRoles; in the other kind there are Roles alone, in each watched namespace. Both
have the same ServiceAccounts and a Role in the namespace that the operator itself is in.
"""

import copy
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.support.cluster import Cluster
from tests.support.crds import with_crds
from tests.support.kubectl import Kubectl, KubectlError
from tests.support.resources import Document, provider, route

FOLDER = Path(__file__).resolve().parents[2] / "k8s" / "rbac"

#: Where the files put the operator and the routers.
HOME = "sealane-system"

#: The Secret that the route of every installation refers to.
SECRET = "provider-key"
ROUTE = "assistants"


def manifests(*folders: str, home: str = HOME) -> list[Document]:
    """Return the objects of these folders of ``k8s/rbac``, with another home where one is asked for."""
    texts = [
        path.read_text(encoding="utf-8") for folder in folders for path in sorted((FOLDER / folder).glob("*.yaml"))
    ]
    return [document for text in texts for document in yaml.safe_load_all(text.replace(HOME, home))]


@dataclass(frozen=True, slots=True)
class Installation:
    """An operator and routers at ``home`` that look after ``team``: after every namespace when ``wide``."""

    cluster: Cluster
    home: str
    team: str
    wide: bool

    @property
    def roles(self) -> list[Document]:
        """The objects that say what the two may do, with their namespaces."""
        found = manifests("home", "cluster" if self.wide else "namespace", home=self.home)
        for document in found:
            if document["kind"] in {"Role", "RoleBinding"}:
                document["metadata"].setdefault("namespace", self.team)
        return found

    def watched(self, plural: str) -> str:
        """The path of what is listed and watched."""
        at = "" if self.wide else f"/namespaces/{self.team}"
        return f"/apis/sealane.dev/v1alpha1{at}/{plural}"

    def kubeconfig(self, account: str) -> Path:
        """A kubeconfig with the token of one of its ServiceAccounts."""
        return self.cluster.service_account_kubeconfig(self.home, account)


def installed(cluster: Cluster, home: str, team: str, *, wide: bool) -> Installation:
    """Install, with a route and its Secret in ``team``; asking again changes nothing."""
    kubectl = with_crds(cluster)
    made = Installation(cluster, home, team, wide)
    key = {"secretRef": {"name": SECRET, "key": "api-key"}}
    for name in (home, team):
        kubectl.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    kubectl.apply(
        *made.roles,
        secret(team, SECRET),
        secret(team, "of-somebody-else"),
        route(ROUTE, team, providers=[provider(credential=key)]),
    )
    return made


def secret(namespace: str, name: str) -> Document:
    """A Secret with one key."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": namespace},
        "stringData": {"api-key": "x"},
    }


@dataclass(frozen=True, slots=True)
class Permission:
    """One verb on one resource, as a rule of a role grants it."""

    role: str
    rule: int
    group: str
    resource: str
    verb: str

    @property
    def account(self) -> str:
        """Who has it."""
        return "sealane-router" if self.role == "sealane-router" else "sealane-operator"

    def __str__(self) -> str:
        return f"{self.role} {self.rule} {self.verb} {self.resource}"


def permissions(documents: Sequence[Document]) -> Iterator[Permission]:
    """Every permission of these roles."""
    for document in documents:
        for at, rule in enumerate(document.get("rules", ())):
            for group in rule["apiGroups"]:
                for resource in rule["resources"]:
                    for verb in rule["verbs"]:
                        yield Permission(document["metadata"]["name"], at, group, resource, verb)


def without(role: Document, taken: Permission) -> Document:
    """The role as it is but for one permission."""
    left = copy.deepcopy(role)
    rule = left["rules"].pop(taken.rule)
    rest = [verb for verb in rule["verbs"] if verb != taken.verb]
    others = [resource for resource in rule["resources"] if resource != taken.resource]
    left["rules"] += [
        *([{**rule, "resources": [taken.resource], "verbs": rest}] if rest else []),
        *([{**rule, "resources": others}] if others else []),
    ]
    return left


def bereft(installation: Installation, taken: Sequence[Permission]) -> list[Document]:
    """ServiceAccounts that lack one permission each, with everything else that the roles grant: see :func:`account`."""
    made: list[Document] = []
    roles = {role["metadata"]["name"]: role for role in installation.roles if "rules" in role}
    bindings = [each for each in installation.roles if "roleRef" in each]
    for nth, permission in enumerate(taken):
        name = account(nth)
        made.append(
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": installation.home}}
        )
        for binding in bindings:
            theirs = copy.deepcopy(binding)
            if theirs["subjects"][0]["name"] != permission.account:
                continue
            theirs["metadata"]["name"] = f"{binding['metadata']['name']}.{name}"
            theirs["subjects"][0]["name"] = name
            if binding["roleRef"]["name"] == permission.role:
                role = without(roles[permission.role], permission)
                role["metadata"]["name"] = theirs["roleRef"]["name"] = f"{permission.role}.{name}"
                made.append(role)
            made.append(theirs)
    for document in made:
        document["metadata"]["labels"] = {"test.sealane.dev/bereft": "true"}
    return made


def account(nth: int) -> str:
    """The ServiceAccount that lacks the permission of that position."""
    return f"bereft-{nth}"


def removed(kubectl: Kubectl, documents: Sequence[Document]) -> None:
    """Delete these objects; those that are gone already are no error."""
    listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": documents})
    kubectl("delete", "--ignore-not-found", "--wait=false", "-f", "-", stdin=listed)


def refusal(kubectl: Kubectl, *arguments: str, stdin: str = "") -> str:
    """What kubectl says no with; empty when it says yes."""
    try:
        kubectl(*arguments, stdin=stdin)
    except KubectlError as error:
        return str(error)
    return ""
