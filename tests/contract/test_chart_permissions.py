"""What ``charts/sealane`` lets router and operator do: ``k8s/rbac`` word for word, where routes are."""

from pathlib import Path
from typing import Any

import yaml

from tests.support.chart_values import SETS
from tests.support.helm import NAMESPACE, rendered
from tests.support.rbac import manifests
from tests.support.resources import Document

#: Kinds that say who may do what.
_ACCESS = ("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")


def _rules(documents: Any) -> dict[tuple[str, str], Any]:
    """What each role grants, and whom each binding binds, by kind and name, with verbs and names in order."""
    return {
        (each["kind"], each["metadata"]["name"]): (each.get("rules"), each.get("roleRef"), each.get("subjects"))
        for each in documents
        if each["kind"] in _ACCESS
    }


def test_permissions_are_those_of_the_files(helm: Path) -> None:
    """Roles and bindings say what ``k8s/rbac`` says, word for word, for the whole cluster."""
    expected = manifests("home", "cluster", "people", "callers", home=NAMESPACE)

    assert _rules(rendered(helm, {}, "--skip-tests")) == _rules(expected)


def test_roles_alone_are_those_of_the_files(helm: Path) -> None:
    """With Roles alone there is nothing of the cluster, and in each namespace exactly what the files say."""
    objects = rendered(helm, SETS["roles alone"], "--skip-tests")
    by_space: dict[str, list[Document]] = {}
    for each in objects:
        assert each["kind"] not in {"ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition"}
        assert not each["kind"].startswith("ValidatingAdmission")
        by_space.setdefault(each["metadata"]["namespace"], []).append(each)

    home = manifests("home", "namespace", home=NAMESPACE)
    assert set(by_space) == {NAMESPACE, "team-a"}
    assert _rules(by_space[NAMESPACE]) == _rules(home)
    assert _rules(by_space["team-a"]) == _rules(manifests("namespace", home=NAMESPACE))


def test_another_lease_is_allowed_by_its_name(helm: Path) -> None:
    """The Role names the Lease that the operator is told to take, and no other."""
    objects = rendered(helm, SETS["everything of their own"])
    named = [rule for rule in objects.of("Role")["sealane-operator-home"]["rules"] if "resourceNames" in rule]

    assert [rule["resourceNames"] for rule in named] == [["another-lease"]]
    assert objects.env("operator")["SEALANE_LEASE_NAME"] == "another-lease"


def test_token_review_is_the_only_thing_that_callers_add(helm: Path) -> None:
    """Without ServiceAccount tokens the one ClusterRole is not there."""
    with_tokens, without = (_rules(rendered(helm, values)) for values in ({}, SETS["api keys"]))
    name = "sealane-router-token-review"

    assert with_tokens.keys() - without.keys() == {("ClusterRole", name), ("ClusterRoleBinding", name)}
    assert without.keys() <= with_tokens.keys()


def test_tokens_are_mounted_where_they_are_used(helm: Path) -> None:
    """Router and operator have a projected token of an hour each; the ServiceAccounts give none by themselves."""
    objects = rendered(helm, {})
    for component in ("router", "operator"):
        (sources,) = (each["projected"]["sources"] for each in objects.pod(component)["volumes"] if "projected" in each)

        assert sources[0] == {"serviceAccountToken": {"path": "token", "expirationSeconds": 3600}}
    for account in objects.of("ServiceAccount").values():
        assert account["automountServiceAccountToken"] is False


def test_grants_are_the_file_that_the_operator_reads(helm: Path) -> None:
    """A ConfigMap holds the list as it is."""
    objects = rendered(helm, SETS["grants"])
    text = objects.of("ConfigMap")["sealane-grants"]["data"]["namespaces.yaml"]

    assert objects.env("operator")["SEALANE_GRANTS"] == "/etc/sealane/grants/namespaces.yaml"
    assert "SEALANE_NAMESPACES" not in objects.env("operator")
    assert _granted(text) == {"team-a": ["kimi-*"], "team-b": ["*"]}


def test_namespaces_are_told_to_both(helm: Path) -> None:
    """Router and operator watch the same: the release's own namespace and those that are listed."""
    objects = rendered(helm, SETS["roles alone"])

    assert objects.env("router")["SEALANE_NAMESPACES"] == f"{NAMESPACE},team-a"
    assert objects.env("operator")["SEALANE_NAMESPACES"] == f"{NAMESPACE},team-a"
    assert "SEALANE_NAMESPACES" not in rendered(helm, {}).env("router")


def _granted(text: str) -> dict[str, list[str]]:
    return {entry["name"]: entry["models"] for entry in yaml.safe_load(text)}


def test_the_investigator_reads_and_asks_for_rollbacks_only_when_allowed(helm: Path) -> None:
    """``k8s/rbac/investigator``, and ``k8s/rbac/rollbacks`` with ``investigator.rollbacks.enabled``."""
    usual = _rules(rendered(helm, SETS["investigator"], "--skip-tests"))
    allowed = _rules(rendered(helm, SETS["investigator with everything"], "--skip-tests"))
    parts = ("home", "cluster", "people", "callers", "investigator")

    assert usual == _rules(manifests(*parts, home=NAMESPACE))
    assert allowed == _rules(manifests(*parts, "rollbacks", home=NAMESPACE))


def test_with_roles_alone_the_investigator_has_the_same_rules_in_each_namespace(helm: Path) -> None:
    """What is a ClusterRole in the files is a Role where routes are, bound to the same account."""
    objects = rendered(helm, SETS["investigator with roles alone"], "--skip-tests")
    files = _rules(manifests("investigator", "rollbacks", home=NAMESPACE))
    for space in (NAMESPACE, "team-a"):
        here = _rules(each for each in objects if each["metadata"].get("namespace") == space)
        for name in ("sealane-investigator", "sealane-investigator-rollbacks"):
            _, reference, subjects = here["RoleBinding", name]
            assert here["Role", name][0] == files["ClusterRole", name][0]
            assert reference == {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}
            assert subjects == files["ClusterRoleBinding", name][2]
    assert not [each for each in objects if each["kind"].startswith("Cluster")]
