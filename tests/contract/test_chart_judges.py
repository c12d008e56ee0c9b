"""What others' tools find in the rendered chart: nothing but what ``charts/checks/checkov.yaml`` gives a reason for."""

import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.support.chart_values import SETS
from tests.support.cluster_binaries import ProgramMissing
from tests.support.helm import ROOT, templated

_CHECKS = ROOT / "charts" / "checks"
_REASONS: dict[str, dict[str, str]] = yaml.safe_load((_CHECKS / "checkov.yaml").read_text(encoding="utf-8"))
_ALWAYS, _OF_TESTS = _REASONS["everywhere"], _REASONS["pods of tests"]

#: From the oldest Kubernetes that is promised to the newest that the tool has schemas of.
_VERSIONS = ("1.30", "1.31", "1.32", "1.33", "1.34", "1.35", "1.36", "1.37")

pytestmark = pytest.mark.slow


def _find() -> Path:
    said = subprocess.run([_CHECKS / "get.sh", "folder"], capture_output=True, text=True, timeout=30, check=True)
    folder = Path(said.stdout.strip())
    if not (folder / "whole").is_file():
        raise ProgramMissing("checkov and kubernetes-validate are missing: 'make chart-judges' gets them, once.")
    return folder / "bin"


@pytest.fixture(scope="module")
def judges() -> Path:
    """The folder of the programs; whoever lacks them leaves these tests out, and CI does not."""
    try:
        return _find()
    except ProgramMissing as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.fixture(scope="module", params=["defaults", "tests", "investigator"])
def part(request: pytest.FixtureRequest, helm: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The rendered defaults, what is installed and what ``helm test`` runs in files of their own; an investigator."""
    name: str = request.param
    said = templated(helm, SETS["investigator with everything"] if name == "investigator" else {})
    documents = [each for each in yaml.safe_load_all(said.out) if each]
    chosen = [
        each for each in documents if ("helm.sh/hook" in each["metadata"].get("annotations", {})) == (name == "tests")
    ]
    assert chosen
    file = tmp_path_factory.mktemp("rendered") / f"{name}.yaml"
    file.write_text(yaml.safe_dump_all(chosen), encoding="utf-8")
    return name, file


def _found(judges: Path, file: Path) -> set[tuple[str, str]]:
    """Checks that fail, and of which object."""
    command = [
        str(judges / "python"), str(judges / "checkov"), "--file", str(file), "--framework=kubernetes",
        "--output=json", "--quiet", "--compact", "--skip-download",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=250, check=False)
    told = json.loads(done.stdout)
    assert told["summary"]["passed"] > 0
    assert told["summary"]["parsing_errors"] == 0
    return {(each["check_id"], each["resource"]) for each in told["results"]["failed_checks"]}


def test_checkov_finds_what_is_explained_and_nothing_else(judges: Path, part: tuple[str, Path]) -> None:
    """No other finding, and no reason for something that is not found any more."""
    name, file = part
    explained = set(_ALWAYS) | (set(_OF_TESTS) if name == "tests" else set())

    assert {check for check, _ in _found(judges, file)} == explained


def test_checkov_finds_what_is_wrong(judges: Path, tmp_path: Path) -> None:
    """It is really asked: a pod that may do everything has findings."""
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "bad"},
        "spec": {"containers": [{"name": "a", "image": "a", "securityContext": {"privileged": True}}]},
    }
    file = tmp_path / "bad.yaml"
    file.write_text(yaml.safe_dump(pod), encoding="utf-8")

    assert "CKV_K8S_16" in {check for check, _ in _found(judges, file)}


@pytest.mark.parametrize("version", _VERSIONS)
def test_the_schemas_of_each_version_take_it(judges: Path, part: tuple[str, Path], version: str) -> None:
    """``kubernetes-validate --strict``: no field that this version does not have; only our own kind has no schema."""
    _, file = part
    program = [str(judges / "python"), str(judges / "kubernetes-validate")]
    command = [*program, "--strict", "--quiet", "-k", version, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=250, check=False)
    told = (done.stdout + done.stderr).splitlines()

    assert done.returncode == 0, told
    assert [line for line in told if "kind ProviderRoute" not in line] == []
