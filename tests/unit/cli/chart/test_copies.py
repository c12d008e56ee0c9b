"""What the chart carries of ``k8s/``, and how files are written."""

from pathlib import Path

from sealane_cli.chart.copies import FOLDERS, copies, write


def _tree(root: Path) -> None:
    for folder in FOLDERS:
        (root / "k8s" / folder).mkdir(parents=True)
        (root / "k8s" / folder / "one.yaml").write_text(f"of: {folder}\n")
    (root / "k8s" / "rbac" / "home").mkdir()
    (root / "k8s" / "rbac" / "home" / "two.yaml").write_text("deeper: true\n")


def test_each_file_keeps_its_place_and_its_text(tmp_path: Path) -> None:
    """Folders within folders too."""
    _tree(tmp_path)
    files = tmp_path / "charts" / "sealane" / "files"

    found = copies(tmp_path)

    assert found[files / "rbac" / "home" / "two.yaml"] == "deeper: true\n"
    assert {path.parent.name for path in found} == {*FOLDERS, "home"}


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    """A second time nothing changes; then one file does."""
    one, two = tmp_path / "deep" / "one.yaml", tmp_path / "two.yaml"

    assert write({one: "1\n", two: "2\n"}) == [one, two]
    assert write({one: "1\n", two: "2\n"}) == []
    assert write({one: "1\n", two: "3\n"}) == [two]
    assert two.read_text() == "3\n"


def test_what_is_no_more_goes_from_folders_that_are_kept_whole(tmp_path: Path) -> None:
    """A file elsewhere stays, and so does one that is no YAML."""
    whole, other = tmp_path / "whole", tmp_path / "other"
    for path in (whole / "old.yaml", whole / "notes.md", other / "old.yaml"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("old\n")

    assert write({whole / "new.yaml": "new\n"}, whole) == [whole / "old.yaml", whole / "new.yaml"]
    assert sorted(path.name for path in whole.iterdir()) == ["new.yaml", "notes.md"]
    assert (other / "old.yaml").exists()
