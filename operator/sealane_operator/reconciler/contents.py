"""What the revisions that a status points at claim and refer to.

The watch sees their metadata only. A revision never changes, so it is read once by name, or taken from the route's own
spec when that has the same hash. For each route the few that are pointed at are kept.
"""

from dataclasses import dataclass

from pydantic import ValidationError

from sealane_api.canonical import spec_hash
from sealane_api.crd.revision import revision_name
from sealane_api.ownership import Claim
from sealane_api.provider_route import RevisionSpec
from sealane_kube.raw import Raw, mapping_at, text_at
from sealane_operator.judgement.claims import claims_of
from sealane_operator.judgement.references import Need, needs_of
from sealane_operator.judgement.revisions import facts_of
from sealane_operator.reconciler.interfaces import Kube
from sealane_operator.rollout.model import RolloutState


@dataclass(frozen=True, slots=True)
class Content:
    """The claims and references of one revision."""

    claims: tuple[Claim, ...]
    needs: tuple[Need, ...]


def content_of(spec: Raw, *, route: str, created: str) -> Content:
    """Read a spec, a route's or a revision's."""
    return Content(claims_of(spec, route=route, created=created), needs_of(spec))


class Contents:
    """The contents of the revisions in use, by route and hash."""

    def __init__(self, kube: Kube) -> None:
        self._kube = kube
        self._known: dict[str, dict[tuple[str, str], Content]] = {}

    async def gather(self, raw: Raw, state: RolloutState, hash_of_spec: str | None) -> dict[int, Content]:
        """Return by number what the pointers of a route hold; a revision that is gone or forged is left out."""
        metadata = mapping_at(raw, "metadata")
        key, uid = f"{text_at(metadata, 'namespace')}/{text_at(metadata, 'name')}", text_at(metadata, "uid")
        known = self._known.get(key, {})
        kept: dict[tuple[str, str], Content] = {}
        found: dict[int, Content] = {}
        for pointer in (state.stable, state.candidate, state.previous):
            if pointer is None or pointer.revision in found:
                continue
            content = known.get((uid, pointer.hash))
            if content is None and pointer.hash == hash_of_spec:
                created = text_at(metadata, "creationTimestamp")
                content = content_of(mapping_at(raw, "spec"), route=key, created=created)
            if content is None:
                content = await self.read(raw, pointer.revision, pointer.hash, pointed=True)
            if content is not None:
                found[pointer.revision] = kept[uid, pointer.hash] = content
        self._known[key] = kept
        return found

    async def read(self, raw: Raw, number: int, content: str, *, pointed: bool = False) -> Content | None:
        """Ask the API for one revision; None when it is not there, not this route's, or has another hash.

        One that a newer operator made may have what this one does not know, so nobody can tell its hash. If it is
        ``pointed`` at, it is believed: routers serve it, and it must lose neither its models nor its Secrets.
        """
        metadata = mapping_at(raw, "metadata")
        namespace, name = text_at(metadata, "namespace"), text_at(metadata, "name")
        revision = await self._kube.get_revision(namespace, revision_name(name, number))
        if revision is None:
            return None
        facts = facts_of(revision, name, text_at(metadata, "uid"))
        if facts is None:
            return None
        holds = _holds(revision, content)
        if not (pointed and facts.hash == content if holds is None else holds):
            return None
        created = text_at(metadata, "creationTimestamp")
        return content_of(mapping_at(revision, "spec"), route=f"{namespace}/{name}", created=created)

    def forget(self, key: str) -> None:
        """A route is gone."""
        self._known.pop(key, None)


def _holds(revision: Raw, content: str) -> bool | None:
    """Whether the spec of a revision has a hash, whatever its annotation says; None when this version cannot tell."""
    try:
        return spec_hash(RevisionSpec.model_validate(mapping_at(revision, "spec"))) == content
    except ValidationError:
        return None
