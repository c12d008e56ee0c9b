"""The JSON values that a target's ``set`` may carry into a request body."""

import json
import math
from collections.abc import Iterator

from pydantic import JsonValue

from sealane_api.problems import FieldPath, shown
from sealane_api.resource.part import Finding

MAX_DEPTH = 16
MAX_BYTES = 16_384


def value_findings(members: dict[str, JsonValue]) -> list[Finding]:
    """Return what keeps ``members`` from being sent: a null, a number JSON has no word for, too deep or too large.

    Null is refused because client-side and server-side apply drop it differently: a stored one would not survive an
    identical apply.
    """
    if findings := list(_unfit(members, (), 0)):
        return findings
    try:
        size = len(json.dumps(members, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        return [Finding((), "found half of a surrogate pair in a text; write whole characters")]
    return [Finding((), f"found {size} bytes of JSON; write at most {MAX_BYTES}")] if size > MAX_BYTES else []


def _unfit(value: JsonValue, path: FieldPath, depth: int) -> Iterator[Finding]:
    match value:
        case dict() | list() if depth == MAX_DEPTH:
            yield Finding(path, f"found more than {MAX_DEPTH} levels; write at most {MAX_DEPTH}")
        case dict():
            for name, member in value.items():
                yield from _unfit(member, (*path, name), depth + 1)
        case list():
            for at, item in enumerate(value):
                yield from _unfit(item, (*path, at), depth + 1)
        case None:
            yield Finding(path, "found nothing (null), which is not supported; write a value, or use remove")
        case float() if not math.isfinite(value):
            yield Finding(path, f"found {shown(value, path)}; write a number that JSON knows")
        case int() if abs(value) >= 2**63:
            yield Finding(path, f"found {shown(value, path)}; write an integer of at most 64 bits")
        case str() | bool() | int() | float():
            pass
        case _:
            yield Finding(path, f"found {shown(value, path)}; write a JSON value")
