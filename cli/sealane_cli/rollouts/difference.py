"""``kubectl sealane diff``: what changed between two revisions, as a unified diff of YAML.

The YAML is canonical: defaults are left out, and what has no order is sorted, so that a line differs only where the
revisions do. A revision names Secrets and holds none.
"""

from collections.abc import Sequence
from difflib import unified_diff
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from sealane_api.crd.revision import revision_name
from sealane_api.provider_route import RevisionSpec
from sealane_api.resource.fields import UNORDERED, Duration
from sealane_api.resource.part import Part
from sealane_cli.cluster.failures import CommandFailed
from sealane_cli.cluster.routes import Routes
from sealane_kube.raw import Raw, mapping_at

from .history import newest_first
from .screen import Colour, Screen
from .view import RouteView, view_of

_COLOURS = {"+": Colour.GOOD, "-": Colour.BAD, "@": Colour.HELD}


async def show_difference(routes: Routes, screen: Screen, name: str, revisions: Sequence[int]) -> int:
    """Print the difference between two revisions; returns the exit code, also when there is none.

    Of one revision the other is stable; of none they are stable and candidate, or what served before and stable.
    """
    view = view_of(await routes.get(name))
    before, after = revisions if len(revisions) == 2 else await _chosen(routes, view, revisions)
    old, new = await _text(routes, view, before), await _text(routes, view, after)
    names = revision_name(view.name, before), revision_name(view.name, after)
    lines = list(unified_diff(old.splitlines(), new.splitlines(), *names, lineterm=""))
    if not lines:
        screen.say(f"revisions {before} and {after} of {view.title} hold the same")
    for line in lines:
        screen.say(line, _COLOURS.get(line[:1], Colour.PLAIN))
    return 0


async def _chosen(routes: Routes, view: RouteView, revisions: Sequence[int]) -> tuple[int, int]:
    stable, candidate = view.status.stable, view.status.candidate
    if stable is None:
        raise CommandFailed(f"{view.title} has no stable revision yet; name two: kubectl sealane diff {view.name} 1 2")
    if revisions:
        return revisions[0], stable.revision
    if candidate is not None:
        return stable.revision, candidate.revision
    previous = view.status.rollout.previous if view.status.rollout is not None else None
    if previous is not None:
        return previous.revision, stable.revision
    served = [each for each in newest_first(await routes.revisions(view.name), view) if each.promoted_at is not None]
    others = [each for each in served if each.number != stable.revision]
    if not others:
        raise CommandFailed(
            f"only revision {stable.revision} of {view.title} ever served; name two: "
            f"kubectl sealane history {view.name} lists them"
        )
    return max(others, key=lambda each: (each.promoted_at or 0.0, each.number)).number, stable.revision


async def _text(routes: Routes, view: RouteView, number: int) -> str:
    found = await routes.revision(revision_name(view.name, number))
    if found is None or not newest_first([found], view):
        known = [each.number for each in newest_first(await routes.revisions(view.name), view)]
        there = f"there are {', '.join(map(str, known))}" if known else "it has none yet"
        raise CommandFailed(f"{view.title} has no revision {number}; {there}")
    return yaml.safe_dump(readable(mapping_at(found, "spec")), sort_keys=True, allow_unicode=True)


def readable(spec: Raw) -> Any:
    """Return the canonical form of a revision's spec with durations as they were written.

    A spec that a newer version of the CRD admits is returned as it is stored: nothing in it may be left out.
    """
    try:
        read = RevisionSpec.model_validate(dict(spec))
    except ValidationError:
        return dict(spec)
    return _plain(read)


def _plain(value: object) -> Any:
    match value:
        case Part():
            return _members(value)
        case tuple() | list():
            return [_plain(item) for item in value]
        case dict():
            return {name: _plain(member) for name, member in value.items()}
        case str():
            return str(value)  # the plain text of an enum's member, and of a duration
        case _:
            return value


def _members(part: Part) -> dict[str, Any]:
    fields = type(part).model_fields.items()
    return {
        field.alias or name: _ordered(_plain(getattr(part, name)), field)
        for name, field in fields
        if field.is_required() or not _same(getattr(part, name), field.get_default(call_default_factory=True))
    }


def _same(value: object, default: object) -> bool:
    if isinstance(value, Duration) and isinstance(default, Duration):
        return value.seconds == default.seconds
    return bool(_plain(value) == _plain(default))


def _ordered(value: Any, field: FieldInfo) -> Any:
    return sorted(value, key=_sort_key) if UNORDERED in field.metadata else value


def _sort_key(item: Any) -> tuple[str, str]:
    return (str(item.get("name", "")) if isinstance(item, dict) else "", yaml.safe_dump(item))
