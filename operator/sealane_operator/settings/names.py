"""Parsers of what only the operator is told: several names, several addresses, who it is."""

import re

from sealane_telemetry.settings.variable import address

#: The API server refuses a longer ``reportingInstance``; a random word and a dash follow the name.
_MAX_IDENTITY = 100
_MAX_NAMES = 1_000
_MAX_ADDRESSES = 1_000

_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_IDENTITY = re.compile(rf"[A-Za-z0-9._-]{{0,{_MAX_IDENTITY}}}")


def names(text: str) -> tuple[str, ...]:
    """Namespaces separated by commas, each once; spaces around a name do not count."""
    found = tuple(dict.fromkeys(_parts(text)))
    if len(found) > _MAX_NAMES or not all(_NAMESPACE.fullmatch(each) for each in found):
        raise ValueError(f"write at most {_MAX_NAMES} namespaces separated by commas, for example team-a,team-b")
    return found


def addresses(text: str) -> tuple[str, ...]:
    """Addresses separated by commas, each once, written as they are."""
    found = tuple(dict.fromkeys(str(address(each)) for each in _parts(text)))
    if len(found) > _MAX_ADDRESSES:
        raise ValueError(f"write at most {_MAX_ADDRESSES} addresses")
    return found


def identity(text: str) -> str:
    """A name as pods have; empty text is none."""
    if _IDENTITY.fullmatch(text) is None:
        raise ValueError(f"write at most {_MAX_IDENTITY} letters, digits, dots, dashes and underscores")
    return text


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
