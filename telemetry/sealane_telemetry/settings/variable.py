"""How one setting is written, and the parsers of what users write: addresses, durations, sizes, switches."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import TypeVar

from sealane_api.durations import parse_duration

T = TypeVar("T")

_BYTES = {"": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


class SettingsError(ValueError):
    """A setting cannot be used; each line names the variable, what was found and what to write."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One setting as users meet it: ``default`` and ``unit`` are text, ``parse`` raises ValueError with what
    to write."""

    name: str
    default: str
    unit: str
    parse: Callable[[str], object]

    @property
    def flag(self) -> str:
        """``--body-limit`` for ``SEALANE_BODY_LIMIT``."""
        return "--" + self.name.removeprefix("SEALANE_").lower().replace("_", "-")


def setting(name: str, default: str, unit: str, parse: Callable[[str], T]) -> T:
    """A dataclass field whose default goes through the parser that reads what users write."""
    return field(default=parse(default), metadata={"variable": Variable(name, default, unit, parse)})


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen; ``host`` has no brackets. Port 0 lets the system choose."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can connect; a host name other than ``localhost`` is taken as
        reachable."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host.lower() == "localhost"

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def address(text: str) -> Address:
    """``127.0.0.1:8080``, ``localhost:8080`` or ``[::1]:8080``; the host is never left out, so nothing is
    exposed by omission."""
    matched = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+)):([0-9]{1,5})", text)
    if matched is None or int(matched[3]) > 65535:
        raise ValueError("write host:port, for example 127.0.0.1:8080, 0.0.0.0:8080 or [::1]:8080")
    if matched[1] is not None:
        try:
            IPv6Address(matched[1])
        except ValueError:
            raise ValueError("what is in brackets is no IPv6 address; write for example [::1]:8080") from None
    return Address(matched[1] or matched[2], int(matched[3]))


def duration(least: float, most: float) -> Callable[[str], float]:
    """A parser of durations as routes write them (``500ms``, ``1m30s``) within bounds; the result is in
    seconds."""

    def parse(text: str) -> float:
        try:
            # A route's durations are at least a millisecond; here nothing at all can be meant.
            seconds = 0.0 if text == "0s" else parse_duration(text)
        except ValueError:
            raise ValueError("write a duration such as 500ms, 30s or 1m30s") from None
        if not least <= seconds <= most:
            raise ValueError(f"write a duration from {least:g}s to {most:g}s")
        return seconds

    return parse


def size(least: int, most: int) -> Callable[[str], int]:
    """A parser of sizes (``65536``, ``64KiB``, ``32MiB``, ``1GiB``) within bounds; the result is in bytes."""

    def parse(text: str) -> int:
        matched = re.fullmatch(r"([0-9]{1,12})(B|KiB|MiB|GiB|)", text)
        if matched is None:
            raise ValueError("write a size such as 65536, 64KiB, 32MiB or 1GiB")
        number = int(matched[1]) * _BYTES[matched[2]]
        if not least <= number <= most:
            raise ValueError(f"write a size from {written_size(least)} to {written_size(most)}")
        return number

    return parse


def written_size(number: int) -> str:
    """The shortest way to write a size: 32MiB for 33554432."""
    for unit in ("GiB", "MiB", "KiB"):
        if number and number % _BYTES[unit] == 0:
            return f"{number // _BYTES[unit]}{unit}"
    return str(number)


def count(least: int, most: int) -> Callable[[str], int]:
    """A parser of whole numbers within bounds."""

    def parse(text: str) -> int:
        if re.fullmatch(r"[0-9]{1,9}", text) is None or not least <= int(text) <= most:
            raise ValueError(f"write a whole number from {least} to {most}")
        return int(text)

    return parse


def choice(*words: str) -> Callable[[str], str]:
    """A parser of one word out of a few, in any case."""

    def parse(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(f"write one of {', '.join(words)}")
        return text.lower()

    return parse


def switch(text: str) -> bool:
    """``true`` or ``false``; nothing else, because ``0`` and ``no`` are read differently by different
    tools."""
    if text.lower() not in {"true", "false"}:
        raise ValueError("write true or false")
    return text.lower() == "true"


def object_name(text: str) -> str:
    """The name of a Kubernetes object; empty text is none."""
    if re.fullmatch(r"([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)?", text) is None:
        raise ValueError("write the name of a Kubernetes object: lower-case letters, digits, dashes and dots")
    return text


def path(text: str) -> Path | None:
    """One path; empty text is none."""
    return Path(text) if text else None


def paths(text: str) -> tuple[Path, ...]:
    """Paths separated by commas."""
    return tuple(Path(part.strip()) for part in text.split(",") if part.strip())
