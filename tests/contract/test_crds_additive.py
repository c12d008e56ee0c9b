"""CRDs only ever grow: what people stored with the last release is valid with this one, and ``helm rollback`` works.

``tests/support/released`` holds the CRDs of each release; whoever releases adds a folder of that version's.
"""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.additive import taken_away

_ROOT = Path(__file__).resolve().parents[2]
_NOW = _ROOT / "k8s" / "crds"
_RELEASED = sorted((_ROOT / "tests" / "support" / "released").glob("*/*.yaml"))

Crd = dict[str, Any]


def _read(path: Path) -> Crd:
    document: Crd = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


@pytest.mark.parametrize("released", _RELEASED, ids=lambda path: f"{path.parent.name}-{path.stem.split('.')[0]}")
def test_nothing_was_taken_away(released: Path) -> None:
    """No field, no value, no room."""
    assert taken_away(_read(released), _read(_NOW / released.name)) == []


def test_both_kinds_were_released() -> None:
    """There is something to compare with."""
    assert {path.name for path in _RELEASED} == {path.name for path in _NOW.glob("*.yaml")}


def _spec(crd: Crd) -> Crd:
    spec: Crd = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    return spec


def _without_a_field(crd: Crd) -> None:
    del _spec(crd)["properties"]["suspend"]


def _shorter(crd: Crd) -> None:
    _spec(crd)["properties"]["providers"]["maxItems"] = 1


def _longer(crd: Crd) -> None:
    _spec(crd)["properties"]["providers"]["minItems"] = 2


def _stricter(crd: Crd) -> None:
    _spec(crd)["required"] = [*_spec(crd).get("required", []), "rollout"]


def _another_type(crd: Crd) -> None:
    _spec(crd)["properties"]["suspend"]["type"] = "string"


def _fewer_values(crd: Crd) -> None:
    _spec(crd)["properties"]["rollout"]["properties"]["strategy"]["enum"] = ["Canary"]


def _another_rule(crd: Crd) -> None:
    _spec(crd)["x-kubernetes-validations"] = [{"rule": "self.suspend"}]


def _deep_down(crd: Crd) -> None:
    del _spec(crd)["properties"]["providers"]["items"]["properties"]["tls"]


def _another_version(crd: Crd) -> None:
    crd["spec"]["versions"][0]["name"] = "v1"


def _another_name(crd: Crd) -> None:
    crd["spec"]["names"]["shortNames"] = []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_without_a_field, ["v1alpha1: .spec.suspend is gone"]),
        (_shorter, ["v1alpha1: .spec.providers: maxItems is lower"]),
        (_longer, ["v1alpha1: .spec.providers: minItems is higher"]),
        (_stricter, ["v1alpha1: .spec.rollout is required now"]),
        (_another_type, ["v1alpha1: .spec.suspend: type changed"]),
        (_fewer_values, ["v1alpha1: .spec.rollout.strategy: a value of enum is gone"]),
        (_another_rule, ["v1alpha1: .spec: a new rule: self.suspend"]),
        (_deep_down, ["v1alpha1: .spec.providers[].tls is gone"]),
        (_another_version, ["v1alpha1 is gone"]),
        (_another_name, ["names changed"]),
    ],
)
def test_what_was_taken_away_is_named(change: Callable[[Crd], None], told: list[str]) -> None:
    """Each kind of narrowing is found, and nothing besides."""
    before = _read(_NOW / "providerroutes.sealane.dev.yaml")
    after = copy.deepcopy(before)
    change(after)

    assert taken_away(before, after) == told


def test_what_was_added_is_no_loss() -> None:
    """A field, a value, more room: every stored object stays valid."""
    before = _read(_NOW / "providerroutes.sealane.dev.yaml")
    after = copy.deepcopy(before)
    spec = _spec(after)["properties"]
    spec["note"] = {"type": "string", "maxLength": 10}
    spec["rollout"]["properties"]["strategy"]["enum"].append("BlueGreen")
    spec["providers"]["maxItems"] = 32

    assert taken_away(before, after) == []
