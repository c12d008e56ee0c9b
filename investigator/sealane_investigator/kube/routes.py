"""Routes and revisions of a cluster: which served when, and what each changed.

A revision is numbered and immutable. What it changed is the difference to the one that served before it; when it began
to serve is when it was made, or, where the spec or somebody came back to it, when that was.
"""

from dataclasses import dataclass

from sealane_api.crd.revision import (
    NUMBER_LABEL,
    PROMOTED_AT_ANNOTATION,
    ROUTE_LABEL,
    STATE_LABEL,
    RevisionState,
    revision_name,
)
from sealane_investigator.causes.spec_changes import changes_between
from sealane_investigator.incident.facts import RevisionChange
from sealane_kube.api import METADATA_ONLY, Api
from sealane_kube.errors import NotFound
from sealane_kube.raw import Raw, mapping_at, seconds_at

SEALANE = "/apis/sealane.dev/v1alpha1/namespaces"

#: Revisions that are looked at: the newest; each has up to 1 MB.
MAX_REVISIONS = 5

#: Seconds: one that was promoted later than this after it was made served before, and came back.
_LONGEST_ROLLOUT = 3_600.0

#: Specs that are remembered: they never change.
_MAX_SPECS = 64


@dataclass(frozen=True, slots=True)
class _Revision:
    number: int
    name: str
    uid: str
    made: float
    promoted: float | None
    rejected: bool


class ClusterRoutes:
    """Reads ProviderRoutes and their revisions; implements ``gather``'s Routes. Each method raises a KubeError."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._specs: dict[str, Raw] = {}

    async def live(self, route: str) -> Raw | None:
        """Return the ProviderRoute as it is now; None when there is none of that name."""
        namespace, _, name = route.partition("/")
        try:
            return await self._api.call("GET", f"{SEALANE}/{namespace}/providerroutes/{name}")
        except NotFound:
            return None

    async def changes(self, route: str) -> tuple[RevisionChange, ...]:
        """Return the newest revisions of a route, oldest first, with what each changed."""
        live = await self.live(route)
        if live is None:
            return ()
        revisions = await self._revisions(route, str(mapping_at(live, "metadata").get("uid", "")))
        newest = sorted(revisions, key=lambda each: _began(each, live))[-MAX_REVISIONS:]
        found = []
        for revision in newest:
            at = _began(revision, live)
            found.append(await self._change(route, revision, _before(revision, revisions, live, at), at))
        back = _returned(live, revisions)
        if back is not None:
            found.append(await self._change(route, *back))
        return tuple(sorted(found, key=lambda change: change.at))

    async def _revisions(self, route: str, uid: str) -> list[_Revision]:
        namespace, _, name = route.partition("/")
        path = f"{SEALANE}/{namespace}/providerrouterevisions"
        query = {"labelSelector": f"{ROUTE_LABEL}={name}", "limit": "500"}
        found = await self._api.call("GET", path, query=query, headers=METADATA_ONLY)
        items = found.get("items")
        read = [_read(item, name, uid) for item in items if isinstance(item, dict)] if isinstance(items, list) else []
        return sorted((each for each in read if each is not None), key=lambda each: each.number)

    async def _change(self, route: str, revision: _Revision, before: _Revision | None, at: float) -> RevisionChange:
        entries: tuple[str, ...] = ()
        if before is not None:
            old, new = await self._spec(route, before), await self._spec(route, revision)
            entries = changes_between(old, new) if old is not None and new is not None else ()
        previous = before.number if before is not None else None
        return RevisionChange(route=route, revision=revision.number, previous=previous, at=at, changed=entries)

    async def _spec(self, route: str, revision: _Revision) -> Raw | None:
        known = self._specs.get(revision.uid)
        if known is not None:
            return known
        namespace = route.partition("/")[0]
        try:
            found = await self._api.call("GET", f"{SEALANE}/{namespace}/providerrouterevisions/{revision.name}")
        except NotFound:
            return None
        spec = mapping_at(found, "spec")
        self._specs[revision.uid] = spec
        while len(self._specs) > _MAX_SPECS:
            del self._specs[next(iter(self._specs))]
        return spec


def _began(revision: _Revision, live: Raw) -> float:
    """When a revision began to serve the last time: a spec that comes back makes no new one."""
    status = mapping_at(live, "status")
    started = seconds_at(status, "rollout", "started") or 0.0
    is_candidate = mapping_at(status, "candidate").get("revision") == revision.number
    # Of the two that a rollout moves between, the one that was promoted before it did not begin with it.
    if started > revision.made and (is_candidate or (revision.promoted or 0.0) >= started):
        return started
    if revision.promoted is not None and revision.promoted - revision.made > _LONGEST_ROLLOUT:
        return revision.promoted
    return revision.made


def _before(revision: _Revision, revisions: list[_Revision], live: Raw, at: float) -> _Revision | None:
    """The revision that served when this one began: what the status says of a candidate, else what was promoted "
    "last."""
    status = mapping_at(live, "status")
    by_number = {each.number: each for each in revisions}
    if mapping_at(status, "candidate").get("revision") == revision.number:
        stable = by_number.get(_number(mapping_at(status, "stable").get("revision")))
        if stable is not None:
            return stable
    others = [each for each in revisions if each.number != revision.number and not each.rejected]
    served = [each for each in others if each.promoted is not None and each.promoted <= at]
    last = max(served, key=lambda each: each.promoted or 0.0, default=None)
    return last or max((each for each in others if each.made < at), key=lambda each: each.made, default=None)


def _returned(live: Raw, revisions: list[_Revision]) -> tuple[_Revision, _Revision | None, float] | None:
    """An older revision that serves again since somebody, or the operator, went back to it."""
    back = mapping_at(live, "status", "lastRollback")
    by_number = {each.number: each for each in revisions}
    to, source, at = (
        by_number.get(_number(back.get("to"))),
        by_number.get(_number(back.get("from"))),
        seconds_at(back, "at"),
    )
    if to is None or at is None:
        return None
    return to, source, at


def _read(item: Raw, route: str, uid: str) -> _Revision | None:
    metadata = mapping_at(item, "metadata")
    labels, annotations = mapping_at(metadata, "labels"), mapping_at(metadata, "annotations")
    digits = str(labels.get(NUMBER_LABEL, ""))
    owners = metadata.get("ownerReferences")
    is_owned = any(mapping_at(each).get("uid") == uid for each in (owners if isinstance(owners, list) else ()))
    if not digits.isascii() or not digits.isdigit() or not is_owned or not uid:
        return None
    number = int(digits)
    if metadata.get("name") != revision_name(route, number):
        return None
    return _Revision(
        number=number,
        name=str(metadata["name"]),
        uid=str(metadata.get("uid", "")),
        made=seconds_at(metadata, "creationTimestamp") or 0.0,
        promoted=seconds_at(annotations, PROMOTED_AT_ANNOTATION),
        rejected=labels.get(STATE_LABEL) == RevisionState.REJECTED,
    )


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else -1
