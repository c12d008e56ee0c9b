"""``k8s/samples``: each is valid by itself, and all of them together claim nothing twice."""

import io
from pathlib import Path

import pytest
import yaml

from sealane_cli.validate import validate

_FOLDER = Path(__file__).resolve().parents[2] / "k8s" / "samples"
SAMPLES = sorted(_FOLDER.glob("*.yaml"))


def _problems(*files: Path) -> str:
    out = io.StringIO()
    return "" if validate(files, out=out) == 0 else out.getvalue()


def test_there_is_one_of_each_kind() -> None:
    """What people look for is here."""
    assert {path.stem for path in SAMPLES} == {
        "azure",
        "canary",
        "fallback",
        "self-hosted-vllm",
        "single-provider",
        "weighted",
    }


@pytest.mark.parametrize("file", SAMPLES, ids=lambda path: path.stem)
def test_it_is_valid_by_the_rules_of_a_cluster(file: Path) -> None:
    """``sealane validate`` has no complaint, and the route is named as the file."""
    document = yaml.safe_load(file.read_text(encoding="utf-8"))

    assert _problems(file) == ""
    assert document["metadata"]["name"] == file.stem
    assert "namespace" not in document["metadata"]


def test_they_can_be_applied_together() -> None:
    """No model is claimed by two of them in the same way."""
    assert _problems(*SAMPLES) == ""
