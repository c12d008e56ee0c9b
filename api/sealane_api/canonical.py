"""The canonical form of a revision, over which its hash is taken.

Defaults are omitted, so a default that a later version adds starts no rollout; lists whose order means nothing are
sorted, those with names by name; durations count milliseconds, so ``60s`` and ``1m`` are one.
"""

import functools
import hashlib
import json
from typing import TypeAlias, cast

from pydantic.fields import FieldInfo

from sealane_api.provider_route import RevisionSpec
from sealane_api.resource.fields import UNORDERED, Duration
from sealane_api.resource.part import Part

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


def canonical_json(spec: RevisionSpec) -> bytes:
    """Return the canonical JSON of the providers and rules of ``spec``; everything else of a spec is left out."""
    fields = RevisionSpec.model_fields.items()
    return _text({name: _field(getattr(spec, name), field) for name, field in fields}).encode()


def spec_hash(spec: RevisionSpec) -> str:
    """Return the SHA-256 of the canonical JSON as 64 hex digits: the identity of a revision's content."""
    return hashlib.sha256(canonical_json(spec)).hexdigest()


def _value(value: object) -> Json:
    match value:
        case Duration():
            return round(value.seconds * 1_000)
        case Part():
            return _part(value)
        case tuple() | list():
            return [_value(item) for item in value]
        case dict():
            return {name: _value(member) for name, member in value.items()}
        case str():
            return str(value)  # the plain text of an enum's member
        case _:
            return cast("Json", value)


def _field(value: object, field: FieldInfo) -> Json:
    canonical = _value(value)
    if isinstance(canonical, list) and UNORDERED in field.metadata:
        canonical.sort(key=_sort_key)
    return canonical


def _part(part: Part) -> dict[str, Json]:
    kind = type(part)
    defaults = _defaults(kind)
    fields = {name: _field(getattr(part, name), field) for name, field in kind.model_fields.items()}
    return {
        kind.model_fields[name].alias or name: value
        for name, value in fields.items()
        if name not in defaults or defaults[name] != value
    }


@functools.cache  # one entry for each class of the resource
def _defaults(kind: type[Part]) -> dict[str, Json]:
    """Return the canonical defaults of the fields that have one, by attribute name."""
    return {
        name: _field(field.get_default(call_default_factory=True), field)
        for name, field in kind.model_fields.items()
        if not field.is_required()
    }


def _sort_key(item: Json) -> tuple[str, str]:
    name = item.get("name") if isinstance(item, dict) else None
    return (name if isinstance(name, str) else "", _text(item))


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
