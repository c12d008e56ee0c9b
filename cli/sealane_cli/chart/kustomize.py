"""``k8s/base`` and ``k8s/overlays``: the chart as kustomize takes it, for people without Helm.

The base is the chart rendered with its defaults, without the CRDs, whose one place is ``k8s/crds``. An overlay is the
difference that its ``values.yaml`` makes: objects that come, objects that go, and fields that change.
"""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from .copies import CHART

NAMESPACE = "sealane-system"
RENDER_SECONDS = 120

#: What Helm alone needs, on objects and on their labels.
_HELM_LABELS = ("helm.sh/chart",)
_HELM_ANNOTATIONS = ("helm.sh/resource-policy",)
_HEADER = "# Written by `make chart` from the chart charts/sealane{}: change that.\n"

#: An object as YAML has it.
Document = dict[str, Any]
#: What tells objects apart: kind, namespace, name.
Identity = tuple[str, str, str]


class RenderError(Exception):
    """Helm did not render the chart; the text is what it said."""


def kustomizations(root: Path, helm: Path) -> dict[Path, str]:
    """Return the text of every file of the base and of the overlays by its path. Raises RenderError."""
    base = rendered(root, helm)
    found = {root / "k8s" / "base" / name: text for name, text in _base(base).items()}
    for values in sorted((root / "k8s" / "overlays").glob("*/values.yaml")):
        overlay = rendered(root, helm, values)
        made = _overlay(base, overlay, values.parent.name)
        found |= {values.parent / name: text for name, text in made.items()}
        found[values] = values.read_text(encoding="utf-8")
    return found


def rendered(root: Path, helm: Path, *values: Path) -> list[Document]:
    """Return the chart's objects with these files of values, without its CRDs, its tests and Helm's own marks.

    Raises RenderError.
    """
    files = [f"--values={path}" for path in values]
    command = [str(helm), "template", "sealane", str(root / CHART), f"--namespace={NAMESPACE}", "--skip-tests"]
    command += ["--set=crds.enabled=false", *files]
    done = subprocess.run(command, capture_output=True, text=True, timeout=RENDER_SECONDS, check=False)  # noqa: S603 - our own
    if done.returncode != 0:
        raise RenderError(done.stderr.strip())
    documents = [document for document in yaml.safe_load_all(done.stdout) if document]
    for document in documents:
        _without_helm(document)
    return sorted(documents, key=lambda document: (_RANK.get(document["kind"], len(_RANK)), *identity(document)))


#: What others need comes first; everything else follows by name.
_RANK = {kind: rank for rank, kind in enumerate(("Namespace", "ServiceAccount"))}


def identity(document: Document) -> Identity:
    """Return what tells an object apart from every other."""
    metadata = document["metadata"]
    return document["kind"], metadata.get("namespace", ""), metadata["name"]


def _without_helm(document: Document) -> None:
    metadata = document["metadata"]
    labels, annotations = metadata.get("labels", {}), metadata.get("annotations", {})
    for name in _HELM_LABELS:
        labels.pop(name, None)
    if "app.kubernetes.io/managed-by" in labels:
        labels["app.kubernetes.io/managed-by"] = "kustomize"
    for name in _HELM_ANNOTATIONS:
        annotations.pop(name, None)
    if not annotations:
        metadata.pop("annotations", None)


def _base(documents: Sequence[Document]) -> dict[str, str]:
    space = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": NAMESPACE, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
    }
    texts = {"namespace.yaml": _file([space]), "sealane.yaml": _file(documents)}
    return {**texts, "kustomization.yaml": _kustomization({"resources": list(texts)})}


def _overlay(base: Sequence[Document], wanted: Sequence[Document], name: str) -> dict[str, str]:
    before = {identity(document): document for document in base}
    after = {identity(document): document for document in wanted}
    added = [document for key, document in after.items() if key not in before]
    patches = [_removal(document) for key, document in before.items() if key not in after]
    patches += [
        _replacement(document, before[key])
        for key, document in after.items()
        if key in before and before[key] != document
    ]
    about: dict[str, Any] = {"resources": ["../../base", *(["added.yaml"] if added else [])]}
    if patches:
        about["patches"] = patches
    of = f" with k8s/overlays/{name}/values.yaml"
    texts = {"kustomization.yaml": _kustomization(about, of)}
    return texts | ({"added.yaml": _file(added, of)} if added else {})


def _target(document: Document) -> dict[str, str]:
    kind, space, name = identity(document)
    return {"kind": kind, "name": name} | ({"namespace": space} if space else {})


def _removal(document: Document) -> dict[str, Any]:
    patch = {
        "apiVersion": document["apiVersion"],
        "kind": document["kind"],
        "metadata": {key: value for key, value in document["metadata"].items() if key in {"name", "namespace"}},
        "$patch": "delete",
    }
    return {"patch": yaml.safe_dump(patch, sort_keys=False)}


def _replacement(document: Document, before: Document) -> dict[str, Any]:
    """A JSON patch that replaces the top-level fields that differ."""
    steps: list[Mapping[str, Any]] = [
        {"op": "add", "path": f"/{field}", "value": value}
        for field, value in document.items()
        if before.get(field) != value
    ]
    steps += [{"op": "remove", "path": f"/{field}"} for field in before if field not in document]
    return {"target": _target(document), "patch": yaml.safe_dump(steps, sort_keys=False, width=120)}


def _kustomization(about: Mapping[str, Any], of: str = "") -> str:
    head = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
    return _file([{**head, **about}], of)


class _Plain(yaml.SafeDumper):
    """YAML without anchors, and with texts of several lines as people write them."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Plain.add_representer(str, _text)


def _file(documents: Sequence[Mapping[str, Any]], of: str = "") -> str:
    texts = [yaml.dump(dict(each), Dumper=_Plain, sort_keys=False, width=110, allow_unicode=True) for each in documents]
    return _HEADER.format(of) + "---\n".join(texts)
