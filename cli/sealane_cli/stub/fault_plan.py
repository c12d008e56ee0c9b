"""Which faults a request meets: its own header first, then its model name, then what was arranged."""

from collections import deque
from collections.abc import Callable, Iterable
from itertools import islice

from sealane_cli.stub.counters import RecordedRequest
from sealane_cli.stub.faults import FAULT_HEADER, Fault, FaultSet, parse_faults
from sealane_cli.stub.personality import split_model

#: What can be arranged: nothing, one fault, or several at once.
Arranged = Fault | tuple[Fault, ...] | None

_MAX_SCRIPT = 10_000
_MAX_WATCHES = 100


class FaultPlan:
    """The faults arranged from outside, and the choice among all sources.

    The first source that has a word to say decides alone: header, model name, predicates in the order they
    were added, script (one entry per request, None for a normal answer), default. Faults limited to another
    personality are no word.
    """

    def __init__(self, personality: str) -> None:
        self._personality = personality
        self._script: deque[Arranged] = deque()
        self._watches: list[tuple[Callable[[RecordedRequest], bool], Arranged]] = []
        self.default: Arranged = None

    @property
    def script(self) -> tuple[Arranged, ...]:
        """What the next requests meet, one entry each."""
        return tuple(self._script)

    @script.setter
    def script(self, entries: Iterable[Arranged]) -> None:
        wanted = deque(islice(entries, _MAX_SCRIPT + 1))
        if len(wanted) > _MAX_SCRIPT:
            raise ValueError(f"a script holds at most {_MAX_SCRIPT} entries")
        self._script = wanted

    def when(self, predicate: Callable[[RecordedRequest], bool], fault: Arranged) -> None:
        """Let every request that the predicate accepts meet this fault; at most 100 such arrangements."""
        if len(self._watches) == _MAX_WATCHES:
            raise ValueError(f"at most {_MAX_WATCHES} predicates; clear() drops them")
        self._watches.append((predicate, fault))

    def clear(self) -> None:
        """Drop everything arranged."""
        self.default = None
        self._script.clear()
        self._watches.clear()

    def choose(self, request: RecordedRequest) -> FaultSet:
        """The faults of one complete request; takes one entry off the script. Raises FaultError."""
        if own := self._mine(_written(request)):
            return own
        for predicate, fault in self._watches:
            if predicate(request):
                return self._mine(fault)
        if self._script:
            return self._mine(self._script.popleft())
        return self._mine(self.default)

    def slow_read(self, header: str) -> float:
        """Seconds to pause between two reads of a body whose head has arrived; 0: none. Raises FaultError."""
        faults = self._mine(parse_faults(header.split(","))) or self._mine(self.default)
        return faults["slow-read"].number if "slow-read" in faults else 0.0

    def _mine(self, arranged: Arranged) -> FaultSet:
        if arranged is None:
            return {}
        faults = (arranged,) if isinstance(arranged, Fault) else arranged
        return {fault.name: fault for fault in faults if fault.only in {None, self._personality}}


def _written(request: RecordedRequest) -> tuple[Fault, ...]:
    if header := request.headers.get(FAULT_HEADER, ""):
        return parse_faults(header.split(","))
    _, suffixes = split_model(request.model or "")
    return parse_faults(suffixes)
