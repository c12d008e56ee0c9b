"""What ``helm test`` runs: hooks alone, and a request as callers make theirs."""

from pathlib import Path

import pytest

from tests.support.chart_values import KEYS, SETS
from tests.support.helm import rendered


def test_the_test_is_what_helm_test_runs_alone(helm: Path) -> None:
    """Its objects are hooks of the test, so that an install makes none of them; without it there are none."""
    hooks = [each for each in rendered(helm, {}) if "helm.sh/hook" in each["metadata"].get("annotations", {})]
    kinds = {"ServiceAccount", "Role", "RoleBinding", "Service", "ProviderRoute", "NetworkPolicy", "Pod"}

    assert {each["kind"] for each in hooks} == kinds
    assert {each["metadata"]["annotations"]["helm.sh/hook"] for each in hooks} == {"test"}
    assert {each["metadata"]["name"] for each in hooks} == {"sealane-helm-test"}
    assert not [each for each in rendered(helm, SETS["bare"]) if "helm-test" in each["metadata"]["name"]]


@pytest.mark.parametrize(
    ("name", "flag"),
    [
        ("defaults", "--key-file=/etc/sealane/caller/token"),
        ("api keys", "--key-file=/etc/sealane/caller/api-key"),
        ("anonymous", None),
    ],
)
def test_the_test_calls_as_callers_do(helm: Path, name: str, flag: str | None) -> None:
    """With a token of the right audience, with the key it was given, or with nothing."""
    (container,) = rendered(helm, SETS[name]).of("Pod")["sealane-helm-test"]["spec"]["containers"]

    assert [each for each in container["args"] if each.startswith(("--key-file", "--without-key"))] == (
        [flag] if flag else []
    )


def test_the_test_without_a_key_expects_to_be_refused(helm: Path) -> None:
    """There are keys, and nobody said which one to use."""
    (container,) = rendered(helm, {"callers": KEYS}).of("Pod")["sealane-helm-test"]["spec"]["containers"]

    assert "--without-key" in container["args"]
