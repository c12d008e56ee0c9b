"""Where a command writes, and how: aligned columns, ages as kubectl tells them, colour for people alone."""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TextIO

import yaml

from sealane_kube.raw import Raw

#: Between columns, as kubectl has it.
_GAP = "   "
_RESET = "\x1b[0m"

_MINUTE, _HOUR, _DAY, _YEAR = 60, 3_600, 86_400, 365 * 86_400


class Colour(StrEnum):
    """What a text says about the state of things; the value is its ANSI sequence."""

    PLAIN = ""
    GOOD = "\x1b[32m"
    HELD = "\x1b[33m"
    BAD = "\x1b[31m"


@dataclass(frozen=True, slots=True)
class Cell:
    """A text in a table, with its colour."""

    text: str
    colour: Colour = Colour.PLAIN


@dataclass(frozen=True, slots=True)
class Screen:
    """``now`` is seconds since the epoch, ``monotonic`` seconds of anything; ``coloured`` where a person looks on."""

    out: TextIO
    coloured: bool = False
    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    @classmethod
    def of_terminal(cls, environ: Mapping[str, str]) -> "Screen":
        """Return stdout, coloured on a terminal unless NO_COLOR says otherwise (https://no-color.org)."""
        return cls(sys.stdout, coloured=sys.stdout.isatty() and not environ.get("NO_COLOR"))

    def say(self, text: str, colour: Colour = Colour.PLAIN) -> None:
        """Write one line at once: who follows a rollout through a pipe sees it too."""
        print(self._painted(text, colour), file=self.out, flush=True)

    def table(self, head: Sequence[str], rows: Sequence[Sequence[Cell]], widths: Sequence[int] = ()) -> list[int]:
        """Write a table with its head, if there is one, and return the widths, which further rows may keep to."""
        lines = [*([[Cell(word) for word in head]] if head else []), *rows]
        least = [*widths, *([0] * len(lines[0]))] if lines else list(widths)
        found = [max(least[at], *(len(line[at].text) for line in lines)) for at in range(len(lines[0]) if lines else 0)]
        for line in lines:
            padded = zip(line, found, strict=True)
            cells = [self._painted(cell.text, cell.colour) + " " * (width - len(cell.text)) for cell, width in padded]
            print(_GAP.join(cells).rstrip(), file=self.out)
        self.out.flush()
        return found or list(widths)

    def document(self, document: Raw, form: str) -> None:
        """Write an object as ``json`` or ``yaml``."""
        if form == "json":
            self.say(json.dumps(document, indent=4, ensure_ascii=False))
        else:
            text = yaml.safe_dump(dict(document), sort_keys=False, allow_unicode=True)
            print(text, end="", file=self.out, flush=True)

    def _painted(self, text: str, colour: Colour) -> str:
        return f"{colour.value}{text}{_RESET}" if self.coloured and colour is not Colour.PLAIN and text else text


def age(seconds: float) -> str:
    """Return an age as kubectl prints it: two units while the smaller one matters, one beyond."""
    left = max(int(seconds), 0)
    if left < 2 * _MINUTE:
        return f"{left}s"
    for limit, unit, name, smaller, short in (
        (10 * _MINUTE, _MINUTE, "m", 1, "s"),
        (3 * _HOUR, _MINUTE, "m", 0, ""),
        (8 * _HOUR, _HOUR, "h", _MINUTE, "m"),
        (2 * _DAY, _HOUR, "h", 0, ""),
        (8 * _DAY, _DAY, "d", _HOUR, "h"),
        (2 * _YEAR, _DAY, "d", 0, ""),
        (8 * _YEAR, _YEAR, "y", _DAY, "d"),
    ):
        if left < limit:
            rest = left % unit // smaller if smaller else 0
            return f"{left // unit}{name}" + (f"{rest}{short}" if rest else "")
    return f"{left // _YEAR}y"


def listing(items: Sequence[Raw]) -> Raw:
    """Return objects as the List that kubectl prints for several of them."""
    return {"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": [dict(i) for i in items]}
