"""helm: the chart rendered with values, or what helm refuses them with."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.cluster_binaries import ProgramMissing
from tests.support.resources import Document

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "charts" / "sealane"
_RECIPE = ROOT / "cluster" / "node" / "build.sh"

#: A namespace that is not the default of any file, so that a name which was written out is found.
NAMESPACE = "llm"
RELEASE = "gate"

Values = Mapping[str, Any]


def find_helm() -> Path:
    """The one that ``make helm`` built, or the machine's. Raises ProgramMissing."""
    said = subprocess.run([_RECIPE, "folder"], capture_output=True, text=True, timeout=30, check=True)
    built = Path(said.stdout.strip()) / "helm"
    found = built if built.is_file() else shutil.which("helm")
    if found is None:
        raise ProgramMissing("helm is missing: 'make helm' gets it, once, in about four minutes.")
    return Path(found)


def helm_or_skip() -> Path:
    """The program; without it the test is left out, and fails in CI."""
    try:
        return find_helm()
    except ProgramMissing as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@dataclass(frozen=True, slots=True)
class HelmSaid:
    """What a run of helm ended with."""

    code: int
    out: str
    err: str


def ran(helm: Path, *arguments: str | Path, values: Values | None = None) -> HelmSaid:
    """Run helm with no cluster in reach; ``values`` are given like a file of theirs."""
    given = ["--values=-"] if values is not None else []
    done = subprocess.run(
        [helm, *arguments, *given],
        input=json.dumps(values) if values is not None else "",
        env={**os.environ, "KUBECONFIG": "/dev/null"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return HelmSaid(done.returncode, done.stdout, done.stderr)


def templated(helm: Path, values: Values, *flags: str) -> HelmSaid:
    """``helm template`` with these values; the same question is asked once in a run, for each takes a second."""
    return _templated(helm, json.dumps(values), flags)


@cache
def _templated(helm: Path, values: str, flags: tuple[str, ...]) -> HelmSaid:
    return ran(helm, "template", RELEASE, CHART, f"--namespace={NAMESPACE}", *flags, values=json.loads(values))


class Rendered:
    """The objects of one rendering."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = list(documents)

    def __iter__(self) -> Iterator[Document]:
        return iter(self.documents)

    def of(self, kind: str) -> dict[str, Document]:
        """The objects of a kind by name; of other namespaces than the release's by ``NAMESPACE/NAME``."""
        found = {}
        for document in self.documents:
            if document["kind"] == kind:
                metadata = document["metadata"]
                space = metadata.get("namespace", NAMESPACE)
                found[metadata["name"] if space == NAMESPACE else f"{space}/{metadata['name']}"] = document
        return found

    def pod(self, component: str) -> Document:
        """The pod's spec of a Deployment."""
        spec: Document = self.of("Deployment")[f"sealane-{component}"]["spec"]["template"]["spec"]
        return spec

    def env(self, component: str) -> dict[str, str]:
        """Variables of a Deployment's container; one that comes from the pod has ``{field}``."""
        (container,) = self.pod(component)["containers"]
        return {
            each["name"]: each["value"] if "value" in each else "{" + each["valueFrom"]["fieldRef"]["fieldPath"] + "}"
            for each in container["env"]
        }


def rendered(helm: Path, values: Values, *flags: str) -> Rendered:
    """The chart's objects with these values. Fails the test with what helm says when it refuses them."""
    said = templated(helm, values, *flags)
    assert said.code == 0, said.err
    return Rendered([document for document in yaml.safe_load_all(said.out) if document])


def refusal(helm: Path, values: Values) -> str:
    """What helm refuses these values with; empty when it takes them."""
    said = templated(helm, values)
    return said.err if said.code else ""
