"""What is kept on disk: whole or not at all, for its owner's eyes, and believed only when it is what it says."""

import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from sealane_router.cluster import snapshot as module
from sealane_router.cluster.revisions import Revision
from sealane_router.cluster.snapshot import FORM, KEYS_FILE, ROUTES_FILE, Snapshot, SnapshotError, file_system_of
from tests.support.followed import revision, spec_of

ONE = revision(1, spec_of())
TWO = revision(7, spec_of({"exact": "glm-5"}), "b")
KEYS = {("team", "moonshot"): {"api-key": b"sk-secret"}}


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every directory be memory."""
    monkeypatch.setattr(module, "file_system_of", lambda _: "tmpfs")


def _snapshot(folder: Path, *namespaces: str) -> Snapshot:
    return Snapshot(folder, folder, namespaces)


def _edit(path: Path, **members: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | members), "utf-8")


@pytest.mark.usefixtures("memory")
def test_what_was_written_is_read(tmp_path: Path) -> None:
    """Revisions compiled anew, with their numbers and their keys; and no key in the file of routes."""
    _snapshot(tmp_path).write_routes([ONE, TWO])
    _snapshot(tmp_path).write_keys(KEYS)
    revisions, problems = _snapshot(tmp_path).read_routes()

    assert [(each.wanted, each.route, each.needs) for each in revisions] == [
        (each.wanted, each.route, each.needs) for each in (ONE, TWO)
    ]
    assert problems == []
    assert _snapshot(tmp_path).read_keys() == KEYS
    assert b"sk-" not in (tmp_path / ROUTES_FILE).read_bytes()


@pytest.mark.usefixtures("memory")
def test_files_are_their_owners_alone(tmp_path: Path) -> None:
    """Whatever the umask says; and nothing else is left in the directory."""
    before = os.umask(0)
    try:
        _snapshot(tmp_path).write_routes([ONE])
        _snapshot(tmp_path).write_keys(KEYS)
    finally:
        os.umask(before)

    assert sorted(path.name for path in tmp_path.iterdir()) == [KEYS_FILE, ROUTES_FILE]
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_nothing_is_read_where_nothing_is(tmp_path: Path) -> None:
    """The first start of a router."""
    snapshot = Snapshot(tmp_path, None, ())

    assert snapshot.read_routes() == ([], [])
    assert snapshot.read_keys() == {}
    assert not snapshot.holds_keys


def test_without_a_place_for_keys_none_are_written(tmp_path: Path) -> None:
    """Wherever."""
    Snapshot(tmp_path, None, ()).write_keys(KEYS)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        ({"form": FORM + 1}, "is of another form than this version of Sealane writes"),
        ({"what": "keys"}, "is of another form than this version of Sealane writes"),
        ({"namespaces": ["other"]}, "was written for other namespaces than SEALANE_NAMESPACES says"),
        ({"content": {"revisions": []}}, "is damaged: its content does not have the hash that it says"),
        ({"digest": 3}, "is damaged: it cannot be read"),
    ],
)
def test_a_foreign_or_damaged_file_is_refused(tmp_path: Path, edit: dict[str, Any], problem: str) -> None:
    """With a reason."""
    snapshot = Snapshot(tmp_path, None, ("team",))
    snapshot.write_routes([ONE])
    _edit(tmp_path / ROUTES_FILE, **edit)

    with pytest.raises(SnapshotError, match=problem):
        snapshot.read_routes()


@pytest.mark.parametrize("size", [0, 1, 200, -1])
def test_a_file_that_was_cut_is_refused(tmp_path: Path, size: int) -> None:
    """At every length; none of its content is repeated."""
    snapshot = Snapshot(tmp_path, None, ())
    snapshot.write_routes([ONE])
    path = tmp_path / ROUTES_FILE
    path.write_bytes(path.read_bytes()[:size])

    with pytest.raises(SnapshotError, match=f"^{path} is damaged: it cannot be read$"):
        snapshot.read_routes()


def test_a_revision_that_is_not_what_it_says_is_left_out(tmp_path: Path) -> None:
    """The others are served."""
    forged = Revision(TWO.wanted, TWO.route, ONE.spec, TWO.needs, TWO.secrets)
    snapshot = Snapshot(tmp_path, None, ())
    snapshot.write_routes([ONE, forged])
    revisions, problems = snapshot.read_routes()

    assert [each.wanted for each in revisions] == [ONE.wanted]
    assert problems == ["revision b-7 does not have the hash that the status of route b says"]


def test_a_file_that_others_may_write_is_not_read(tmp_path: Path) -> None:
    """Nor a link, nor something that is no file."""
    snapshot = Snapshot(tmp_path, None, ())
    snapshot.write_routes([ONE])
    path = tmp_path / ROUTES_FILE
    path.chmod(0o622)
    with pytest.raises(SnapshotError, match="nobody else may write"):
        snapshot.read_routes()
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SnapshotError, match="cannot be read"):
        snapshot.read_routes()
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(SnapshotError, match="nobody else may write"):
        snapshot.read_routes()


def test_a_snapshot_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In both directions; what was there before stays."""
    snapshot = Snapshot(tmp_path, None, ())
    snapshot.write_routes([ONE])
    kept = (tmp_path / ROUTES_FILE).read_bytes()
    monkeypatch.setattr(module, "MAX_SNAPSHOT", len(kept))
    assert len(snapshot.read_routes()[0]) == 1
    with pytest.raises(SnapshotError, match="would have more than"):
        snapshot.write_routes([ONE, TWO])
    monkeypatch.setattr(module, "MAX_SNAPSHOT", len(kept) - 1)
    with pytest.raises(SnapshotError, match="has more than"):
        snapshot.read_routes()

    assert (tmp_path / ROUTES_FILE).read_bytes() == kept


def test_a_write_that_fails_leaves_the_last_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk, found out at the end; the next write goes well."""
    snapshot = Snapshot(tmp_path, None, ())
    snapshot.write_routes([ONE])

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SnapshotError, match="cannot be written: No space left on device"):
        snapshot.write_routes([ONE, TWO])
    monkeypatch.undo()
    before = snapshot.read_routes()[0]
    snapshot.write_routes([ONE, TWO])

    assert (len(before), len(snapshot.read_routes()[0])) == (1, 2)


@pytest.mark.usefixtures("memory")
def test_a_damaged_file_of_keys_says_nothing_of_them(tmp_path: Path) -> None:
    """Not in the message and not in its cause."""
    snapshot = _snapshot(tmp_path)
    snapshot.write_keys(KEYS)
    path = tmp_path / KEYS_FILE
    content = {"secrets": {"team": {"moonshot": {"api-key": "sk-secret!"}}}}
    digest = hashlib.sha256(json.dumps(content).encode()).hexdigest()
    _edit(path, content=content, digest=digest)

    with pytest.raises(SnapshotError, match="a value is no base64") as caught:
        snapshot.read_keys()
    assert "sk-" not in f"{caught.value}{caught.value.__cause__}"


def test_a_directory_that_is_none_is_refused_at_the_start(tmp_path: Path) -> None:
    """And keys on a disk; the message says what to do."""
    with pytest.raises(SnapshotError, match=r"SEALANE_SNAPSHOT: .*/nowhere is no directory"):
        Snapshot(tmp_path / "nowhere", None, ())
    with pytest.raises(SnapshotError, match=r"SEALANE_SNAPSHOT_KEYS: .*/nowhere is no directory"):
        Snapshot(tmp_path, tmp_path / "nowhere", ())


def test_keys_are_kept_in_memory_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the disk is called."""
    monkeypatch.setattr(module, "file_system_of", lambda _: "ext4")

    with pytest.raises(SnapshotError, match=r"is on ext4, and keys are kept in memory only; mount a tmpfs there"):
        Snapshot(tmp_path, tmp_path, ())


def test_the_file_system_is_that_of_the_longest_mount_point(tmp_path: Path) -> None:
    """Of two at one place the later one hides the earlier; a name that only begins alike is another place."""
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "22 1 0:20 / / rw shared:1 - ext4 /dev/sda rw\n"
        "23 22 0:21 / /run rw - tmpfs tmpfs rw\n"
        "24 22 0:22 / /run/keys rw - ext4 /dev/sdb rw\n"
        "25 22 0:23 / /run/keys rw,nosuid shared:3 master:1 - ramfs ramfs rw\n"
        "26 22 0:24 / /with\\040space rw - tmpfs tmpfs rw\n"
        "nonsense\n",
        "utf-8",
    )

    expected = {"/run/keys/a": "ramfs", "/run/keyser": "tmpfs", "/running": "ext4", "/with space/x": "tmpfs"}
    assert {path: file_system_of(Path(path), mounts) for path in expected} == expected
    assert file_system_of(Path("/"), tmp_path / "nowhere") == "a file system of unknown type"
