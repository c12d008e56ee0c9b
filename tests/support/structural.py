"""What an API server makes of a structural schema, without its CEL: for the tests that have no server."""

import re
from collections.abc import Iterator
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
}


def complaints(schema: dict[str, Any], value: Any, path: str = "") -> Iterator[str]:
    """Yield the path of everything that the schema refuses; nulls count as absent, unknown fields are refused."""
    if "type" not in schema:
        return
    if not isinstance(value, _TYPES[schema["type"]]) or (schema["type"] == "integer" and isinstance(value, bool)):
        yield path
        return
    match value:
        case dict():
            yield from _of_object(schema, value, path)
        case list():
            yield from _of_list(schema, value, path)
        case str():
            fits = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
            if not fits or re.search(schema.get("pattern", ""), value) is None or _is_no_word(schema, value):
                yield path
        case bool():
            pass
        case int():
            if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
                yield path


def _of_object(schema: dict[str, Any], value: dict[str, Any], path: str) -> Iterator[str]:
    if len(value) > schema.get("maxProperties", len(value)):
        yield path
    if "additionalProperties" in schema:
        return
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        if value.get(name) is None:
            yield f"{path}.{name}".lstrip(".")
    for name, member in value.items():
        below = f"{path}.{name}".lstrip(".")
        if name not in properties:
            yield below
        elif member is not None:
            yield from complaints(properties[name], member, below)


def _of_list(schema: dict[str, Any], value: list[Any], path: str) -> Iterator[str]:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        yield path
    keys = [_key(schema, item) for item in value]
    if schema["x-kubernetes-list-type"] != "atomic" and any(key in keys[:at] for at, key in enumerate(keys)):
        yield path
    for at, item in enumerate(value):
        yield from complaints(schema["items"], item, f"{path}[{at}]")


def _key(schema: dict[str, Any], item: Any) -> Any:
    keys = schema.get("x-kubernetes-list-map-keys")
    return [item.get(key) for key in keys] if keys and isinstance(item, dict) else item


def _is_no_word(schema: dict[str, Any], value: str) -> bool:
    return value not in schema.get("enum", (value,))
