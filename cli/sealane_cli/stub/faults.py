"""The closed list of faults, and how one is written.

A fault is written ``name`` or ``name:argument`` in the request header ``x-stub-fault`` (several separated by
commas), or ``+name`` / ``+name=argument`` behind a model name: ``kimi-k3+status=500+delay=0.2``. A
personality before a slash limits it to the stub that plays that provider: ``moonshot/status:500``.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sealane_cli.stub.personality import PERSONALITIES

FAULT_HEADER = "x-stub-fault"

_MAX_FAULTS = 8
_MAX_SECONDS = 3600.0


class FaultError(ValueError):
    """A fault that does not exist, or an argument it cannot take; the text says which and what would do."""


@dataclass(frozen=True, slots=True)
class FaultKind:
    """What a fault does, and the number it takes.

    ``unit`` is ``""`` when it takes none. ``default`` of None with a unit means the number must be given.
    """

    meaning: str
    unit: str = ""
    default: float | None = None
    low: float = 0
    high: float = 0


def _seconds(default: float, meaning: str) -> FaultKind:
    return FaultKind(meaning, "seconds", default, 0, _MAX_SECONDS)


def _status(default: int, low: int, high: int, meaning: str) -> FaultKind:
    return FaultKind(meaning, "status", default, low, high)


def _count(default: int | None, low: int, high: int, meaning: str) -> FaultKind:
    return FaultKind(meaning, "count", default, low, high)


FAULTS: Mapping[str, FaultKind] = {
    # Refusals: another answer, sent in good order.
    "status": _status(500, 400, 599, "that status with the personality's error body"),
    "code": _count(None, 1, 9999, "that Z.ai business code with its HTTP status; the other personalities ignore it"),
    "rate-limit": FaultKind("429, rate limit, no Retry-After"),
    "retry-after": _count(1, 0, 86_400, "429, rate limit, with Retry-After of that many seconds"),
    "quota": FaultKind("429, the balance is used up"),
    "overloaded": FaultKind("429, the model is overloaded"),
    "unauthorized": FaultKind("401"),
    "forbidden-model": FaultKind("403 for this model"),
    "forbidden-balance": FaultKind("403 in the wording of an empty balance"),
    "content-filter": FaultKind("400, refused by the content policy"),
    "html": _status(502, 400, 599, "that status with an HTML page"),
    "redirect": _status(307, 300, 399, "that status with a Location at another host"),
    "error-200": FaultKind("status 200 with an error body"),
    "wrong-json": FaultKind("status 200, JSON cut in the middle, right content-length"),
    # Instead of an answer.
    "cut-before-head": FaultKind("reads the request, then closes"),
    "reset": FaultKind("reads the request, then resets the TCP connection"),
    "not-http": FaultKind("bytes that are not HTTP, then closes"),
    "switching": FaultKind("101 Switching Protocols, then silence"),
    # Slowness.
    "slow-read": _seconds(0.05, "pauses so long between two reads of the request body"),
    "delay": _seconds(1, "waits before the first byte of the answer"),
    "slow-first-event": _seconds(1, "sends the head, waits before the first content"),
    "slow-stream": _seconds(0.05, "pauses so long between two content events"),
    "stall": FaultKind("sends the head and nothing more"),
    "stall-after-content": FaultKind("sends two content events (or half a JSON body) and nothing more"),
    # An answer that breaks.
    "cut-before-content": FaultKind("head and opening events, then closes"),
    "cut": FaultKind("two content events and half of the third (or half a JSON body), then closes"),
    "cut-clean": FaultKind("two content events, then a proper end of the body: no finish, no [DONE]"),
    "reset-mid-body": FaultKind("half the declared body (or two content events), then a TCP reset"),
    "no-done": FaultKind("a finish, but no [DONE] (messages: no message_stop)"),
    "no-finish-no-done": FaultKind("all content, but neither finish nor [DONE]"),
    "done-without-finish": FaultKind("all content and [DONE], but no finish"),
    "glued": FaultKind("an event cut in its JSON and glued to one of another generation, which goes on"),
    "changed-id": FaultKind("another id from the third content event on"),
    "in-band-error": FaultKind("an error event before any content"),
    "in-band-error-after-content": FaultKind("an error event after two content events"),
    # Framing and the connection.
    "huge-head": _count(100, 1, 10_240, "that many KiB of answer headers"),
    "informational": FaultKind("100 Continue and 103 Early Hints before the answer"),
    "second-answer": FaultKind("an unasked second answer right behind the first"),
    "late-byte": _seconds(0.02, "a byte on the idle connection so long after the answer"),
    "no-length": FaultKind("no content-length and not chunked: the body ends with the connection"),
    "close-after": FaultKind("closes after the answer without having said so"),
    "compressed": FaultKind("a gzip answer, whatever was accepted"),
    # Size.
    "many": _count(100, 1, 1_000_000, "that many content events"),
    "big": _count(1 << 20, 1, 64 << 20, "a JSON body, or one content event, of that many bytes"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; ``number`` is its argument or the default, ``only`` the personality it is limited to.

    Raises FaultError when the name is unknown or the number missing, unwanted or out of bounds.
    """

    name: str
    number: float = math.nan
    only: str | None = None

    def __post_init__(self) -> None:
        kind = FAULTS.get(self.name)
        if kind is None:
            raise FaultError(f"no fault is named {self.name!r}; there are: {', '.join(FAULTS)}")
        if self.only is not None and self.only not in PERSONALITIES:
            raise FaultError(f"no personality is named {self.only!r}; there are: {', '.join(PERSONALITIES)}")
        object.__setattr__(self, "number", _checked(self.name, kind, self.number))

    @property
    def whole(self) -> int:
        """The argument as a whole number (a status, a count, bytes)."""
        return int(self.number)


#: The faults of one request by name.
FaultSet = Mapping[str, Fault]


def parse_fault(text: str) -> Fault:
    """Read ``[personality/]name[:argument]`` (``=`` does too); raises FaultError."""
    only, slash, rest = text.strip().rpartition("/")
    name, mark, argument = rest.replace("=", ":", 1).partition(":")
    if not mark:
        return Fault(name, only=only if slash else None)
    try:
        number = float(argument)
    except ValueError as error:
        raise FaultError(f"fault {name!r}: {argument!r} is not a number") from error
    if math.isnan(number):
        raise FaultError(f"fault {name!r}: {argument!r} is not a number")
    return Fault(name, number, only if slash else None)


def parse_faults(texts: Iterable[str]) -> tuple[Fault, ...]:
    """Read several faults, at most eight; empty texts are skipped. Raises FaultError."""
    faults = tuple(parse_fault(text) for text in texts if text.strip())
    if len(faults) > _MAX_FAULTS:
        raise FaultError(f"{len(faults)} faults at once; at most {_MAX_FAULTS}")
    return faults


def _checked(name: str, kind: FaultKind, number: float) -> float:
    given = not math.isnan(number)
    if not kind.unit:
        if given:
            raise FaultError(f"fault {name!r} takes no argument")
        return 0.0
    if not given:
        if kind.default is None:
            raise FaultError(f"fault {name!r} needs an argument, for example {name}:{kind.low:g}")
        return kind.default
    if not kind.low <= number <= kind.high:
        raise FaultError(f"fault {name!r}: {number:g} is not within {kind.low:g} to {kind.high:g}")
    if kind.unit != "seconds" and number != int(number):
        raise FaultError(f"fault {name!r}: {number:g} is not a whole number")
    return number
