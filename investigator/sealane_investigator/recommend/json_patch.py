"""Patches of a route: made from the object as it is, guarded, and judged by the resource's laws before they are shown.

A patch of RFC 6902 names positions in lists, so each begins with tests of what stands there: should the route have
changed meanwhile, the API server refuses the whole patch instead of changing something else.
"""

import copy
import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from sealane_api.provider_route import ProviderRouteSpec
from sealane_api.resource.part import ValidationContext
from sealane_investigator.incident.recommendation import Change, ChangeKind

#: A command above this length is no help to anybody.
_LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class Step:
    """``op`` is ``test``, ``add`` or ``replace``; ``path`` leads from the object's root."""

    op: str
    path: tuple[str | int, ...]
    value: Any

    @property
    def document(self) -> dict[str, Any]:
        """The step as RFC 6902 writes it."""
        return {"op": self.op, "path": "".join(f"/{_escaped(str(each))}" for each in self.path), "value": self.value}


def applied(live: Mapping[str, Any], steps: Sequence[Step]) -> dict[str, Any] | None:
    """Return the object after the steps; None when a test fails or a step has no place there."""
    changed = copy.deepcopy(dict(live))
    for step in steps:
        if not _apply(changed, step):
            return None
    return changed


def is_valid(route: Mapping[str, Any], *, laptop: bool) -> bool:
    """Whether the resource's own laws admit the spec of this route."""
    try:
        ProviderRouteSpec.model_validate(route.get("spec"), context=ValidationContext(laptop=laptop))
    except ValidationError:
        return False
    return True


def patch_command(live: Mapping[str, Any], steps: Sequence[Step]) -> Change | None:
    """Return the kubectl command that makes the change; None where it would be refused, or does not fit the object."""
    changed = applied(live, steps)
    if changed is None or changed == live or not is_valid(changed, laptop=False):
        return None
    metadata = live.get("metadata")
    if not isinstance(metadata, Mapping) or not metadata.get("name"):
        return None
    body = json.dumps([step.document for step in steps], ensure_ascii=False, separators=(",", ":"))
    words = ["kubectl", "patch", "providerroute", str(metadata["name"])]
    words += [f"--namespace={metadata.get('namespace') or 'default'}", "--type=json", f"--patch={body}"]
    text = " ".join(shlex.quote(word) for word in words)
    return Change(kind=ChangeKind.KUBECTL, text=text) if len(text) <= _LONGEST else None


def fragment(live: Mapping[str, Any], steps: Sequence[Step]) -> Change | None:
    """Return what to write into a route file: a comment for the place, and the line; None where it would be refused."""
    changed = applied(live, steps)
    if changed is None or changed == live or not is_valid(changed, laptop=True):
        return None
    lines = []
    for step in steps:
        if step.op != "test":
            lines += [f"# {_place(live, step.path)}", f"{step.path[-1]}: {json.dumps(step.value, ensure_ascii=False)}"]
    return Change(kind=ChangeKind.PATCH, text="\n".join(lines) + "\n")


def _apply(root: dict[str, Any], step: Step) -> bool:
    *above, last = step.path
    at: Any = root
    for name in above:
        if isinstance(at, dict) and step.op == "add" and name not in at:
            return False
        at = _member(at, name)
        if at is None:
            return False
    if step.op == "test":
        return bool(_member(at, last) == step.value)
    if isinstance(at, dict) and isinstance(last, str) and (step.op == "add" or last in at):
        at[last] = copy.deepcopy(step.value)
        return True
    if isinstance(at, list) and isinstance(last, int) and step.op == "replace" and 0 <= last < len(at):
        at[last] = copy.deepcopy(step.value)
        return True
    return False


def _member(at: Any, name: str | int) -> Any:
    if isinstance(at, dict):
        return at.get(name)
    if isinstance(at, list) and isinstance(name, int) and 0 <= name < len(at):
        return at[name]
    return None


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _place(live: Mapping[str, Any], path: tuple[str | int, ...]) -> str:
    """``spec.providers[moonshot]`` for people: positions by the name that stands there."""
    words = ""
    at: Any = live
    for name in path[:-1]:
        at = _member(at, name)
        if isinstance(name, int):
            named = at.get("name") or at.get("provider") if isinstance(at, dict) else None
            words += f"[{named or name}]"
        else:
            words += f".{name}" if words else name
    return words
