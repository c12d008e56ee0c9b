"""One program of a control plane: a process with a log, which can be stopped, killed and started again."""

import shutil
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

#: Lines of a log that explain why its program ended.
_LAST_LINES = 12


def leashed(command: Sequence[str], signal_at_our_end: str) -> list[str]:
    """The command, to which Linux sends a signal when the thread that started it ends, whatever ends that."""
    setpriv = shutil.which("setpriv")
    return [*([setpriv, "--pdeathsig", signal_at_our_end] if setpriv else []), *command]


class Component:
    """A program and, while it runs, its process; the log goes on over every start.

    Its environment is the test's, or ``environment`` instead. A test run that is killed sends it ``signal_at_our_end``.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str] | None = None,
        *,
        signal_at_our_end: str = "KILL",
    ) -> None:
        self.name = name
        self.log = log
        self._command = list(command)
        self._environment = environment
        self._signal_at_our_end = signal_at_our_end
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether its process is there; a frozen one is."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The number of its process, which may have ended. Raises RuntimeError when it was never started."""
        if self._process is None:
            raise RuntimeError(f"{self.name} was never started")
        return self._process.pid

    def start(self) -> None:
        """Start it and return at once.

        Raises RuntimeError when it runs already, and off the main thread: Linux ends it together with the thread that
        started it, so that nothing is left of a test run that was killed.
        """
        if self.running:
            raise RuntimeError(f"{self.name} runs already")
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError(f"{self.name} must be started on the main thread")
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                leashed(self._command, self._signal_at_our_end),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment,
            )

    def stop(self, grace: float = 10.0) -> None:
        """SIGTERM, SIGKILL after ``grace`` seconds; returns when it is gone."""
        if self._process is not None and self.running:
            self._process.terminate()
            try:
                self._process.wait(grace)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """SIGKILL; returns when it is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def freeze(self) -> None:
        """SIGSTOP: its connections stay open and nobody answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT: it goes on as if no time had passed."""
        self._signal(signal.SIGCONT)

    def last_words(self) -> str:
        """The end of its log, and where the rest is."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join([f"{self.log}:", *lines[-_LAST_LINES:]])

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None:
            raise RuntimeError(f"{self.name} was never started")
        self._process.send_signal(number)
