"""What is checked in is what the classes say: ``make crds`` would change nothing."""

from sealane_cli.crd_page import with_fields
from sealane_cli.crds import manifests
from tests.architecture.house import ROOT

_FOLDER = ROOT / "k8s" / "crds"
_PAGE = (ROOT / "docs" / "crd.md").read_text(encoding="utf-8")


def test_the_crds_are_those_of_the_classes() -> None:
    """Each file to the letter, and no other file."""
    checked_in = {path.name: path.read_text(encoding="utf-8") for path in _FOLDER.iterdir()}

    assert checked_in == manifests(), "run 'make crds'"


def test_no_other_manifest_holds_a_crd() -> None:
    """So that there is one place to install them from."""
    elsewhere = [
        path
        for path in sorted((ROOT / "k8s").rglob("*.y*ml"))
        if path.parent != _FOLDER and "kind: CustomResourceDefinition" in path.read_text(encoding="utf-8")
    ]

    assert elsewhere == []


def test_the_page_has_every_field_as_it_is() -> None:
    """With its type, bounds, default and meaning."""
    assert with_fields(_PAGE) == _PAGE, "run 'make crds'"
