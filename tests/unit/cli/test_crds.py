"""``make crds`` writes the CRDs and the tables of the page."""

from pathlib import Path

import pytest
import yaml

from sealane_api.crd.definitions import provider_route_definition, provider_route_revision_definition
from sealane_cli.crds import manifests, write

PAGE = "# Fields\n\n<!-- fields: written by `make crds` -->\n<!-- end of fields -->\n\nMore.\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository that has the page and nothing else."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "crd.md").write_text(PAGE, encoding="utf-8")
    return tmp_path


def test_each_kind_is_a_file_of_its_own() -> None:
    """It reads back as the document it was made of."""
    read = {name: yaml.safe_load(text) for name, text in manifests().items()}

    assert read == {
        "providerroutes.sealane.dev.yaml": provider_route_definition(),
        "providerrouterevisions.sealane.dev.yaml": provider_route_revision_definition(),
    }


def test_a_manifest_is_plain_yaml() -> None:
    """No anchors and no tags, and it says who wrote it."""
    for text in manifests().values():
        assert text.startswith("# Written by `make crds`")
        nodes = [event for event in yaml.parse(text) if isinstance(event, yaml.NodeEvent)]
        assert {event.anchor for event in nodes} == {None}


def test_what_is_written_is_named_and_then_left_alone(root: Path) -> None:
    """A second run changes nothing."""
    changed = {path.relative_to(root).as_posix() for path in write(root)}

    assert changed == {
        "k8s/crds/providerroutes.sealane.dev.yaml",
        "k8s/crds/providerrouterevisions.sealane.dev.yaml",
        "docs/crd.md",
    }
    assert write(root) == []


def test_a_definition_that_is_no_more_is_removed(root: Path) -> None:
    """Else a test would find it for ever."""
    write(root)
    old = root / "k8s" / "crds" / "old.sealane.dev.yaml"
    old.touch()

    assert write(root) == [old]
    assert not old.exists()
