"""The values of the chart: their comments become the schema's descriptions and the table of the chart's README."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from .copies import CHART

BEGIN = "<!-- values: written by `make chart` from values.yaml -->"
END = "<!-- values: end -->"

_COMMENT = re.compile(r" *# ?(?P<text>.*)")
_KEY = re.compile(r"(?P<indent> *)(?P<name>[A-Za-z]\w*):")

Schema = dict[str, Any]


class UndescribedError(Exception):
    """A value has no comment, or the schema does not know it; the text names it."""


def pages(root: Path) -> dict[Path, str]:
    """Return the text of the schema and of the README by their paths. Raises UndescribedError."""
    folder = root / CHART
    schema, readme = folder / "values.schema.json", folder / "README.md"
    text = (folder / "values.yaml").read_text(encoding="utf-8")
    values = yaml.safe_load(text)
    described = with_descriptions(json.loads(schema.read_text(encoding="utf-8")), comments(text))
    return {
        schema: json.dumps(with_required(described, values), indent=2, ensure_ascii=False) + "\n",
        readme: with_table(readme.read_text(encoding="utf-8"), described, values),
    }


def comments(text: str) -> dict[str, str]:
    """Return the comment right above each key of a file of values, by the key's path: ``router.image.tag``."""
    found: dict[str, str] = {}
    above: list[str] = []
    path: list[str] = []
    for line in text.splitlines():
        if comment := _COMMENT.fullmatch(line):
            above.append(comment["text"])
            continue
        if key := _KEY.match(line):
            path = [*path[: len(key["indent"]) // 2], key["name"]]
            if above:
                found[".".join(path)] = " ".join(above)
        above = []
    return found


def with_descriptions(schema: Schema, described: Mapping[str, str]) -> Schema:
    """Return the schema with these descriptions. Raises UndescribedError for a value that only one of the two knows."""
    known = dict(_properties(schema))
    strays = [path for path in described if path not in known]
    bare = [path for path in known if path not in described and path != "global"]
    if strays or bare:
        told = [f"{path} is not in the schema" for path in strays] + [f"{path} has no comment" for path in bare]
        raise UndescribedError(f"values.yaml and values.schema.json differ: {'; '.join(told)}")
    copy: Schema = json.loads(json.dumps(schema))
    for path, node in _properties(copy):
        if path in described:
            node["description"] = described[path]
    return copy


def with_required(schema: Schema, values: Mapping[str, Any]) -> Schema:
    """Return the schema in which nothing can be missing that templates count on.

    ``null`` in somebody's values takes a key away, a group too, and the schema is asked afterwards. A list, a map or
    a text that is empty by default may go, and so may what says that it can be null.
    """
    copy: Schema = json.loads(json.dumps(schema))
    _require(copy, copy["properties"], copy, values)
    return copy


def _require(group: Schema, properties: Mapping[str, Schema], schema: Schema, values: Mapping[str, Any]) -> None:
    needed = []
    for name, node in properties.items():
        if "properties" in node:
            _require(node, node["properties"], schema, values.get(name, {}))
            needed.append(name)
        elif values.get(name) not in (None, "") and not _may_go(node, schema, values[name]):
            needed.append(name)
    if needed:
        group["required"] = needed


def _may_go(node: Schema, schema: Schema, default: object) -> bool:
    return isinstance(default, (dict, list)) or "null" in _kind(node, schema).split(" or ")


def with_table(page: str, schema: Schema, values: Mapping[str, Any]) -> str:
    """Return the page with the table between its two marks. Raises UndescribedError when a mark is missing."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise UndescribedError(f"the README of the chart lacks {BEGIN} or {END}")
    rows = [
        f"| `{path}` | {_kind(node, schema)} | {_default(values, path)} | {_cell(node['description'])} |"
        for path, node in _properties(schema)
        if "properties" not in node and path != "global"
    ]
    table = ["| Value | Type | Default | What it does |", "| --- | --- | --- | --- |", *rows]
    return "".join([before, begin, "\n", "\n".join(table), "\n", end, after])


def _properties(schema: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    """Every value by its path, groups before what is in them."""
    for name, node in schema.get("properties", {}).items():
        here = f"{path}.{name}".lstrip(".")
        yield here, node
        yield from _properties(node, here)


def _kind(node: Schema, schema: Schema) -> str:
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].rsplit("/", 1)[1]]
    if "enum" in node:
        return "one of " + ", ".join(f"`{each}`" for each in node["enum"])
    if "anyOf" in node:
        return " or ".join(_kind(each, schema) for each in node["anyOf"])
    kind = node["type"]
    return kind if isinstance(kind, str) else " or ".join(kind)


def _default(values: Mapping[str, Any], path: str) -> str:
    found: Any = values
    for name in path.split("."):
        found = found[name]
    return f"`{json.dumps(found, ensure_ascii=False)}`".replace("|", "\\|")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
