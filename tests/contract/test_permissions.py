"""``k8s/rbac`` by itself: no rule is wider than it looks, and docs/permissions.md gives a reason for each."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.support.rbac import FOLDER, manifests
from tests.support.resources import Document

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"

#: Each of these lets its owner become somebody else.
_NEVER = {"*", "escalate", "bind", "impersonate"}

#: Resources, names and verbs of a rule.
Line = tuple[frozenset[str], frozenset[str], tuple[str, ...]]

#: Which roles each table of the page is about, by its heading.
_TABLES = {
    "The operator, in its own namespace": ["sealane-operator-home"],
    "The operator, where routes are": ["sealane-operator"],
    "Routers": ["sealane-router", "sealane-router-token-review"],
    "People": ["sealane-view", "sealane-edit"],
    "The investigator": ["sealane-investigator", "sealane-investigator-home", "sealane-investigator-rollbacks"],
}


def _roles() -> list[Document]:
    found = manifests("home", "cluster", "namespace", "people", "callers", "investigator", "rollbacks")
    return [document for document in found if document["kind"] in {"Role", "ClusterRole"}]


def _line(rule: Document) -> Line:
    resources = [f"{group}/{each}".lstrip("/") for group in rule["apiGroups"] for each in rule["resources"]]
    return frozenset(resources), frozenset(rule.get("resourceNames", ())), tuple(rule["verbs"])


def _written(heading: str) -> Iterator[Line]:
    """The rows of the table under a heading; what follows the word ``named`` is a name."""
    section = _PAGE.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    for what, verbs in re.findall(r"^\| (`[^|]+) \| ([a-z, -]+) \|", section, re.MULTILINE):
        resources, _, names = what.partition(" named ")
        told = frozenset(re.findall("`([^`]+)`", resources)), frozenset(re.findall("`([^`]+)`", names))
        yield *told, tuple(verbs.split(", "))


@pytest.mark.parametrize("role", _roles(), ids=lambda role: f"{role['kind']} {role['metadata']['name']}")
def test_no_rule_is_wider_than_it_looks(role: Document) -> None:
    """No star, and no verb with which one becomes somebody else."""
    for rule in role["rules"]:
        said = {word for words in rule.values() for word in words}

        assert said & _NEVER == set(), rule
        assert "nonResourceURLs" not in rule


@pytest.mark.parametrize(("heading", "roles"), _TABLES.items())
def test_each_rule_is_on_the_page(heading: str, roles: list[str]) -> None:
    """The table and the file say the same: rules that went, and rules that nobody explained, are found."""
    rules = {_line(rule) for role in _roles() if role["metadata"]["name"] in roles for rule in role["rules"]}

    assert rules == set(_written(heading))


def test_every_role_has_a_table() -> None:
    """A new role is explained as well."""
    assert {role["metadata"]["name"] for role in _roles()} == {name for names in _TABLES.values() for name in names}


def test_a_namespace_gets_what_the_cluster_would() -> None:
    """Both ways to install have the same rules, but for the policy, which is of no namespace."""
    wide, narrow = (
        [_line(rule) for role in manifests(folder) if "rules" in role for rule in role["rules"]]
        for folder in ("cluster", "namespace")
    )
    policy = "admissionregistration.k8s.io"

    assert narrow == [line for line in wide if not any(policy in resource for resource in line[0])]
    assert len(wide) == len(narrow) + 1


def test_each_role_is_bound_to_the_account_it_is_named_after() -> None:
    """A binding names its own role, and one ServiceAccount at home."""
    for document in manifests("home", "cluster", "namespace", "callers", "investigator", "rollbacks"):
        if "roleRef" not in document:
            continue
        name = document["metadata"]["name"]
        account = name.removesuffix("-home").removesuffix("-token-review").removesuffix("-rollbacks")
        who = {"kind": "ServiceAccount", "name": account, "namespace": "sealane-system"}

        assert (document["roleRef"]["name"], document["subjects"]) == (name, [who])
        assert document["roleRef"]["kind"] == document["kind"].removesuffix("Binding")


def test_the_files_are_what_kubectl_apply_takes() -> None:
    """Each folder holds YAML alone, of RBAC and ServiceAccounts alone."""
    files = sorted(path for path in FOLDER.rglob("*") if path.is_file())
    kinds = {each["kind"] for path in files for each in yaml.safe_load_all(path.read_text(encoding="utf-8"))}

    assert {path.suffix for path in files} == {".yaml"}
    assert kinds == {"ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"}
