"""Pydantic's errors in words for people: what was found, and what to write instead."""

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sealane_api.problems import FieldPath, Locate, Problem, shown, speaks_of_secrets
from sealane_api.resource.fields import WRITE, Write
from sealane_api.resource.part import LAW, field_names

_UNQUOTABLE = re.compile("-?[0-9]{1,20}|true|false")

#: Said wherever somebody tried to write the key itself.
NEVER_INLINE = (
    "a key is never written in a route: put it in a Secret and write "
    "credential: {secretRef: {name: moonshot, key: api-key}}"
)


def problems_of(
    error: ValidationError, resource: type[BaseModel], locate: Locate, prefix: FieldPath = ()
) -> Iterator[Problem]:
    """Yield one problem for each thing that validation of ``resource`` refused.

    ``prefix`` is the way from the document's root to the resource (``items``, 3 in a List); ``locate`` is asked with
    full paths, also of fields that are missing.
    """
    for details in error.errors(include_url=False):
        if details["type"] == "too_short" and len(details["input"]) >= details["ctx"]["min_length"]:
            continue  # pydantic counts valid items only: what is wrong with the others has been said
        path = tuple(step for step in details["loc"] if step != "[key]")
        if details["type"] == LAW:
            findings = [((*path, *finding.path), finding.message) for finding in details["ctx"]["findings"]]
        else:
            refusal = _Refusal(details, path, resource)
            findings = [(path[:-1] if refusal.is_misplaced_key else path, _message(refusal))]
        for below, message in findings:
            whole = (*prefix, *below)
            yield Problem.at(locate(whole), whole, message)


@dataclass(frozen=True, slots=True)
class _Refusal:
    """One error of pydantic, with what a sentence about it needs."""

    details: ErrorDetails
    path: FieldPath
    resource: type[BaseModel]

    @property
    def found(self) -> str:
        return shown(self.details["input"], self.path)

    @property
    def name(self) -> str:
        return str(self.path[-1])

    @property
    def parent(self) -> type[BaseModel] | None:
        """The part that has, or should have, the field."""
        return _part_at(self.resource, self.path[:-1])

    @property
    def nearest(self) -> str | None:
        """The field that was probably meant by an unknown one; ``base_url`` is as near to ``baseURL`` as can be."""
        known = {_plain(name): name for name in self.siblings}
        near = difflib.get_close_matches(_plain(self.name[:64]), known, n=1, cutoff=0.7)
        return known[near[0]] if near else None

    @property
    def is_misplaced_key(self) -> bool:
        """Whether an unknown field's very name may be a credential."""
        secretive = any(isinstance(step, str) and speaks_of_secrets(step) for step in self.path[:-1])
        return secretive and self.details["type"] == "extra_forbidden" and self.nearest is None

    @property
    def siblings(self) -> list[str]:
        """The fields that may stand here."""
        return field_names(self.parent) if self.parent is not None else []

    @property
    def part(self) -> type[BaseModel] | None:
        """The part that a mapping at this place would be."""
        return _part_at(self.resource, self.path)


def _message(refusal: _Refusal) -> str:
    sentence = _SENTENCES.get(refusal.details["type"])
    if sentence is None:
        return f"found {refusal.found}, which is not admitted here ({refusal.details['type']}); remove it"
    return sentence(refusal)


def _not_the_scalar(refusal: _Refusal) -> str:
    context, found = refusal.details["ctx"], refusal.details["input"]
    advice = ""
    if context["quote"] and isinstance(found, int | float):
        advice = ": put it in quotes"
    elif context["unquote"] and isinstance(found, str) and _UNQUOTABLE.fullmatch(found):
        advice = ": remove the quotes"
    return f"found {refusal.found}; write {context['words']}{advice}"


def _missing(refusal: _Refusal) -> str:
    fields = refusal.parent.model_fields.values() if refusal.parent is not None else ()
    metadata = next((field.metadata for field in fields if field.alias == refusal.name), [])
    words = next((f": {item.words}" for item in metadata if isinstance(item, Write)), "")
    inner = refusal.part or _part_at(refusal.resource, (*refusal.path, 0))
    if not words and inner is not None:
        a_list = ", a list of items" if refusal.part is None else ""
        words = f"{a_list} with {_main_fields(inner)}"
    return f"missing; add {refusal.name}{words}"


def _unknown(refusal: _Refusal) -> str:
    if refusal.nearest is not None:
        return f"found an unknown field; write {refusal.nearest}"
    if any(isinstance(step, str) and speaks_of_secrets(step) for step in refusal.path):
        return f"found an unknown field; {NEVER_INLINE}"
    return f"found an unknown field; write one of {', '.join(refusal.siblings)}"


def _not_a_mapping(refusal: _Refusal) -> str:
    if refusal.path and refusal.name in {"credential", "secretRef"}:
        return f"found {refusal.found}; {NEVER_INLINE}"
    fields = f"with {_main_fields(refusal.part)}" if refusal.part is not None else "of names and values"
    return f"found {refusal.found}; write a mapping {fields}"


def _not_a_list(refusal: _Refusal) -> str:
    return f"found {refusal.found}; write a list, each item after '- '"


def _too_few(refusal: _Refusal) -> str:
    return f"found {refusal.found}; write at least {refusal.details['ctx']['min_length']} item"


def _too_many(refusal: _Refusal) -> str:
    return f"found {refusal.found}; write at most {refusal.details['ctx']['max_length']}"


_SENTENCES: dict[str, Callable[[_Refusal], str]] = {
    WRITE: _not_the_scalar,
    "missing": _missing,
    "extra_forbidden": _unknown,
    "model_type": _not_a_mapping,
    "dict_type": _not_a_mapping,
    "tuple_type": _not_a_list,
    "too_short": _too_few,
    "too_long": _too_many,
}


def _main_fields(part: type[BaseModel]) -> str:
    """Name the fields that a part must have, or if there are none, those it may have."""
    required = [field.alias or name for name, field in part.model_fields.items() if field.is_required()]
    return ", ".join(required or field_names(part))


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _part_at(resource: type[BaseModel], path: FieldPath) -> type[BaseModel] | None:
    """Return the part that a mapping at ``path`` would be; None where none is expected."""
    annotation: object = resource
    for step in path:
        if isinstance(step, int):
            annotation = get_args(annotation)[0] if get_origin(annotation) is tuple else None
        else:
            part = _part_in(annotation)
            fields = part.model_fields.values() if part is not None else ()
            annotation = next((field.annotation for field in fields if field.alias == step), None)
    return _part_in(annotation)


def _part_in(annotation: object) -> type[BaseModel] | None:
    """Return the part that ``Part`` or ``Part | None`` stands for."""
    if get_origin(annotation) is tuple:
        return None
    options = (annotation, *get_args(annotation))
    return next((one for one in options if isinstance(one, type) and issubclass(one, BaseModel)), None)
