"""A PostgreSQL server of our own: a folder, a unix socket, and no service.

PostgreSQL refuses to run as root, so there it runs as nobody; its programs are copied to where nobody can read them
when they are below root's home.
"""

import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.cluster_binaries import ProgramMissing

_RECIPE = Path(__file__).resolve().parents[2] / "cluster" / "postgres.sh"

#: Much is asked of it and nothing it has is worth keeping.
_QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def find_postgres() -> Path:
    """The folder of ``postgres`` and ``initdb``: the machine's, or that of ``make postgres``. Raises ProgramMissing."""
    said = subprocess.run([_RECIPE, "folder"], capture_output=True, text=True, timeout=30, check=True)
    folder = Path(said.stdout.strip())
    if not (folder / "postgres").is_file() or not (folder / "initdb").is_file():
        raise ProgramMissing("PostgreSQL is missing: 'make postgres' gets it in seconds.")
    return folder


class Postgres:
    """A server with one empty database; ``durable`` keeps what was committed through :meth:`kill`."""

    def __init__(self, *, durable: bool = False, settings: Mapping[str, str] | None = None) -> None:
        self._settings = ({} if durable else _QUICK) | {"max_connections": "60"} | dict(settings or {})
        self._folder = Path(tempfile.mkdtemp(prefix="sealane-pg-"))
        self._as_nobody: dict[str, Any] = {"cwd": self._folder}
        if os.getuid() == 0:
            shutil.chown(self._folder, "nobody")
            self._as_nobody |= {"user": "nobody", "group": "nogroup", "extra_groups": []}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is, as libpq writes it."""
        return f"postgresql://ada@/postgres?host={self._folder}"

    @property
    def pid(self) -> int:
        """The process that every other one of the server is a child of."""
        assert self._process is not None
        return self._process.pid

    def __enter__(self) -> Self:
        try:
            self._programs = self._readable(find_postgres())
            self._run("initdb", "-D", "data", "-U", "ada", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _value: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=100)
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start it, again perhaps, and wait until it answers."""
        options = [f"-c{name}={value}" for name, value in self._settings.items()]
        command = [str(self._programs / "postgres"), "-D", "data", "-k", str(self._folder), "-h", "", *options]
        with (self._folder / "log").open("ab") as log:
            process: subprocess.Popen[bytes] = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True, **self._as_nobody
            )
        self._process = process
        until = time.monotonic() + 60
        while "ready" not in self._said_by_pid_file():
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError((self._folder / "log").read_text(encoding="utf-8", errors="replace")[-2_000:])
            time.sleep(0.02)

    def kill(self) -> None:
        """End every process of it at once, as a machine does that loses power."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)  # it makes no more
        children = self._children()
        for pid in [*children, self.pid]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        while any(map(_runs, children)):  # each holds the shared memory, and a start beside it is refused
            time.sleep(0.01)
        (self._folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def _children(self) -> list[int]:
        """Each leads a session of its own, so no signal to a group reaches them."""
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text("ascii").split()]

    def _said_by_pid_file(self) -> str:
        """The server writes its state into the last line."""
        try:
            return (self._folder / "data" / "postmaster.pid").read_text(encoding="utf-8").splitlines()[-1]
        except (OSError, IndexError):
            return ""

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, *arguments], capture_output=True, timeout=100, check=True, **self._as_nobody
        )

    def _readable(self, programs: Path) -> Path:
        open_to_all = all(parent.stat().st_mode & stat.S_IXOTH for parent in programs.resolve().parents)
        if open_to_all or "user" not in self._as_nobody:
            return programs
        copied = self._folder / "programs"
        shutil.copytree(programs.parent, copied, symlinks=True)
        return copied / programs.name


def _runs(pid: int) -> bool:
    """Whether there is more of a process than its exit code."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"
