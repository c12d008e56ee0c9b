"""What the clients of the proof saw: the load generator as a process, and its requests as they ended."""

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.cluster_component import Component

#: A machine that is busy with something else gets as much time as it could ever need; bounds are asserted, not waited.
PATIENCE_SECONDS = 300.0

MODEL = "kimi-k3"


@dataclass(frozen=True, slots=True, order=True)
class Asked:
    """One request: ``sent`` and ``took`` in monotonic seconds, ``status`` 0 without an answer, ``router`` by number."""

    sent: float
    took: float
    status: int
    revision: str
    router: int

    @property
    def good(self) -> bool:
        """Whether the client got what it wanted."""
        return self.status == 200


class Traffic:
    """``rate`` requests a second over the routers' addresses until the block ends; ``seen`` are those that ended."""

    def __init__(self, folder: Path, addresses: Sequence[str], *, rate: float = 200.0, model: str = MODEL) -> None:
        self._path = folder / "traffic.txt"
        self._path.touch()
        command = [sys.executable, "-m", "tests.support.open_loop", str(self._path), str(rate), model, *addresses]
        self._process = Component("traffic", command, folder / "traffic.log")
        self._read = 0
        self._seen: list[Asked] = []

    def __enter__(self) -> Self:
        self._process.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.stop()

    @property
    def seen(self) -> list[Asked]:
        """Every request that has ended so far, in the order of their ends."""
        with self._path.open("rb") as file:
            file.seek(self._read)
            *lines, rest = file.read().split(b"\n")
            self._read = file.tell() - len(rest)
        self._seen += [_asked(line.decode("ascii")) for line in lines]
        return self._seen

    def since(self, moment: float) -> list[Asked]:
        """Those that were sent after that moment (monotonic)."""
        return [each for each in self.seen if each.sent >= moment]

    def latest(self, seconds: float = 0.3) -> list[Asked]:
        """Those of the last moments."""
        return self.since(self.seen[-1].sent - seconds)

    def wait_for(self, count: int) -> list[Asked]:
        """So many more requests, sent after now. Raises AssertionError when they do not come."""
        begun = time.monotonic()
        until(lambda: len(self.since(begun)) >= count, f"{count} requests")
        return self.since(begun)


def until(
    true: Callable[[], object],
    what: str | Callable[[], str],
    patience: float = PATIENCE_SECONDS,
    *,
    every: float = 0.05,
) -> float:
    """Wait until ``true()`` is; returns the seconds that took. Raises AssertionError that says what was waited for."""
    begun = time.monotonic()
    while not true():
        if time.monotonic() - begun > patience:
            raise AssertionError(f"{what if isinstance(what, str) else what()}: not within {patience:g} s")
        time.sleep(every)
    return time.monotonic() - begun


def quantile(values: Iterable[float], share: float) -> float:
    """The smallest value that ``share`` (0 to 1) of them do not exceed; nan of nothing."""
    ordered = sorted(values)
    if not ordered:
        return float("nan")
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]


def _asked(line: str) -> Asked:
    sent, took, status, revision, router = line.split()
    return Asked(float(sent), float(took), int(status), revision, int(router))
