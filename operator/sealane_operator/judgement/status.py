"""The status of a route: what a rollout remembers, written down and read again.

What cannot be read (a hand-edited status, one of another version) counts as not written, member by member: pointers
are then rebuilt from the revisions' labels, and everything else begins anew.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from sealane_api.crd.status import (
    MAX_REJECTED,
    BreakersStatus,
    CandidateStatus,
    ConditionStatus,
    ProgrammedStatus,
    ProviderRouteStatus,
    ProviderStatus,
    RateStatus,
    RequestStatus,
    RollbackStatus,
    RolloutStatus,
    StableStatus,
)
from sealane_kube.raw import Raw, mapping_at, mappings
from sealane_operator.judgement.times import seconds_of, timestamp
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

_MAX_WORD = 256
_MAX_SENTENCE = 4096


def read_status(raw: Raw) -> ProviderRouteStatus:
    """Return the status of a route; what is not as the CRD has it is left out, item by item."""
    written = mapping_at(raw, "status")
    try:
        return ProviderRouteStatus.model_validate(written)
    except ValidationError:
        kept: dict[str, Any] = {}
        for name, value in written.items():
            items = [item for item in mappings(value) if _is_readable(name, [item])]
            if _is_readable(name, value):
                kept[name] = value
            elif items:
                kept[name] = items
        return ProviderRouteStatus.model_validate(kept)


def state_of(status: ProviderRouteStatus) -> RolloutState:
    """Return what the rollout remembers."""
    rollout = status.rollout or RolloutStatus()
    return RolloutState(
        phase=Phase(rollout.phase) if rollout.phase in set(Phase) else Phase.IDLE,
        phase_since=_seconds(rollout.phase_since),
        stable=_pointer(status.stable),
        candidate=_candidate(status.candidate),
        previous=_pointer(rollout.previous),
        started=_seconds(rollout.started),
        progressed=_seconds(rollout.progressed),
        paused_by=rollout.paused_by,
        obstacle=rollout.obstacle,
        obstacle_since=_seconds(rollout.obstacle_since),
        highest=rollout.highest or 0,
        held=rollout.held,
        rejected=status.rejected_hashes,
        baseline=_rate(rollout.baseline),
        last_request=_request(status.last_request),
        last_rollback=_rollback(status.last_rollback),
    )


def status_document(
    state: RolloutState,
    conditions: Iterable[ConditionStatus],
    *,
    before: ProviderRouteStatus,
    generation: int,
    routers: Routers | None,
    breakers: Mapping[str, tuple[int, int, int]],
) -> dict[str, Any]:
    """Return the whole status as the API server stores it.

    ``routers`` is None while they were not asked yet: then their summaries stay as they were.
    """
    status = ProviderRouteStatus(
        observed_generation=generation,
        stable=_stable_status(state.stable),
        candidate=_candidate_status(state.candidate),
        programmed=before.programmed
        if routers is None
        else ProgrammedStatus(ready=routers.stable, desired=routers.desired),
        providers=before.providers if routers is None else _providers(breakers),
        rejected_hashes=state.rejected[-MAX_REJECTED:],  # the oldest goes when there are too many
        last_request=_request_status(state.last_request),
        last_rollback=_rollback_status(state.last_rollback),
        rollout=_rollout_status(state),
        conditions=tuple(conditions),
    )
    document: dict[str, Any] = status.model_dump(mode="json", by_alias=True, exclude_none=True)
    return {name: value for name, value in document.items() if value not in ([], {})}


def _is_readable(name: str, value: object) -> bool:
    try:
        ProviderRouteStatus.model_validate({name: value})
    except ValidationError:
        return False
    return True


def _seconds(text: str | None) -> float:
    return seconds_of(text) or 0.0


def _time(seconds: float) -> str | None:
    return timestamp(seconds) if seconds else None


def _pointer(status: StableStatus | None) -> Pointer | None:
    return None if status is None else Pointer(status.revision, status.hash, _seconds(status.since))


def _stable_status(pointer: Pointer | None) -> StableStatus | None:
    if pointer is None:
        return None
    return StableStatus(revision=pointer.revision, hash=pointer.hash, since=_time(pointer.since))


def _candidate(status: CandidateStatus | None) -> Candidate | None:
    if status is None:
        return None
    return Candidate(status.revision, status.hash, status.weight, status.step, _seconds(status.since))


def _candidate_status(candidate: Candidate | None) -> CandidateStatus | None:
    if candidate is None:
        return None
    return CandidateStatus(
        revision=candidate.revision,
        hash=candidate.hash,
        weight=candidate.weight,
        step=candidate.step,
        since=_time(candidate.since),
    )


def _rate(status: RateStatus | None) -> Rate | None:
    if status is None:
        return None
    p95 = None if status.p95_milliseconds is None else status.p95_milliseconds / 1_000
    return Rate(status.exchanges, status.bad, p95)


def _rate_status(rate: Rate | None) -> RateStatus | None:
    if rate is None:
        return None
    p95 = None if rate.p95 is None else round(rate.p95 * 1_000)
    return RateStatus(exchanges=rate.exchanges, bad=rate.bad, p95_milliseconds=p95)


def _request(status: RequestStatus | None) -> RequestRecord | None:
    if status is None:
        return None
    return RequestRecord(status.id, status.verb or "", status.by or "", _seconds(status.at), status.outcome or "")


def _request_status(record: RequestRecord | None) -> RequestStatus | None:
    if record is None:
        return None
    return RequestStatus(
        id=record.id,
        verb=record.verb[:_MAX_WORD],
        by=record.by[:_MAX_WORD],
        at=_time(record.at),
        outcome=record.outcome[:_MAX_SENTENCE],
    )


def _rollback(status: RollbackStatus | None) -> RollbackRecord | None:
    if status is None:
        return None
    return RollbackRecord(status.from_, status.to, status.reason, _seconds(status.at), status.by, status.evidence or "")


def _rollback_status(record: RollbackRecord | None) -> RollbackStatus | None:
    if record is None:
        return None
    return RollbackStatus(
        from_=record.from_revision,
        to=record.to_revision,
        reason=record.reason,
        at=timestamp(record.at),
        by=record.by[:_MAX_WORD],
        evidence=record.evidence[:_MAX_SENTENCE] or None,
    )


def _rollout_status(state: RolloutState) -> RolloutStatus:
    return RolloutStatus(
        phase=state.phase.value,
        phase_since=_time(state.phase_since),
        previous=_stable_status(state.previous),
        started=_time(state.started),
        progressed=_time(state.progressed),
        paused_by=state.paused_by,
        obstacle=state.obstacle,
        obstacle_since=_time(state.obstacle_since),
        highest=state.highest or None,
        held=state.held,
        baseline=_rate_status(state.baseline),
    )


def _providers(breakers: Mapping[str, tuple[int, int, int]]) -> tuple[ProviderStatus, ...]:
    return tuple(
        ProviderStatus(name=name, breaker=BreakersStatus(closed=closed, half_open=half_open, open=opened))
        for name, (closed, half_open, opened) in sorted(breakers.items())
    )
