"""What all parts of the resource have in common, and how they say that a law which spans fields is broken."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from sealane_api.problems import FieldPath

#: The pydantic error type under which :func:`refuse` reports.
LAW = "law"

_CAPITALS = {"url": "URL"}


def camel_case(name: str) -> str:
    """``base_url`` → ``baseURL``: the spelling of the Kubernetes API conventions."""
    first, *rest = name.split("_")
    return first + "".join(_CAPITALS.get(word, word.capitalize()) for word in rest)


@dataclass(frozen=True, slots=True)
class ValidationContext:
    """What a judgement depends on besides the route itself; hand it to ``model_validate(…, context=…)``.

    ``laptop`` lets ``allowInsecure: true`` also admit loopback hosts. ``check_regex`` returns RE2's complaint about a
    pattern, or None; without it the syntax of a regex is not judged.
    """

    laptop: bool = False
    check_regex: Callable[[str], str | None] | None = None


def context_of(info: ValidationInfo) -> ValidationContext:
    """Return the context of this validation: a cluster's rules when none was given."""
    return info.context if isinstance(info.context, ValidationContext) else ValidationContext()


class Part(BaseModel):
    """The base of every part: strict, closed, immutable, spelled in camelCase.

    A field that is present but null counts as absent, as it does at a Kubernetes API server.
    """

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        alias_generator=camel_case,
        hide_input_in_errors=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, data: object) -> object:
        if not isinstance(data, dict) or None not in data.values():
            return data
        known = field_names(cls)
        return {name: value for name, value in data.items() if value is not None or name not in known}


def field_names(part: type[BaseModel]) -> list[str]:
    """Return the names a route may write in this part, in the order of the declaration."""
    return [field.alias or name for name, field in part.model_fields.items()]


class Finding(NamedTuple):
    """A broken law: where, below the part that reports it, and what to do about it."""

    path: FieldPath
    message: str


def refuse(findings: Sequence[Finding]) -> None:
    """Raise pydantic's error when anything was found; ``wording.py`` makes one problem of each finding."""
    if findings:
        raise PydanticCustomError(LAW, "a law of the resource is broken", {"findings": tuple(findings)})


def repeated(names: Sequence[str]) -> list[tuple[int, int]]:
    """Return (position, position of the first) of every name that was there before."""
    first: dict[str, int] = {}
    return [(at, first[name]) for at, name in enumerate(names) if first.setdefault(name, at) != at]
