"""A spool directory for each replica, held by a lock that ends with its process, so that others can adopt it.

A directory is made under another name, locked, and only then renamed into place: nobody sees one that is not locked by
the living. Who takes the lock of another's directory owns what lies in it.
"""

import fcntl
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from .segments import QUARANTINE, sync_directory

_LOCK = "lock"
_NAME = re.compile(r"[A-Za-z0-9._-]{1,200}")
_UNFINISHED = ".new-"


@dataclass(frozen=True, slots=True)
class HeldDirectory:
    """A spool directory whose lock this process holds; ``number`` is the lock's file descriptor."""

    path: Path
    number: int

    @classmethod
    def create(cls, root: Path, name: str) -> Self:
        """Make and lock ``root/name``. Raises OSError; ValueError for a name that is no file name."""
        if _NAME.fullmatch(name) is None or name.startswith(".") or name == QUARANTINE:
            raise ValueError("a spool directory is called by letters, digits, dots, dashes and underscores")
        root.mkdir(parents=True, exist_ok=True)
        unfinished = root / f"{_UNFINISHED}{name}"
        unfinished.mkdir()
        number = os.open(unfinished / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        unfinished.rename(root / name)
        sync_directory(root)
        return cls(root / name, number)

    @classmethod
    def adopt(cls, path: Path) -> Self | None:
        """Take a directory whose owner is dead; None while it lives, or when somebody else was faster."""
        try:
            number = os.open(path / _LOCK, os.O_RDWR)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Whoever had it before may have removed it between the two calls.
            if (path / _LOCK).stat().st_ino != os.fstat(number).st_ino:
                raise FileNotFoundError
        except (BlockingIOError, FileNotFoundError):
            os.close(number)
            return None
        return cls(path, number)

    def remove(self) -> None:
        """Delete the directory, which holds no segment any more, and give the lock back. Raises OSError."""
        shutil.rmtree(self.path)
        os.close(self.number)

    def release(self) -> None:
        """Give the lock back; what lies in the directory waits for whoever adopts it."""
        os.close(self.number)


def abandoned(root: Path, *, own: Path | None = None) -> list[HeldDirectory]:
    """Adopt every directory below ``root`` whose process is gone."""
    if not root.is_dir():
        return []
    found = []
    for path in sorted(root.iterdir()):
        if path == own or not path.is_dir() or path.name == QUARANTINE or path.name.startswith("."):
            continue
        held = HeldDirectory.adopt(path)
        if held is not None:
            found.append(held)
    return found
