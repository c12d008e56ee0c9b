"""The investigator beside ``sealane up``: a process of its own, so that nothing it does can slow the router.

It begins once the router serves and ends after it, or with it: its standard input is a pipe that nobody writes to, and
at its end it stops. What it needs lies in a temporary directory: the tokens, and the database unless one is named. When
it dies it is started again, with what it had found, unless it dies again and again.
"""

import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Protocol

from sealane_telemetry.settings.variable import Address

#: What it gets at the end before it is killed.
_STOP_SECONDS = 15.0
#: Seconds until one that died is started again, doubled each time up to the second figure.
_PAUSE = 1.0
_LONGEST_PAUSE = 16.0
#: One that died so often, each time before it had run for so many seconds, is not started again.
MAX_STARTS = 6
_GOOD_RUN = 60.0
#: A setting is wrong, which another start does not change.
_SETTINGS = 2


class Restarts:
    """Whether a process that ended is started again, and when. ``after`` is told each end."""

    def __init__(self) -> None:
        self._short_runs = 0

    def after(self, code: int, ran: float) -> float | None:
        """Return the seconds to wait after an end with ``code`` after ``ran`` seconds; None: not again."""
        self._short_runs = 1 if ran >= _GOOD_RUN else self._short_runs + 1
        if code == _SETTINGS or self._short_runs >= MAX_STARTS:
            return None
        return min(_LONGEST_PAUSE, _PAUSE * 2.0 ** (self._short_runs - 1))


class Process(Protocol):
    """A child, as :class:`subprocess.Popen` is one."""

    stdin: IO[bytes] | None

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code once it ended. Raises subprocess.TimeoutExpired."""

    def kill(self) -> None:
        """End it now."""


class LocalInvestigator:
    """``prepare`` it before the router reads its settings, ``start`` it when the router serves, ``stop`` it last."""

    def __init__(
        self,
        listen: Address,
        environ: Mapping[str, str],
        say: Callable[[str], None],
        *,
        spawn: Callable[[Mapping[str, str]], Process] | None = None,
        pause: Callable[[float], bool] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """``pause`` waits so many seconds and returns whether everything is to end meanwhile.

        Raises OSError when the address is taken or the temporary directory cannot be made.
        """
        self._address = _free(listen)
        self._environ = environ
        self._say = say
        self._folder = Path(tempfile.mkdtemp(prefix="sealane-investigator-"))
        self._token = secrets.token_urlsafe(24)
        self._spawn = spawn or _spawn
        self._stopping = threading.Event()
        self._pause = pause or self._stopping.wait
        self._now = now
        self._lock = threading.Lock()
        self._process: Process | None = None
        self._keeper: threading.Thread | None = None

    @property
    def router_settings(self) -> dict[str, str]:
        """What the router is told, by variable."""
        return {
            "SEALANE_INVESTIGATOR_URL": f"http://{self._address}",
            "SEALANE_INVESTIGATOR_TOKEN_FILE": str(self._folder / "router-token"),
        }

    @property
    def page(self) -> str:
        """Where a person looks; the token is behind ``#``, which no browser sends to anybody."""
        return f"http://{self._address}/#token={self._token}"

    def prepare(self) -> None:
        """Write the tokens. Raises OSError."""
        router = secrets.token_urlsafe(24)
        (self._folder / "router-token").write_text(router, encoding="utf-8")
        (self._folder / "tokens.yaml").write_text(
            "tokens:\n"
            f"- {{name: router, sha256: {_digest(router)}, rights: [report]}}\n"
            f"- {{name: you, sha256: {_digest(self._token)}, rights: [report, alert, read, act]}}\n",
            encoding="utf-8",
        )

    def start(self, admin: str) -> None:
        """Start the process; ``admin`` is the router's admin address, where facts are read."""
        environ = {
            "SEALANE_LOG_LEVEL": "warning",
            "SEALANE_DATABASE": f"sqlite:///{self._folder / 'incidents.db'}",
            **self._environ,
            "SEALANE_INVESTIGATOR_LISTEN": str(self._address),
            "SEALANE_INVESTIGATOR_TOKENS": str(self._folder / "tokens.yaml"),
            "SEALANE_ROUTERS": admin,
        }
        process = self._begin(environ)
        if process is not None:
            self._keeper = threading.Thread(
                target=self._keep, args=(process, environ), name="investigator", daemon=True
            )
            self._keeper.start()

    def stop(self) -> None:
        """End the process, and remove what it had."""
        with self._lock:
            # From here on none is started any more.
            self._stopping.set()
            process, self._process = self._process, None
        if process is not None:
            if process.stdin is not None:
                process.stdin.close()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._keeper is not None:
            self._keeper.join(_STOP_SECONDS)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _begin(self, environ: Mapping[str, str]) -> Process | None:
        with self._lock:
            self._process = None if self._stopping.is_set() else self._spawn(environ)
            return self._process

    def _keep(self, process: Process | None, environ: Mapping[str, str]) -> None:
        """Start it again whenever it ends by itself."""
        restarts = Restarts()
        while process is not None:
            began = self._now()
            code = process.wait()
            if self._stopping.is_set():
                return
            pause = restarts.after(code, self._now() - began)
            if pause is None:
                self._say(f"warning: the investigator ended with code {code}; errors are not explained any more")
                return
            self._say(f"warning: the investigator ended with code {code}; it is started again in {pause:g} s")
            if self._pause(pause):
                return
            try:
                process = self._begin(environ)
            except OSError as error:
                self._say(f"warning: the investigator cannot be started again ({error.strerror})")
                return


def _spawn(environ: Mapping[str, str]) -> Process:
    return subprocess.Popen(
        [sys.executable, "-m", "sealane_cli.local_investigator"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env=environ,
        # A Ctrl-C in the terminal is for the router, which still has errors to report while it drains.
        start_new_session=True,
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _free(listen: Address) -> Address:
    """Return the address if nobody listens there; port 0 becomes a free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((listen.host, listen.port))
        return Address(listen.host, probe.getsockname()[1])


def _end_with_parent(parent_ended: threading.Event) -> None:
    """Wait for the end of standard input, then end as at SIGTERM; a parent that is killed closes it too."""
    sys.stdin.buffer.read()
    parent_ended.set()
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> int:
    """The child: an investigator that yields to the router and ends with it."""
    from sealane_investigator.app.commands import run_serve

    os.nice(5)
    parent_ended = threading.Event()
    threading.Thread(target=_end_with_parent, args=(parent_ended,), name="parent", daemon=True).start()
    code = run_serve([], os.environ)
    if parent_ended.is_set():
        # A parent that was killed could not tidy up.
        shutil.rmtree(Path(os.environ["SEALANE_INVESTIGATOR_TOKENS"]).parent, ignore_errors=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
