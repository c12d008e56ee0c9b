"""Many errors that are alike become one event that says how many: our own refusals come as fast as clients ask."""

from dataclasses import dataclass

from .backlog import Backlog
from .entry import Entry

#: Seconds in which what is like the first is only counted.
WINDOW = 10.0
#: Kinds that are told apart at once; clients choose the models that nobody claims. What is above is one kind per code.
MAX_KINDS = 256

_Kind = tuple[object, ...]


@dataclass(slots=True)
class _Window:
    """One kind since its last event: until when it is only counted, and what was counted."""

    ends: float
    held: Entry | None = None


class Folding:
    """Passes the first of a kind on at once, and what follows within ``WINDOW`` seconds as one entry behind it.

    Nothing is lost: counts add up to what happened. The one entry has the ids and the time of the last.
    """

    def __init__(self, backlog: Backlog) -> None:
        self._backlog = backlog
        self._windows: dict[_Kind, _Window] = {}

    @property
    def open(self) -> bool:
        """Whether a window is open, so that something may be held back."""
        return bool(self._windows)

    def put(self, entry: Entry, now: float) -> None:
        """Take one entry; ``now`` is monotonic seconds."""
        kind = _kind_of(entry)
        window = self._windows.get(kind)
        if window is None and len(self._windows) >= MAX_KINDS:
            # Codes are ours and few: this adds a bounded number of kinds.
            entry.model, entry.tenant, entry.route, entry.revision, entry.message = "", "", None, None, ""
            entry.exception = entry.credential_class = None
            kind = _kind_of(entry)
            window = self._windows.get(kind)
        if window is None:
            self._windows[kind] = _Window(now + WINDOW)
            self._backlog.put(entry)
            return
        if window.held is not None:
            entry.count += window.held.count
        window.held = entry

    def settle(self, now: float) -> None:
        """Pass on what is held of windows that have ended."""
        for kind, window in list(self._windows.items()):
            if now < window.ends:
                continue
            if window.held is None:
                del self._windows[kind]
            else:
                self._backlog.put(window.held)
                window.held, window.ends = None, now + WINDOW


def _kind_of(entry: Entry) -> _Kind:
    return (
        entry.origin, entry.code, entry.route, entry.revision, entry.model, entry.tenant, entry.status, entry.message,
        entry.exception, entry.credential_class, entry.committed,
    )  # fmt: skip
