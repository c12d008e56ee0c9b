"""A spool directory belongs to a living process, or to whoever adopts it."""

from pathlib import Path

import pytest

from sealane_investigator.intake.directories import HeldDirectory, abandoned


def test_nobody_adopts_the_directory_of_the_living(tmp_path: Path) -> None:
    """The lock is held as long as the process."""
    held = HeldDirectory.create(tmp_path, "one")

    assert abandoned(tmp_path) == []
    held.release()


def test_a_directory_whose_process_is_gone_is_adopted_once(tmp_path: Path) -> None:
    """Who comes second finds it taken."""
    HeldDirectory.create(tmp_path, "one").release()

    first, second = abandoned(tmp_path), abandoned(tmp_path)

    assert ([held.path.name for held in first], second) == (["one"], [])
    first[0].release()


def test_ones_own_directory_and_what_is_none_is_left_alone(tmp_path: Path) -> None:
    """Files, unfinished directories and the shelf of damaged segments."""
    (tmp_path / "file").touch()
    (tmp_path / ".new-x").mkdir()
    (tmp_path / "damaged").mkdir()
    (tmp_path / "without-lock").mkdir()
    own = HeldDirectory.create(tmp_path, "own")
    own.release()

    assert abandoned(tmp_path, own=own.path) == []
    assert abandoned(tmp_path / "nowhere") == []


def test_a_directory_that_was_removed_meanwhile_is_not_adopted(tmp_path: Path) -> None:
    """An adopter that opened the lock just before holds the lock of nothing."""
    held = HeldDirectory.create(tmp_path, "one")
    held.remove()

    assert HeldDirectory.adopt(held.path) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "a/b", ".hidden", "damaged", "x" * 201])
def test_a_name_that_is_no_file_name_is_refused(tmp_path: Path, name: str) -> None:
    """It comes from the environment."""
    with pytest.raises(ValueError, match="letters"):
        HeldDirectory.create(tmp_path, name)
