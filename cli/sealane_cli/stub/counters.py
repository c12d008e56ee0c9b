"""What a stub remembers of its requests: counts, the last requests whole, and how each of many ended."""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Ending = Literal["complete", "client_closed", "fault", "stub_closed"]

_MAX_ENDED = 10_000
_MAX_REQUESTS = 100
_MAX_RECORDED_BYTES = 128 << 20
_MAX_NAMES = 1_000
_OTHER = "(other)"


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One request as it arrived.

    ``path`` has no query. ``headers`` are lower-cased, repeated ones joined by ``", "``. ``model`` is as
    sent, faults and all, None when the body names none. ``key`` is the bearer token or ``x-api-key``, None
    without one.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    model: str | None
    key: str | None
    query: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """How one request ended; times are monotonic seconds, ``started`` is the arrival of the whole head.

    ``fault`` means the stub broke the answer off on purpose; an error answer sent in good order is
    ``complete``.
    """

    model: str | None
    path: str
    started: float
    ended: float
    how: Ending


@dataclass(slots=True, eq=False)
class Exchange:
    """One request between its head and its end."""

    path: str
    started: float
    model: str | None = None
    over: bool = False


@dataclass(slots=True)
class Counters:
    """The counts since the start or the last reset; ``in_flight`` and ``connections_open`` are of now.

    ``models`` counts by name without faults, ``paths`` by path, ``faults`` by fault; each holds at most 1,000
    names, the rest under ``(other)``. ``requests`` keeps the last 100 while their bodies fit into 128 MiB.
    """

    models: Counter[str] = field(default_factory=Counter)
    paths: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    endings: Counter[str] = field(default_factory=Counter)
    total: int = 0
    unauthorized: int = 0
    foreign_keys: int = 0
    foreign_models: int = 0
    malformed: int = 0
    connections_opened: int = 0
    connections_open: int = 0
    in_flight: int = 0
    ended: deque[Ended] = field(default_factory=lambda: deque(maxlen=_MAX_ENDED))
    requests: deque[RecordedRequest] = field(default_factory=deque)
    _recorded_bytes: int = 0

    @property
    def cross_routed(self) -> int:
        """Requests that came to the wrong provider, by key and by model. Anything but 0 is an alarm."""
        return self.foreign_keys + self.foreign_models

    def begin(self, path: str, now: float) -> Exchange:
        """A request's head has arrived."""
        self.in_flight += 1
        return Exchange(path, now)

    def end(self, exchange: Exchange, how: Ending, now: float) -> None:
        """The request is over; only the first word on it counts."""
        if exchange.over:
            return
        exchange.over = True
        self.in_flight -= 1
        self.endings[how] += 1
        self.ended.append(Ended(exchange.model, exchange.path, exchange.started, now, how))

    def record(self, request: RecordedRequest) -> None:
        """Remember a complete request."""
        self.total += 1
        self.requests.append(request)
        self._recorded_bytes += len(request.body)
        while len(self.requests) > _MAX_REQUESTS or self._recorded_bytes > _MAX_RECORDED_BYTES:
            self._recorded_bytes -= len(self.requests.popleft().body)

    def reset(self) -> None:
        """Forget everything but what is going on now."""
        for counts in (self.models, self.paths, self.faults, self.endings):
            counts.clear()
        self.total = self.unauthorized = self.foreign_keys = self.foreign_models = 0
        self.malformed = self.connections_opened = self._recorded_bytes = 0
        self.ended.clear()
        self.requests.clear()

    def as_json(self) -> dict[str, object]:
        """What ``/__stub/stats`` answers; of ``ended`` the last 100. Holds no header, body or key."""
        last = list(self.ended)[-100:]
        return {
            "requests": self.total,
            "models": dict(self.models),
            "paths": dict(self.paths),
            "faults": dict(self.faults),
            "endings": dict(self.endings),
            "unauthorized": self.unauthorized,
            "foreign_keys": self.foreign_keys,
            "foreign_models": self.foreign_models,
            "cross_routed": self.cross_routed,
            "malformed": self.malformed,
            "connections_opened": self.connections_opened,
            "connections_open": self.connections_open,
            "in_flight": self.in_flight,
            "ended": [
                {
                    "model": one.model,
                    "path": one.path,
                    "started": one.started,
                    "ended": one.ended,
                    "how": one.how,
                }
                for one in last
            ],
        }


def count(counts: Counter[str], name: str) -> None:
    """Count a name that a client chose, without letting it grow the table for ever."""
    counts[name if name in counts or len(counts) < _MAX_NAMES else _OTHER] += 1
