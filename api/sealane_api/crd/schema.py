"""A part of the resource becomes a structural schema, as ``apiextensions.k8s.io/v1`` wants it."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from sealane_api.crd.descriptions import field_descriptions, plain
from sealane_api.crd.law import Law
from sealane_api.crd.laws import laws_of_field, laws_of_part
from sealane_api.resource.fields import UNORDERED
from sealane_api.resource.part import Part
from sealane_api.resource.provider import SecretKeyRef

Schema: TypeAlias = dict[str, object]

_INT32 = 2**31 - 1

#: The fields that tell the items of an unordered list apart, the first that they require.
_KEYS = ("name", "type")


def structural_schema(part: type[Part]) -> Schema:
    """Return the schema of ``part`` with every bound, default, description and law, and without references."""
    document = part.model_json_schema()
    definitions = document.get("$defs", {})
    texts = field_descriptions(part)
    schema: Schema = {"description": plain(part.__doc__ or ""), "type": "object"}
    required = [field.alias or name for name, field in part.model_fields.items() if field.is_required()]
    if required:
        schema["required"] = required
    schema["properties"] = {
        field.alias or name: {
            "description": texts[name],
            **_field(field, _resolved(document["properties"][field.alias or name], definitions)),
            **_laws(laws_of_field(part, name)),
        }
        for name, field in part.model_fields.items()
    }
    if part is SecretKeyRef:  # half of a reference is another reference
        schema["x-kubernetes-map-type"] = "atomic"
    return schema | _laws(laws_of_part(part))


def scalar_schema(part: type[Part], name: str) -> Schema:
    """Return the bounds of one field whose value is a scalar, by attribute name."""
    document = part.model_json_schema()
    return _scalar(_resolved(document["properties"][part.model_fields[name].alias or name], document.get("$defs", {})))


def part_in(annotation: object) -> type[Part] | None:
    """Return the part that ``Part``, ``Part | None`` or ``tuple[Part, ...]`` is about."""
    options = (annotation, *get_args(annotation))
    return next((option for option in options if isinstance(option, type) and issubclass(option, Part)), None)


def _field(field: FieldInfo, written: Schema) -> Schema:
    """Return the schema of one field; ``written`` is pydantic's own of it."""
    inner = part_in(field.annotation)
    if get_origin(field.annotation) is tuple:
        items = structural_schema(inner) if inner is not None else _scalar(_mapping(written["items"]))
        items.pop("description", None)  # the list's says it
        schema = {"type": "array", **_kept(written, "minItems", "maxItems"), **_list_type(field, items), "items": items}
    elif inner is not None:
        schema = structural_schema(inner)
        del schema["description"]
    elif written.get("type") == "object":
        schema = {
            "type": "object",
            **_kept(written, "maxProperties"),
            "additionalProperties": {"x-kubernetes-preserve-unknown-fields": True},
        }
    else:
        schema = _scalar(written)
    return _default(field) | schema


def _scalar(written: Mapping[str, object]) -> Schema:
    schema = _kept(written, "type", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum")
    if schema["type"] == "integer":
        largest = schema.get("maximum", 0)
        schema["format"] = "int32" if isinstance(largest, int) and 0 < largest <= _INT32 else "int64"
    return schema


def _default(field: FieldInfo) -> Schema:
    """Return the default that the API server shall write, or nothing where absent means something of its own.

    A part's default is written out: the API server judges it by the laws of the part before it fills in anything.
    """
    if field.is_required():
        return {}
    default = field.get_default(call_default_factory=True)
    if isinstance(default, Part):
        members = {inner.alias: _default(inner) for inner in type(default).model_fields.values()}
        written = {name: member["default"] for name, member in members.items() if member}
    else:
        written = to_jsonable_python(default, by_alias=True)
    return {} if written in (None, [], {}) else {"default": written}


def _list_type(field: FieldInfo, items: Schema) -> Schema:
    if UNORDERED not in field.metadata:
        return {"x-kubernetes-list-type": "atomic"}
    if items["type"] != "object":
        return {"x-kubernetes-list-type": "set"}
    required = items.get("required", ())
    key = next((key for key in _KEYS if isinstance(required, Sequence) and key in required), None)
    if key is None:
        return {"x-kubernetes-list-type": "atomic"}
    return {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": [key]}


def _resolved(written: Schema, definitions: Mapping[str, Schema]) -> Schema:
    """Return pydantic's schema of one field without ``X | None`` and without a reference to an enum.

    The API server drops a null for a field that is not nullable, or writes the default in its place.
    """
    options = written.get("anyOf")
    if isinstance(options, list):
        written = next(option for option in options if option.get("type") != "null")
    reference = written.get("$ref")
    return definitions[reference.rpartition("/")[2]] if isinstance(reference, str) else written


def _kept(written: Mapping[str, object], *names: str) -> Schema:
    return {name: written[name] for name in names if name in written}


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise TypeError("found a list whose items have no schema")
    return value


def _laws(laws: Sequence[Law]) -> Schema:
    return {"x-kubernetes-validations": [law.document() for law in laws]} if laws else {}
