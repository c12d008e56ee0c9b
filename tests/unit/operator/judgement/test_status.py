"""A rollout's memory survives being written into a status, and a spoilt status is no error."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane_api.crd.status import PENDING, ProviderRouteStatus
from sealane_operator.judgement.status import read_status, state_of, status_document
from sealane_operator.rollout.model import (
    Candidate,
    Phase,
    Pointer,
    Rate,
    RequestRecord,
    RollbackRecord,
    RolloutState,
    Routers,
)

HASHES = st.text("0123456789abcdef", min_size=64, max_size=64)
TIMES = st.integers(1, 4_000_000_000).map(float)
NUMBERS = st.integers(1, 2**31 - 1)
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=100)
POINTERS = st.builds(Pointer, NUMBERS, HASHES, TIMES)
STATES = st.builds(
    RolloutState,
    phase=st.sampled_from(Phase),
    phase_since=TIMES,
    stable=st.none() | POINTERS,
    candidate=st.none() | st.builds(Candidate, NUMBERS, HASHES, st.integers(0, 100), st.integers(0, 20), TIMES),
    previous=st.none() | POINTERS,
    started=TIMES,
    progressed=TIMES,
    paused_by=st.none() | WORDS,
    obstacle=st.none() | st.sampled_from(["NoData", "Paused"]),
    obstacle_since=TIMES,
    highest=st.integers(0, 2**31 - 1),
    held=st.none() | HASHES,
    rejected=st.lists(HASHES, max_size=10, unique=True).map(tuple),
    baseline=st.none()
    | st.builds(Rate, NUMBERS, NUMBERS, st.none() | st.integers(0, 600_000).map(lambda ms: ms / 1_000)),
    last_request=st.none() | st.builds(RequestRecord, WORDS.filter(bool), WORDS, WORDS, TIMES, WORDS),
    last_rollback=st.none()
    | st.builds(RollbackRecord, NUMBERS, NUMBERS, st.just("ErrorRateExceeded"), TIMES, WORDS, WORDS),
)


def _written(state: RolloutState, routers: Routers | None = None) -> dict[str, Any]:
    return status_document(
        state,
        PENDING,
        before=ProviderRouteStatus(),
        generation=3,
        routers=routers or Routers(),
        breakers={"zai": (1, 0, 2)},
    )


@given(STATES)
def test_what_is_written_is_read_again(state: RolloutState) -> None:
    """Nothing that a restart must remember is lost; times are whole seconds."""
    assert state_of(read_status({"status": _written(state)})) == state


def test_rejected_hashes_keep_their_order() -> None:
    """The oldest goes when there are too many."""
    hashes = tuple(f"{number:064x}" for number in range(12, 0, -1))

    assert _written(RolloutState(rejected=hashes))["rejectedHashes"] == list(hashes[2:])


def test_a_fraction_of_a_second_is_dropped() -> None:
    """To write a state and to read it is the same as to write it twice."""
    state = RolloutState(phase_since=1.9, stable=Pointer(1, "a" * 64, 2.5))
    again = state_of(read_status({"status": _written(state)}))

    assert _written(again) == _written(state)


@pytest.mark.parametrize("status", [None, 7, "x", [], {"conditions": 1}, {"stable": []}, {"rollout": {"phase": 9}}])
def test_garbage_is_a_route_without_memory(status: object) -> None:
    """Hand-edited by somebody whom no schema stopped."""
    assert state_of(read_status({"status": status})) == RolloutState()


def test_the_readable_part_is_kept() -> None:
    """One bad member or condition does not take the pointers away."""
    state = RolloutState(stable=Pointer(1, "a" * 64, 5.0))
    document = _written(state) | {"candidate": {"weight": "all"}, "newer": {}, "rejectedHashes": ["short"]}
    document["conditions"] = [*document["conditions"], {"type": "Bad"}]
    status = read_status({"status": document})

    assert state_of(status) == state
    assert [condition.type for condition in status.conditions] == [condition.type for condition in PENDING]


def test_an_unknown_phase_is_idle() -> None:
    """What a later version was doing is taken up anew."""
    document = _written(RolloutState(stable=Pointer(1, "a" * 64, 5.0)))
    document["rollout"]["phase"] = "Levitating"

    assert state_of(read_status({"status": document})).phase is Phase.IDLE


def test_summaries_count_routers_and_breakers() -> None:
    """Before the routers were asked they stay as they were."""
    seen = _written(RolloutState(), Routers(ready=2, desired=3, stable=1))
    unasked = status_document(
        RolloutState(),
        (),
        before=ProviderRouteStatus.model_validate({"programmed": {"ready": 9, "desired": 9}}),
        generation=3,
        routers=None,
        breakers={},
    )

    assert seen["programmed"] == {"ready": 1, "desired": 3}
    assert seen["providers"] == [{"name": "zai", "breaker": {"closed": 1, "halfOpen": 0, "open": 2}}]
    assert unasked["programmed"] == {"ready": 9, "desired": 9}


def test_what_is_empty_is_not_written() -> None:
    """The API server and this operator then agree on what there is."""
    assert "rejectedHashes" not in _written(RolloutState())
    assert "stable" not in _written(RolloutState())
