"""The revisions of a route: made, labelled, pruned; and seen as they are, though the watch shows them late.

What this process wrote counts until the watch shows something as new: otherwise a spec would get a second revision
while the first one is on its way.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sealane_api.crd.revision import (
    PROMOTED_AT_ANNOTATION,
    REQUESTED_BY_ANNOTATION,
    STATE_LABEL,
    RevisionState,
    revision_name,
)
from sealane_kube.errors import AlreadyExists, Conflict, NotFound
from sealane_kube.raw import Raw, mapping_at, text_at
from sealane_operator.judgement.revisions import (
    History,
    facts_of,
    history_of,
    next_number,
    revision_body,
    states_of,
    to_prune,
    with_hash,
)
from sealane_operator.judgement.times import timestamp
from sealane_operator.judgement.versions import is_older
from sealane_operator.reconciler.contents import Contents
from sealane_operator.reconciler.interfaces import Kube, Seen
from sealane_operator.rollout.model import RevisionFacts, RolloutState

#: A watch that shows a revision later than this is broken, and liveness says so.
SHOWN_SECONDS = 60.0

_MAX_TRIES = 5
_MAX_PRUNED = 20

#: The new stable one first: with two of them, the one that was promoted last counts.
_ORDER = (RevisionState.STABLE, RevisionState.CANDIDATE, RevisionState.REJECTED, RevisionState.SUPERSEDED)


@dataclass(slots=True)
class _Own:
    """What this process wrote for one route: objects by name with the time, and the highest number it knows of."""

    uid: str
    written: dict[str, tuple[float, Raw]]
    highest: int = 0
    believed: str = ""
    """The name of a revision that was read and is what it says; it never changes."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The revision that holds a spec, and whether it was made just now."""

    facts: RevisionFacts
    created: bool


class Snapshots:
    """The revisions of all routes."""

    def __init__(self, kube: Kube, seen: Seen, contents: Contents, monotonic: Callable[[], float]) -> None:
        self._kube = kube
        self._seen = seen
        self._contents = contents
        self._monotonic = monotonic
        self._own: dict[str, _Own] = {}

    def history(self, raw: Raw) -> History:
        """Return the revisions under a route's name, as far as anybody knows."""
        namespace, name, uid = _identity(raw)
        objects = {text_at(item, "metadata", "name"): item for item in self._seen.revisions(namespace, name)}
        own = self._own.get(f"{namespace}/{name}")
        if own is not None and own.uid == uid:
            deadline = self._monotonic() - SHOWN_SECONDS
            for known, (at, item) in list(own.written.items()):
                shown = objects.get(known)
                if (shown is None and at < deadline) or (shown is not None and not is_older(shown, item)):
                    del own.written[known]
                else:
                    objects[known] = item
        return history_of(objects.values(), name, uid)

    async def ensure(self, raw: Raw, content: str, state: RolloutState) -> Snapshot:
        """Return the revision that holds the spec of ``raw``; make it where there is none.

        Raises :class:`~sealane_kube.errors.Conflict` when the numbers it tried are all taken.
        """
        history = self.history(raw)
        own = self._of(raw)
        own.highest = max(own.highest, history.highest)  # whoever deletes it by hand frees no number
        facts = await self._found(raw, history, content, state)
        if facts is not None:
            return Snapshot(facts, created=False)
        # A revision that stable points at and that somebody deleted comes back under its number: it is the same.
        number = state.stable.revision if state.stable is not None and state.stable.hash == content else None
        for _ in range(_MAX_TRIES):
            counted = number is None
            number = next_number(history, state, own.highest) if number is None else number
            made, created = await self._create(raw, number, content)
            if counted:
                own.highest = number  # not before: what nobody answered may have been done, and is asked for again
            if made is not None:
                return Snapshot(made, created)
            number = None
        raise Conflict("the numbers of new revisions are all taken")

    async def label(self, raw: Raw, state: RolloutState, wanted: int | None, by: str | None) -> None:
        """Make the labels say what the pointers say. Raises Conflict when somebody else writes them too."""
        history = self.history(raw)
        words = states_of(history, state, wanted)
        wrong = [number for number, word in words.items() if word is not None and word is not history.own[number].state]
        for number in sorted(wrong, key=lambda number: (_ORDER.index(words[number] or _ORDER[-1]), number)):
            word = words[number] or RevisionState.SUPERSEDED
            annotations = {}
            if word is RevisionState.STABLE and state.stable is not None:
                annotations[PROMOTED_AT_ANNOTATION] = timestamp(state.stable.since)
            if by and word in {RevisionState.STABLE, RevisionState.CANDIDATE}:
                annotations[REQUESTED_BY_ANNOTATION] = by
            await self._patch(raw, history.own[number], {STATE_LABEL: word.value}, annotations)

    async def prune(self, raw: Raw, state: RolloutState, wanted: int | None, limit: int) -> list[RevisionFacts]:
        """Delete what is beyond the history limit, at most 20 at a time; return what was deleted."""
        gone = []
        namespace, _, _ = _identity(raw)
        for facts in to_prune(self.history(raw), state, wanted, limit)[:_MAX_PRUNED]:
            try:
                await self._kube.delete_revision(namespace, facts.name, facts.resource_version)
            except Conflict:
                continue  # somebody writes it just now; it is in nobody's way until the next look
            gone.append(facts)
        return gone

    def forget(self, key: str) -> None:
        """A route is gone."""
        self._own.pop(key, None)

    async def _found(self, raw: Raw, history: History, content: str, state: RolloutState) -> RevisionFacts | None:
        """Return the revision with a hash; one that is not pointed at is read first, for it may be forged."""
        facts = with_hash(history, content, state)
        pointed = {pointer.revision for pointer in (state.stable, state.candidate) if pointer is not None}
        if facts is None or facts.number in pointed:
            return facts
        own = self._of(raw)
        if facts.name in own.written or facts.name == own.believed:
            return facts
        if await self._contents.read(raw, facts.number, content) is None:
            return None
        own.believed = facts.name
        return facts

    async def _create(self, raw: Raw, number: int, content: str) -> tuple[RevisionFacts | None, bool]:
        """Return the revision of that number when it is this spec's, and whether it was made just now."""
        namespace, name, uid = _identity(raw)
        try:
            made = await self._kube.create_revision(namespace, revision_body(raw, number, content))
        except AlreadyExists:
            there = await self._kube.get_revision(namespace, revision_name(name, number))
            facts = None if there is None else facts_of(there, name, uid)
            if there is None or facts is None or facts.hash != content:
                return None, False
            self._wrote(raw, there)
            return facts, False
        self._wrote(raw, made)
        return facts_of(made, name, uid), True

    async def _patch(self, raw: Raw, facts: RevisionFacts, labels: dict[str, str], annotations: dict[str, str]) -> None:
        namespace, _, _ = _identity(raw)
        try:
            patched = await self._kube.patch_revision(
                namespace, facts.name, labels, annotations, facts.resource_version
            )
        except NotFound:
            return  # somebody deleted it; the watch will tell
        except Conflict:
            fresh = await self._kube.get_revision(namespace, facts.name)
            if fresh is not None:
                self._wrote(raw, fresh)  # the next try does not need the watch
            raise
        self._wrote(raw, patched)

    def _of(self, raw: Raw) -> _Own:
        namespace, name, uid = _identity(raw)
        key = f"{namespace}/{name}"
        own = self._own.get(key)
        if own is None or own.uid != uid:
            own = self._own[key] = _Own(uid, {})
        return own

    def _wrote(self, raw: Raw, item: Raw) -> None:
        metadata_only = {"metadata": mapping_at(item, "metadata")}
        self._of(raw).written[text_at(item, "metadata", "name")] = (self._monotonic(), metadata_only)


def _identity(raw: Raw) -> tuple[str, str, str]:
    metadata = mapping_at(raw, "metadata")
    return text_at(metadata, "namespace"), text_at(metadata, "name"), text_at(metadata, "uid")
