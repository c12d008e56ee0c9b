"""The tables of ``docs/crd.md``: every field of the CRDs with its type, bounds, default and meaning."""

import json
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from sealane_api.crd.schema import Schema, structural_schema
from sealane_api.crd.status import ProviderRouteStatus
from sealane_api.durations import DURATION_PATTERN
from sealane_api.provider_route import ProviderRouteSpec
from sealane_api.resource.metadata import TIMESTAMP_PATTERN

_BEGIN = "<!-- fields: written by `make crds` -->\n"
_END = "<!-- end of fields -->\n"
_HEAD = "| field | type | default | meaning |\n| --- | --- | --- | --- |\n"

#: What is said of a text instead of its length, by pattern.
_KINDS = {DURATION_PATTERN: "duration", TIMESTAMP_PATTERN: "time"}

#: Path (``rules[].models[].exact``) and schema of a field.
Row: TypeAlias = tuple[str, Schema, bool]


def with_fields(page: str) -> str:
    """Return the page with new tables; raises :class:`ValueError` when the marks between which they stand are gone."""
    before, begin, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"docs/crd.md has lost its marks {_BEGIN.strip()} and {_END.strip()}")
    return before + begin + "\n" + _tables() + "\n" + end + after


def rows(schema: Schema, above: str = "") -> Iterator[Row]:
    """Yield (path, schema, whether it is required) of each field, outer before inner."""
    required = schema.get("required", ())
    for name, field in _properties(schema).items():
        path = f"{above}.{name}".lstrip(".")
        yield path, field, isinstance(required, list) and name in required
        inner = field.get("items")
        yield from rows(inner, f"{path}[]") if isinstance(inner, dict) else rows(field, path)


def _tables() -> str:
    return "\n".join(
        f"### `{title}`\n\n{_HEAD}" + "".join(_line(row) for row in rows(structural_schema(part)))
        for title, part in (("spec", ProviderRouteSpec), ("status", ProviderRouteStatus))
    )


def _line(row: Row) -> str:
    path, schema, required = row
    default = "required" if required else _default(schema)
    cells = (f"`{path}`", _type(schema), default, str(schema["description"]).replace("|", r"\|"))
    return f"| {' | '.join(cells)} |\n"


def _default(schema: Schema) -> str:
    default = schema.get("default")
    if default is None or isinstance(default, dict):  # its fields say it
        return ""
    if isinstance(default, str):
        return f"`{default}`"
    return f"`{json.dumps(default)}`".replace('"', "")


def _type(schema: Schema) -> str:
    """What to write, with its bounds."""
    match schema:
        case {"enum": [*words]}:
            return ", ".join(f"`{word}`" for word in words)
        case {"type": "array", "items": {"type": "object"}}:
            return f"{_span(schema, 'Items')} objects"
        case {"type": "array", "items": dict() as items}:
            return f"{_span(schema, 'Items')} of: {_type(items)}"
        case {"type": "object", "additionalProperties": _}:
            return f"{_span(schema, 'Properties')} members, any JSON"
        case {"type": "integer"}:
            return f"integer {_range(schema)}"
        case {"type": "string", "pattern": str(pattern)} if pattern in _KINDS:
            return _KINDS[pattern]
        case {"type": "string"}:
            return f"text of {_span(schema, 'Length')} characters"
        case _:
            return str(schema["type"])


def _span(schema: Schema, what: str) -> str:
    least, most = schema.get(f"min{what}", 0), schema[f"max{what}"]
    if least == most:
        return str(most)
    return f"{least}-{most}" if least else f"at most {most}"


def _range(schema: Schema) -> str:
    least, most = schema["minimum"], schema["maximum"]
    return f"from {least}" if isinstance(most, int) and most >= 2**31 - 1 else f"{least}-{most}"


def _properties(schema: Mapping[str, object]) -> dict[str, Schema]:
    properties = schema.get("properties", {})
    return properties if isinstance(properties, dict) else {}
