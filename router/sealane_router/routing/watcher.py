"""Notices that files changed by asking: inotify misses the symlink swaps of Kubernetes' mounts."""

import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

#: Entries of one directory that are looked at; more make the directory unreadable, not slow.
MAX_ENTRIES = 10_000

#: Device, inode, size, time of content and time of permissions of what a path leads to.
_Stamp = tuple[int, int, int, int, int]
_Signature = tuple[tuple[str, _Stamp | None], ...]


class FileWatcher:
    """Remembers what each path led to, symlinks followed, and says which lead to something else now.

    A directory stands for its entries that are not hidden, not for those of its subdirectories. Build it
    *before* the files are read: a change between the two is then found, and never one that was read already
    missed. It costs a few microseconds for each file, so an event loop may call it.
    """

    __slots__ = ("_problems", "_seen")

    def __init__(self, paths: Iterable[Path]) -> None:
        self._problems: dict[Path, str] = {}
        self._seen = {path: self._look(path) for path in paths}

    @property
    def problems(self) -> Mapping[Path, str]:
        """Why paths could not be looked at; one that does not exist is among them."""
        return MappingProxyType(self._problems)

    def changed(self) -> tuple[Path, ...]:
        """The paths that changed since the last call, vanished and reappeared ones too."""
        changed = []
        for path, before in self._seen.items():
            now = self._look(path)
            if now != before:
                self._seen[path] = now
                changed.append(path)
        return tuple(changed)

    def _look(self, path: Path) -> _Signature:
        self._problems.pop(path, None)
        try:
            status = path.stat()
            if stat.S_ISDIR(status.st_mode):
                return _entries(path)
        except OSError as error:
            # The reason is part of what was seen: a file that becomes unreadable has changed.
            self._problems[path] = f"{path}: {error.strerror or type(error).__name__}"
            return ((f"errno {error.errno}", None),)
        return (("", _stamp(status)),)


def _entries(folder: Path) -> _Signature:
    found: list[tuple[str, _Stamp | None]] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if len(found) == MAX_ENTRIES:
                raise OSError(None, f"more than {MAX_ENTRIES} entries")
            try:
                found.append((entry.name, _stamp(entry.stat())))
            except FileNotFoundError:  # gone since it was listed, or a link that leads nowhere
                found.append((entry.name, None))
    return tuple(sorted(found))


def _stamp(status: os.stat_result) -> _Stamp:
    # With the time of permissions, because chmod can repair a file and touches nothing else.
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
