"""Noticing that files changed."""

import os
from pathlib import Path

import pytest

from sealane_router.routing.watcher import FileWatcher


def test_nothing_changed_is_nothing() -> None:
    """A file that stays as it is is never reported."""
    watcher = FileWatcher([Path(__file__)])

    assert (watcher.changed(), watcher.changed(), dict(watcher.problems)) == ((), (), {})


def test_a_change_is_reported_once(tmp_path: Path) -> None:
    """Only the file that changed, and only until the next look."""
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("1")
    two.write_text("2")
    watcher = FileWatcher([one, two])

    two.write_text("22")

    assert (watcher.changed(), watcher.changed()) == ((two,), ())


def test_another_file_in_its_place_is_a_change(tmp_path: Path) -> None:
    """Editors replace files; size and time may be the same, the inode is not."""
    file, other = tmp_path / "file", tmp_path / "other"
    for each in (file, other):
        each.write_text("same")
        os.utime(each, ns=(1, 1))
    watcher = FileWatcher([file])

    other.replace(file)

    assert watcher.changed() == (file,)


def test_a_vanished_file_is_a_change_and_a_problem(tmp_path: Path) -> None:
    """So is its return, which also ends the problem."""
    file = tmp_path / "file"
    file.write_text("1")
    watcher = FileWatcher([file])

    file.unlink()

    assert watcher.changed() == (file,)
    assert watcher.problems[file] == f"{file}: No such file or directory"
    assert watcher.changed() == ()
    file.write_text("1")
    assert (watcher.changed(), dict(watcher.problems)) == ((file,), {})


def test_a_mounted_config_map_is_followed_through_its_links(tmp_path: Path) -> None:
    """Kubernetes swaps ``..data``; the file's own link never changes."""
    for name, text in (("..1", "old"), ("..2", "new")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "routes.yaml").write_text(text)
    (tmp_path / "..data").symlink_to("..1")
    (tmp_path / "routes.yaml").symlink_to("..data/routes.yaml")
    watcher = FileWatcher([tmp_path / "routes.yaml", tmp_path])

    (tmp_path / "..next").symlink_to("..2")
    (tmp_path / "..next").replace(tmp_path / "..data")

    assert watcher.changed() == (tmp_path / "routes.yaml", tmp_path)


def test_a_directory_stands_for_its_entries(tmp_path: Path) -> None:
    """New, changed and removed files are seen; hidden ones (an editor's) are not."""
    watcher = FileWatcher([tmp_path])
    file = tmp_path / "a.yaml"

    file.write_text("1")
    assert watcher.changed() == (tmp_path,)
    file.write_text("22")
    assert watcher.changed() == (tmp_path,)
    (tmp_path / ".a.yaml.swp").write_text("x")
    assert watcher.changed() == ()
    file.unlink()
    assert watcher.changed() == (tmp_path,)


def test_a_link_that_leads_nowhere_does_not_hide_its_neighbours(tmp_path: Path) -> None:
    """The directory stays readable, and the link's repair is a change."""
    (tmp_path / "a.yaml").symlink_to(tmp_path / ".missing")
    watcher = FileWatcher([tmp_path])

    (tmp_path / ".missing").write_text("here")

    assert (watcher.changed(), dict(watcher.problems)) == ((tmp_path,), {})


def test_an_endless_directory_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of entries looked at is bounded, and the bound is reported."""
    monkeypatch.setattr("sealane_router.routing.watcher.MAX_ENTRIES", 1)
    (tmp_path / "a").touch()
    (tmp_path / "b").touch()

    watcher = FileWatcher([tmp_path])

    assert watcher.problems[tmp_path] == f"{tmp_path}: more than 1 entries"


def test_a_path_through_a_file_is_reported(tmp_path: Path) -> None:
    """An error other than absence is a problem too, with the system's words."""
    (tmp_path / "file").touch()

    watcher = FileWatcher([tmp_path / "file" / "below"])

    assert watcher.problems[tmp_path / "file" / "below"].endswith("Not a directory")
