"""Pydantic's errors in words for people: what was found, and what to write instead."""

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ..problems import FieldPath, Locate, Problem, shown, speaks_of_secrets
from .fields import WRITE, Write
from .part import LAW, field_names

#: What a credential looks like in a route; shown wherever somebody tried to write the key itself.
USE_SECRET_REF = (
    "a key is never written in a route: put it in a Secret and write "
    "credential: {secretRef: {name: moonshot, key: api-key}}"
)


def problems_of(
    error: ValidationError, resource: type[BaseModel], locate: Locate, prefix: FieldPath = ()
) -> Iterator[Problem]:
    """Yield one problem for each thing that validation of ``resource`` refused.

    ``prefix`` is the way from the document's root to the resource (``items``, 3 in a List); ``locate`` is asked with
    full paths. A missing field is located where its parent is.
    """
    for details in error.errors(include_url=False):
        path = tuple(part for part in details["loc"] if part != "[key]")
        if details["type"] == LAW:
            for finding in details["ctx"]["findings"]:
                whole = (*prefix, *path, *finding.path)
                yield Problem.at(locate(whole), whole, finding.message)
        else:
            whole = (*prefix, *path)
            yield Problem.at(locate(whole), whole, _message(details, path, resource))


def _message(details: ErrorDetails, path: FieldPath, resource: type[BaseModel]) -> str:
    word = _WORDING.get(details["type"])
    if word is None:
        return f"found {shown(details['input'], path)}, which is not admitted here ({details['type']}); remove it"
    return word(details, path, resource)


def _write(details: ErrorDetails, path: FieldPath, resource: type[BaseModel]) -> str:
    words, quote = details["ctx"]["words"], details["ctx"]["quote"]
    found = details["input"]
    hint = ": put it in quotes" if quote and isinstance(found, int | float) else ""
    return f"found {shown(found, path)}; write {words}{hint}"


def _missing(details: ErrorDetails, path: FieldPath, resource: type[BaseModel]) -> str:
    name = str(path[-1])
    parent = _part_at(resource, path[:-1])
    metadata = next((f.metadata for f in parent.model_fields.values() if f.alias == name), []) if parent else []
    words = next((item.words for item in metadata if isinstance(item, Write)), None)
    inner = _part_at(resource, (*path, 0)) or _part_at(resource, path)
    if words is None and inner is not None:
        words = "with " + ", ".join(field_names(inner))
    return f"missing; add {name}" + (f": {words}" if words else "")


def _unknown(details: ErrorDetails, path: FieldPath, resource: type[BaseModel]) -> str:
    name = str(path[-1])
    parent = _part_at(resource, path[:-1])
    known = field_names(parent) if parent is not None else []
    near = _nearest(name, known)
    if near is not None:
        return f"found an unknown field; write {near}"
    if any(isinstance(part, str) and speaks_of_secrets(part) for part in path):
        return f"found an unknown field; {USE_SECRET_REF}"
    return "found an unknown field; write one of " + ", ".join(known)


def _not_a_mapping(details: ErrorDetails, path: FieldPath, resource: type[BaseModel]) -> str:
    if path and path[-1] in {"credential", "secretRef"}:
        return f"found {shown(details['input'], path)}; {USE_SECRET_REF}"
    part = _part_at(resource, path)
    fields = f" with {', '.join(field_names(part))}" if part is not None else " of names and values"
    return f"found {shown(details['input'], path)}; write a mapping{fields}"


def _not_a_list(details: ErrorDetails, path: FieldPath, resource: type[BaseModel]) -> str:
    return f"found {shown(details['input'], path)}; write a list, one item a line, each after '- '"


def _too_few(details: ErrorDetails, path: FieldPath, resource: type[BaseModel]) -> str:
    return f"found {shown(details['input'], path)}; write at least {_counted(details['ctx']['min_length'])}"


def _too_many(details: ErrorDetails, path: FieldPath, resource: type[BaseModel]) -> str:
    found = details["input"]
    size = len(found) if isinstance(found, Sequence | Mapping) else "more"
    return f"found {size} items; write at most {_counted(details['ctx']['max_length'])}"


def _counted(number: int) -> str:
    return f"{number} item" if number == 1 else f"{number} items"


_WORDING: dict[str, Callable[[ErrorDetails, FieldPath, type[BaseModel]], str]] = {
    WRITE: _write,
    "missing": _missing,
    "extra_forbidden": _unknown,
    "model_type": _not_a_mapping,
    "dict_type": _not_a_mapping,
    "tuple_type": _not_a_list,
    "too_short": _too_few,
    "too_long": _too_many,
}


def _nearest(name: str, known: list[str]) -> str | None:
    """Return the known name that was probably meant: another spelling (``base_url``) before another letter."""
    plain = {_plain(candidate): candidate for candidate in known}
    near = difflib.get_close_matches(_plain(name)[:64], plain, n=1, cutoff=0.7)
    return plain[near[0]] if near else None


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _part_at(resource: type[BaseModel], path: FieldPath) -> type[BaseModel] | None:
    """Return the part that a mapping at ``path`` would be, or None where no part is expected."""
    part: type[BaseModel] | None = resource
    is_list = False
    for step in path:
        if isinstance(step, int):
            if not is_list:
                return None
            is_list = False
            continue
        if part is None or is_list:
            return None
        field = next((field for field in part.model_fields.values() if field.alias == step), None)
        if field is None:
            return None
        part, is_list = _inner_part(field.annotation)
    return None if is_list else part


def _inner_part(annotation: object) -> tuple[type[BaseModel] | None, bool]:
    """Return the part inside ``Part``, ``Part | None`` or ``tuple[Part, ...]``, and whether it is a list of it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    for argument in get_args(annotation):
        part, _ = _inner_part(argument)
        if part is not None:
            return part, getattr(annotation, "__origin__", None) is tuple
    return None, False
