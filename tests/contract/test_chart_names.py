"""Names that people choose stay names in ``charts/sealane``, though YAML would read a number or a truth in them."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.helm import CHART, ran

#: A word that YAML reads as a word, and that nothing in the chart holds.
_PLAIN = "wonderful"


def _values(name: str) -> dict[str, Any]:
    """Every value that is a name of something."""
    secret = {"existingSecret": name}
    return {
        "image": {"registry": name, "tag": name, "pullSecrets": [{"name": name}]},
        "routes": {"namespaces": [{"name": name, "models": [name]}]},
        "callers": {"serviceAccounts": {"audience": name}, "keys": {**secret, "key": name}},
        "router": {"priorityClassName": name, "extraArgs": [name], "podLabels": {"app": name}},
        "operator": {"lease": {"name": name}, "nodeSelector": {"pool": name}},
        "investigator": {
            "enabled": True,
            "tokens": {**secret, "key": f"a{name}", "routerKey": f"b{name}", "eventKey": f"c{name}"},
            "persistence": {"existingClaim": name},
            "database": {"url": "postgresql://db/s", "password": {**secret, "key": name}},
            "model": {"url": "http://sealane/v1", "name": name, "tenant": name, **secret},
            "notifications": {"webhookSecret": name, "slackSecret": name},
        },
        "metrics": {
            "serviceMonitor": {"enabled": True},
            "dashboards": {"enabled": True, "grafanaDashboard": {"enabled": True}},
        },
        "helmTest": {"apiKey": {**secret, "key": name}},
    }


def _documents(helm: Path, name: str) -> Any:
    said = ran(helm, "template", name, CHART, f"--namespace={name}", values=_values(name))
    assert said.code == 0, said.err
    documents = [document for document in yaml.safe_load_all(said.out) if document]
    for document in documents:
        if document["metadata"]["name"] == "sealane-grants":  # a document within one
            document["data"] = yaml.safe_load(document["data"]["namespaces.yaml"])
    return documents


@pytest.fixture(scope="module")
def plain(helm: Path) -> str:
    """The objects with a name that nobody could mistake, as a text."""
    text = json.dumps(_documents(helm, _PLAIN))
    assert text.count(_PLAIN) > 100
    return text


@pytest.mark.parametrize("name", ["2024", "1e3", "0x1f", "true", "null", "on"])
def test_a_name_is_a_text_wherever_it_stands(helm: Path, plain: str, name: str) -> None:
    """Release, namespace, Secrets, claims, classes, Leases, audiences: as with any other name."""
    assert _documents(helm, name) == json.loads(plain.replace(_PLAIN, name))


@pytest.mark.parametrize("audience", ["*", "a}b", "https://sealane.example/{team}", "&x", "!x", "-", "a:"])
def test_an_audience_is_what_was_written(helm: Path, audience: str) -> None:
    """Whatever a value of it means in YAML."""
    said = ran(helm, "template", "a", CHART, values={"callers": {"serviceAccounts": {"audience": audience}}})
    assert said.code == 0, said.err
    (pod,) = (each for each in yaml.safe_load_all(said.out) if each and each["kind"] == "Pod")
    tokens = [
        source["serviceAccountToken"].get("audience")
        for volume in pod["spec"]["volumes"]
        for source in volume.get("projected", {}).get("sources", [])
        if "serviceAccountToken" in source
    ]

    assert tokens == [None, audience]
