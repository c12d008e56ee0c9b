"""Revisions are read from their metadata; numbers are never used again, and what is pointed at stays."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane_api.crd.revision import (
    HASH_ANNOTATION,
    NUMBER_LABEL,
    PROMOTED_AT_ANNOTATION,
    ROUTE_LABEL,
    STATE_LABEL,
    RevisionState,
)
from sealane_operator.judgement.revisions import (
    MAX_COUNTED,
    History,
    facts_of,
    history_of,
    next_number,
    number_in,
    rebuilt,
    revision_body,
    states_of,
    to_prune,
    with_hash,
)
from sealane_operator.rollout.model import (
    Candidate,
    Pointer,
    RequestRecord,
    RevisionFacts,
    RollbackRecord,
    RolloutState,
)
from tests.support.resources import FULL, edited

UID = "11111111-1111-1111-1111-111111111111"
A, B = "a" * 64, "b" * 64


def _stored(number: int, content: str = A, state: str | None = None, **annotations: str) -> dict[str, Any]:
    raw = {"metadata": {"name": "chat", "namespace": "team", "uid": UID}, "spec": FULL["spec"]}
    body: dict[str, Any] = copy.deepcopy(revision_body(raw, number, content))
    body["metadata"] |= {"resourceVersion": "7", "creationTimestamp": "2026-01-01T00:00:00Z", "uid": f"u{number}"}
    if state:
        body["metadata"]["labels"][STATE_LABEL] = state
    body["metadata"]["annotations"] |= annotations
    return body


def _facts(number: int, content: str = A, state: RevisionState | None = RevisionState.SUPERSEDED) -> RevisionFacts:
    return RevisionFacts(f"chat-{number}", number, content, state, "1", 0.0)


def _history(*facts: RevisionFacts) -> History:
    return History({each.number: each for each in facts}, max((each.number for each in facts), default=0))


def test_what_is_created_is_read_back() -> None:
    """Labels, annotations and owner are what the reader wants to see."""
    facts = facts_of(_stored(3, state="Stable", **{PROMOTED_AT_ANNOTATION: "2026-01-02T00:00:00Z"}), "chat", UID)

    assert facts == RevisionFacts("chat-3", 3, A, RevisionState.STABLE, "7", 1767225600.0, 1767312000.0)


def test_a_revision_holds_providers_and_rules_alone() -> None:
    """Policy, limit and suspend are read live; nobody waits for the deletion of a revision."""
    body = _stored(1)

    assert sorted(body["spec"]) == ["providers", "rules"]
    assert body["spec"]["rules"] == FULL["spec"]["rules"]
    assert body["metadata"]["ownerReferences"][0]["blockOwnerDeletion"] is False


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("metadata.name", "chat-4"),
        ("metadata.name", "chat-03"),
        ("metadata.labels", {}),
        ("metadata.labels", {NUMBER_LABEL: "3", ROUTE_LABEL: "other"}),
        ("metadata.annotations", {HASH_ANNOTATION: "short"}),
        ("metadata.annotations", None),
        ("metadata.ownerReferences", []),
        ("metadata.ownerReferences.0.uid", "another"),
        ("metadata.ownerReferences.0.controller", False),
        ("metadata.ownerReferences.0.kind", "Deployment"),
        ("metadata.deletionTimestamp", "2026-01-01T00:00:00Z"),
    ],
)
def test_a_foreign_or_forged_revision_is_nobodys(path: str, value: object) -> None:
    """Name, labels, hash and owner must all agree."""
    assert facts_of(_stored(3), "chat", UID) is not None
    assert facts_of(edited(_stored(3), path, value), "chat", UID) is None


def test_a_foreign_revision_still_uses_its_number() -> None:
    """That of a route deleted a moment ago, under the same name, is in the way until it is collected."""
    history = history_of([edited(_stored(9), "metadata.ownerReferences.0.uid", "old"), _stored(2)], "chat", UID)

    assert (sorted(history.own), history.highest) == ([2], 9)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("chat-7", 7),
        ("chat-0", None),
        ("chat-07", None),
        ("chat", None),
        ("chat-1-7", None),
        ("chat-99999999999", None),
    ],
)
def test_the_number_is_in_the_name(name: str, number: int | None) -> None:
    """``chat-1-7`` is a revision of ``chat-1``."""
    assert number_in(name, "chat") == number


STATES = st.sampled_from([*RevisionState, None])
HISTORIES = st.lists(
    st.builds(_facts, st.integers(1, 30), st.sampled_from([A, B, "c" * 64, "d" * 64]), STATES),
    unique_by=lambda facts: facts.number,
).map(lambda facts: _history(*facts))
POINTERS = st.none() | st.builds(Pointer, st.integers(1, 30), st.sampled_from([A, B]), st.just(0.0))
CANDIDATES = st.none() | st.builds(
    Candidate, st.integers(1, 30), st.sampled_from([A, B]), st.just(10), st.just(1), st.just(0.0)
)
ROLLOUTS = st.builds(
    RolloutState,
    stable=POINTERS,
    candidate=CANDIDATES,
    previous=POINTERS,
    held=st.none() | st.just(B),
    rejected=st.just(()) | st.just((A,)),
    last_rollback=st.none() | st.just(RollbackRecord(40, 3, "Aborted", 0.0, "x")),
)


@given(HISTORIES, ROLLOUTS, st.integers(0, 50))
def test_a_number_is_new(history: History, state: RolloutState, high_water: int) -> None:
    """It is above everything that exists, is remembered, or was used by this process."""
    number = next_number(history, state, high_water)

    assert number > max(history.own, default=0)
    assert number > high_water
    assert all(number > each.revision for each in (state.stable, state.candidate, state.previous) if each)
    assert state.last_rollback is None or number > 40


def test_a_number_that_nobody_came_to_by_counting_takes_none_away() -> None:
    """One object named ``chat-2147483647``, or a status that says so, would leave no number for the next revision."""
    history = history_of([_stored(3), _stored(2**31 - 1), edited(_stored(2**31 - 2), "spec", {})], "chat", UID)
    state = RolloutState(stable=Pointer(2**31 - 1, A, 0.0), highest=2**31 - 1)

    assert sorted(history.own) == [3, 2**31 - 2, 2**31 - 1]
    assert history.highest == 3
    assert next_number(history, state) == 4
    assert next_number(History({}, MAX_COUNTED), state, MAX_COUNTED) == MAX_COUNTED + 1


@given(HISTORIES, ROLLOUTS, st.none() | st.integers(1, 30), st.integers(1, 5))
def test_what_counts_is_never_pruned(history: History, state: RolloutState, wanted: int | None, limit: int) -> None:
    """Pointers, what is held, what the spec asks for and the highest number stay; the oldest go first."""
    gone = [facts.number for facts in to_prune(history, state, wanted, limit)]
    kept = {each.revision for each in (state.stable, state.candidate, state.previous) if each} | {wanted}

    assert gone == sorted(gone)
    assert not kept & set(gone)
    assert max(history.own, default=0) not in gone
    assert all(history.own[number].hash != state.held for number in gone)
    assert gone == [] or len(history.own) - len(gone) >= limit


@given(HISTORIES, st.integers(1, 5))
def test_a_number_stays_new_after_pruning(history: History, limit: int) -> None:
    """Whatever goes, the next number is the same as before."""
    state = RolloutState()
    gone = {facts.number for facts in to_prune(history, state, None, limit)}
    left = _history(*(facts for facts in history.own.values() if facts.number not in gone))

    assert next_number(left, state) == next_number(history, state)


def test_history_is_pruned_to_the_limit() -> None:
    """Stable and candidate do not count."""
    history = _history(*(_facts(number) for number in range(1, 7)))
    state = RolloutState(stable=Pointer(5, A, 0.0), candidate=Candidate(6, B, 10, 1, 0.0))

    assert [facts.number for facts in to_prune(history, state, 6, 2)] == [1, 2]


def test_labels_follow_the_pointers() -> None:
    """A revision that waits for its first turn has no state; one that was rolled back is rejected."""
    history = _history(
        _facts(1, B), _facts(2), _facts(3, "c" * 64), _facts(4, "d" * 64, None), _facts(5, "e" * 64, None)
    )
    state = RolloutState(stable=Pointer(2, A, 0.0), candidate=Candidate(3, "c" * 64, 10, 1, 0.0), rejected=(B,))

    assert states_of(history, state, wanted=5) == {
        1: RevisionState.REJECTED,
        2: RevisionState.STABLE,
        3: RevisionState.CANDIDATE,
        4: RevisionState.SUPERSEDED,
        5: None,
    }


def test_a_spec_that_was_there_before_has_its_revision() -> None:
    """What is pointed at comes first, then the newest."""
    history = _history(_facts(1), _facts(2, B), _facts(3))

    assert with_hash(history, A, RolloutState()) == history.own[3]
    assert with_hash(history, A, RolloutState(stable=Pointer(1, A, 0.0))) == history.own[1]
    assert with_hash(history, "c" * 64, RolloutState()) is None


def test_lost_pointers_are_rebuilt_from_labels() -> None:
    """Of two that say stable, the one that was promoted last; a candidate starts anew."""
    stale = RevisionFacts("chat-2", 2, B, RevisionState.STABLE, "1", 0.0, 100.0)
    newer = RevisionFacts("chat-1", 1, A, RevisionState.STABLE, "1", 0.0, 200.0)
    history = _history(
        stale, newer, _facts(3, "c" * 64, RevisionState.CANDIDATE), _facts(4, "d" * 64, RevisionState.REJECTED)
    )

    assert rebuilt(history) == RolloutState(stable=Pointer(1, A, 200.0), rejected=("d" * 64,))


def test_what_is_left_of_a_status_stays() -> None:
    """What was asked for by hand is not done again, what was held back does not start, and the oldest goes first."""
    done = RequestRecord("id-1", "undo", "anna", 0.0, "done")
    left = RolloutState(held="e" * 64, rejected=(B, "f" * 64), last_request=done)
    history = _history(
        _facts(1, A, RevisionState.STABLE),
        _facts(2, "c" * 64, RevisionState.REJECTED),
        _facts(3, B, RevisionState.REJECTED),
    )
    again = rebuilt(history, left)

    assert (again.held, again.last_request, again.rejected) == ("e" * 64, done, ("c" * 64, B, "f" * 64))


def test_what_is_held_back_is_rejected_as_long() -> None:
    """So that it does not start by itself when the status is lost."""
    history = _history(_facts(1, A, RevisionState.STABLE), _facts(2, B, RevisionState.CANDIDATE))
    state = RolloutState(stable=Pointer(1, A, 0.0), held=B)

    assert states_of(history, state, wanted=2)[2] is RevisionState.REJECTED
    assert states_of(history, RolloutState(stable=state.stable), wanted=1)[2] is RevisionState.SUPERSEDED


def test_without_labels_nothing_is_rebuilt() -> None:
    """A new route begins at the beginning."""
    assert rebuilt(_history(_facts(1, A, None))) == RolloutState()


@given(HISTORIES, ROLLOUTS)
def test_a_rebuilt_stable_is_the_one_that_was_pointed_at(history: History, state: RolloutState) -> None:
    """Labels that match the pointers lead back to them."""
    words = states_of(history, state, None)
    labelled = _history(*(_facts(number, history.own[number].hash, word) for number, word in words.items()))
    there = state.stable is not None and state.stable.revision in history.own
    again = rebuilt(labelled).stable

    assert (again.revision if again else None) == (state.stable.revision if there and state.stable else None)
