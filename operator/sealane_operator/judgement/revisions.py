"""Revisions as their metadata tells them: which belong to a route, which number is next, which may go.

A number is never used again: the next one is above everything that was ever counted under the route's name, whoever
owns it, and the highest revision is never pruned.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sealane_api.crd.revision import (
    HASH_ANNOTATION,
    KIND,
    NUMBER_LABEL,
    PROMOTED_AT_ANNOTATION,
    REQUESTED_BY_ANNOTATION,
    ROUTE_LABEL,
    STATE_LABEL,
    RevisionState,
    revision_name,
)
from sealane_api.provider_route import API_VERSION, RevisionSpec
from sealane_api.provider_route import KIND as ROUTE_KIND
from sealane_kube.raw import Raw, mapping_at, mappings, text_at
from sealane_operator.judgement.times import seconds_of
from sealane_operator.rollout.model import Pointer, RevisionFacts, RolloutState

_HASH = re.compile("[0-9a-f]{64}")
_NUMBER = re.compile("[1-9][0-9]{0,9}")
_MAX_NUMBER = 2**31 - 1

#: Nobody comes here by counting: a higher number was written by hand, and counting goes on below it. Otherwise one such
#: object, or one such status, would leave no number for the revisions to come.
MAX_COUNTED = 900_000_000


@dataclass(frozen=True, slots=True)
class History:
    """The revisions under a route's name: its own by number, and the highest number that anybody came to."""

    own: Mapping[int, RevisionFacts]
    highest: int


def history_of(objects: Iterable[Raw], route: str, uid: str) -> History:
    """Read the metadata of what bears the route's name; foreign and forged ones only count as used numbers."""
    own: dict[int, RevisionFacts] = {}
    highest = 0
    for item in objects:
        number = number_in(text_at(item, "metadata", "name"), route)
        if number is None:
            continue
        highest = max(highest, number if number <= MAX_COUNTED else 0)
        facts = facts_of(item, route, uid)
        if facts is not None:
            own[number] = facts
    return History(own, highest)


def facts_of(item: Raw, route: str, uid: str) -> RevisionFacts | None:
    """Return what a revision says of itself; None unless it is this very route's and its parts agree."""
    metadata = mapping_at(item, "metadata")
    name, labels, annotations = (
        text_at(metadata, "name"),
        mapping_at(metadata, "labels"),
        mapping_at(metadata, "annotations"),
    )
    number = number_in(name, route)
    content = text_at(annotations, HASH_ANNOTATION)
    agrees = (
        number is not None
        and text_at(labels, NUMBER_LABEL) == str(number)
        and text_at(labels, ROUTE_LABEL) == route
        and _HASH.fullmatch(content) is not None
        and not metadata.get("deletionTimestamp")
    )
    if number is None or not agrees or not _is_owned(metadata, uid):
        return None
    state = text_at(labels, STATE_LABEL)
    promoted = text_at(annotations, PROMOTED_AT_ANNOTATION)
    return RevisionFacts(
        name=name,
        number=number,
        hash=content,
        state=RevisionState(state) if state in set(RevisionState) else None,
        resource_version=text_at(metadata, "resourceVersion"),
        created=seconds_of(text_at(metadata, "creationTimestamp")) or 0.0,
        promoted_at=seconds_of(promoted),
        requested_by=text_at(annotations, REQUESTED_BY_ANNOTATION) or None,
    )


def number_in(name: str, route: str) -> int | None:
    """Return the number in a revision's name; None when it is no revision of a route of that name."""
    digits = name.removeprefix(f"{route}-")
    if digits == name or _NUMBER.fullmatch(digits) is None:
        return None
    number = int(digits)
    return number if number <= _MAX_NUMBER else None


def next_number(history: History, state: RolloutState, high_water: int = 0) -> int:
    """Return a number that nobody used: above the history, what the state remembers, and ``high_water``.

    What is above ``MAX_COUNTED`` does not count; a number that is taken all the same is told by ``high_water``.
    """
    remembered = (number for number in numbers_in(state) if number <= MAX_COUNTED)
    return 1 + max(history.highest, high_water, *remembered, 0)


def numbers_in(state: RolloutState) -> Iterator[int]:
    """Yield every number that a state speaks of."""
    yield state.highest
    yield from (pointer.revision for pointer in (state.stable, state.candidate, state.previous) if pointer is not None)
    if state.last_rollback is not None:
        yield from (state.last_rollback.from_revision, state.last_rollback.to_revision)


def with_hash(history: History, content: str, state: RolloutState) -> RevisionFacts | None:
    """Return the revision that holds a content: what is pointed at before others, then the newest."""
    pointed = {pointer.revision for pointer in (state.stable, state.candidate) if pointer is not None}
    same = [facts for facts in history.own.values() if facts.hash == content]
    return max(same, key=lambda facts: (facts.number in pointed, facts.number), default=None)


def states_of(history: History, state: RolloutState, wanted: int | None) -> dict[int, RevisionState | None]:
    """Return what each revision's label should say, given the pointers; None: not served yet, so no label."""
    return {number: _state_of(facts, state, wanted) for number, facts in history.own.items()}


def to_prune(history: History, state: RolloutState, wanted: int | None, limit: int) -> list[RevisionFacts]:
    """Return the superseded and rejected revisions beyond ``limit``, oldest first.

    What the state speaks of stays, so does what ``held`` or the spec asks for, and the highest number of all.
    """
    states = states_of(history, state, wanted)
    over = sorted(n for n, word in states.items() if word in {RevisionState.SUPERSEDED, RevisionState.REJECTED})
    pointed = {pointer.revision for pointer in (state.stable, state.candidate, state.previous) if pointer is not None}
    kept = {*pointed, wanted, max(history.own, default=0)}
    kept |= {number for number, facts in history.own.items() if facts.hash == state.held}
    surplus = len(over) - limit
    return [history.own[number] for number in over if number not in kept][: max(surplus, 0)]


def rebuilt(history: History, left: RolloutState | None = None) -> RolloutState:
    """Return the pointers as the labels tell them, for a route whose status is lost or points at nothing.

    A candidate is not taken up again: its weight is lost too, and it starts anew from the spec. What was done by hand
    stands in no label but Rejected, so it stays as far as it is ``left``: nothing is done twice, or undone.
    """
    left = left or RolloutState()
    stable = max(
        (facts for facts in history.own.values() if facts.state is RevisionState.STABLE),
        key=lambda facts: (facts.promoted_at or 0.0, facts.number),
        default=None,
    )
    rejected = [facts.hash for _, facts in sorted(history.own.items()) if facts.state is RevisionState.REJECTED]
    pointer = None if stable is None else Pointer(stable.number, stable.hash, stable.promoted_at or stable.created)
    return RolloutState(
        stable=pointer,
        held=left.held,
        rejected=tuple(each for each in dict.fromkeys([*rejected, *left.rejected]) if not _is(pointer, each)),
        last_request=left.last_request,
        last_rollback=left.last_rollback,
        highest=left.highest,
    )


def revision_body(raw: Raw, number: int, content: str) -> dict[str, object]:
    """Return the object to create: providers and rules as the route has them, owned by that route."""
    metadata = mapping_at(raw, "metadata")
    name, spec = text_at(metadata, "name"), mapping_at(raw, "spec")
    held = [field.alias or attribute for attribute, field in RevisionSpec.model_fields.items()]
    owner = {
        "apiVersion": API_VERSION,
        "kind": ROUTE_KIND,
        "name": name,
        "uid": text_at(metadata, "uid"),
        "controller": True,
        "blockOwnerDeletion": False,
    }
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": {
            "name": revision_name(name, number),
            "namespace": text_at(metadata, "namespace"),
            "labels": {ROUTE_LABEL: name, NUMBER_LABEL: str(number)},
            "annotations": {HASH_ANNOTATION: content},
            "ownerReferences": [owner],
        },
        "spec": {member: spec[member] for member in held if member in spec},
    }


def _is_owned(metadata: Raw, uid: str) -> bool:
    owners = mappings(metadata.get("ownerReferences"))
    return bool(uid) and any(
        owner.get("uid") == uid and owner.get("kind") == ROUTE_KIND and owner.get("controller") is True
        for owner in owners
    )


def _state_of(facts: RevisionFacts, state: RolloutState, wanted: int | None) -> RevisionState | None:
    if state.stable is not None and facts.number == state.stable.revision:
        return RevisionState.STABLE
    if state.candidate is not None and facts.number == state.candidate.revision:
        return RevisionState.CANDIDATE
    if facts.hash in state.rejected or facts.hash == state.held:
        return RevisionState.REJECTED
    if facts.state is None and facts.number == wanted:
        return None
    return RevisionState.SUPERSEDED


def _is(pointer: Pointer | None, content: str) -> bool:
    return pointer is not None and pointer.hash == content
