"""Whether a CRD that came after another takes every object that the other took: what was taken away is found."""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

#: A bound that came, or came closer, refuses what was fine; with the side on which it is closer.
_UPPER = ("maximum", "maxLength", "maxItems", "maxProperties")
_LOWER = ("minimum", "minLength", "minItems", "minProperties")

#: Words that have to stay as they are.
_FIXED = ("type", "pattern", "format", "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type")


def taken_away(before: Schema, after: Schema) -> list[str]:
    """What the newer CRD lacks or narrows, by version and field; empty when every stored object stays valid."""
    found = [f"{word} changed" for word in ("group", "scope", "names") if before["spec"][word] != after["spec"][word]]
    versions = {version["name"]: version for version in after["spec"]["versions"]}
    for version in before["spec"]["versions"]:
        name = version["name"]
        if name not in versions:
            found.append(f"{name} is gone")
            continue
        new = versions[name]
        if version["served"] and not new["served"]:
            found.append(f"{name} is not served")
        old_schema, new_schema = (each["schema"]["openAPIV3Schema"] for each in (version, new))
        found += [f"{name}: {each}" for each in _narrowed(old_schema, new_schema, "")]
    return found


def _narrowed(before: Schema, after: Schema, path: str) -> Iterator[str]:
    yield from (f"{path}: {word} changed" for word in _FIXED if before.get(word) != after.get(word))
    yield from (f"{path}: {word} is lower" for word in _UPPER if word in after and _above(before, after, word))
    yield from (f"{path}: {word} is higher" for word in _LOWER if word in after and _below(before, after, word))
    if "enum" in after and not set(after["enum"]) >= set(before.get("enum", [object()])):
        yield f"{path}: a value of enum is gone"
    if before.get("nullable") and not after.get("nullable"):
        yield f"{path}: null is refused"
    yield from (f"{path}.{each} is required now" for each in _added(before, after, "required"))
    yield from (f"{path}: a new rule: {each}" for each in _new_rules(before, after))
    yield from _deeper(before, after, path)


def _deeper(before: Schema, after: Schema, path: str) -> Iterator[str]:
    new = after.get("properties", {})
    for name, field in before.get("properties", {}).items():
        if name in new:
            yield from _narrowed(field, new[name], f"{path}.{name}")
        elif not after.get("x-kubernetes-preserve-unknown-fields"):
            yield f"{path}.{name} is gone"
    for word in ("items", "additionalProperties"):
        old_part, new_part = before.get(word), after.get(word)
        if isinstance(old_part, dict) and isinstance(new_part, dict):
            yield from _narrowed(old_part, new_part, f"{path}[]")
        elif old_part and not new_part:
            yield f"{path}[] is gone"


def _above(before: Schema, after: Schema, word: str) -> bool:
    return word not in before or bool(before[word] > after[word])


def _below(before: Schema, after: Schema, word: str) -> bool:
    return word not in before or bool(before[word] < after[word])


def _added(before: Schema, after: Schema, word: str) -> list[str]:
    """Required fields that were not; one of an object that is new itself takes nothing away."""
    return sorted(set(after.get(word, [])) - set(before.get(word, [])))


def _new_rules(before: Schema, after: Schema) -> list[str]:
    old = {rule["rule"] for rule in before.get("x-kubernetes-validations", [])}
    return [rule["rule"] for rule in after.get("x-kubernetes-validations", []) if rule["rule"] not in old]
