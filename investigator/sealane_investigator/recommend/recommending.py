"""From a diagnosis to what a person should do: the action, the words, the exact change, its evidence and its risk."""

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_investigator.causes.resets import reset_stated, zone_of
from sealane_investigator.incident.recommendation import Change, ChangeKind, Recommendation, Rollback

from .advice import ADVICE, Advice
from .cause_advice import CAUSE_ADVICE
from .exact_change import Situation, exact_change, undo_command
from .live_route import pointers_of
from .own_advice import own_advice
from .rollback import REVERSIBLE, proposal

#: The chart's value that bounds what our own router refuses, and the next size to try.
_BODY_LIMIT = (
    "helm upgrade sealane charts/sealane --namespace=sealane-system --reuse-values --set=router.bodyLimit=64MiB"
)
_CONNECTIONS = (
    "helm upgrade sealane charts/sealane --namespace=sealane-system --reuse-values --set=router.maxConnections=20000"
)
_HELM = {ErrorClass.PAYLOAD_TOO_LARGE: _BODY_LIMIT, ErrorClass.POOL_EXHAUSTED: _CONNECTIONS}


def recommended(situation: Situation) -> Recommendation:
    """Return what to do. The cause is nearer to the fault than the class, so where there is one, its action counts."""
    diagnosis = situation.diagnosis
    advice = CAUSE_ADVICE[diagnosis.cause] if diagnosis.cause is not None else _of_class(situation)
    rollback = proposal(diagnosis, situation.facts, situation.live) if situation.cluster else None
    return Recommendation(
        action=diagnosis.cause_action or diagnosis.action,
        text=" ".join([advice.text, *_further(situation, rollback)]),
        change=_change(situation, rollback),
        evidence=diagnosis.evidence,
        risk=_risk(situation, advice),
        rollback=rollback,
    )


def _of_class(situation: Situation) -> Advice:
    return own_advice(situation.event) or ADVICE[situation.diagnosis.error_class]


def _change(situation: Situation, rollback: Rollback | None) -> Change | None:
    if rollback is not None:
        return undo_command(rollback, on_trial=_is_on_trial(situation, rollback))
    helm = _HELM.get(situation.diagnosis.error_class)
    if helm is not None and situation.cluster and situation.event.attempt == 0 and situation.event.provider is None:
        return Change(kind=ChangeKind.HELM, text=helm)
    return exact_change(situation)


def _is_on_trial(situation: Situation, rollback: Rollback) -> bool:
    return situation.live is not None and pointers_of(situation.live)[1] == rollback.from_revision


def _further(situation: Situation, rollback: Rollback | None) -> list[str]:
    """What this very case adds to the advice of its cause or class."""
    diagnosis, event = situation.diagnosis, situation.event
    said = []
    if diagnosis.cause_why:
        said.append(f"Why: {diagnosis.cause_why}.")
    if rollback is not None:
        said.append(f"Going back to revision {rollback.to_revision} holds until the spec changes.")
    elif diagnosis.cause in REVERSIBLE and situation.cluster and _was_undone(situation):
        said.append("It was rolled back already; correct the spec before it starts again.")
    reset = reset_stated(event.message, diagnosis.error_class, event.occurred_at, zone_of(event.dialect))
    if reset is not None:
        said.append(f"It begins anew {'at the latest ' if reset.bounded else ''}at {reset.text}.")
    if event.workload is not None and event.workload.count("/") == 2:
        namespace, kind, name = event.workload.split("/")
        said.append(f"Look: kubectl describe {kind.lower()} {name} --namespace={namespace}")
    if diagnosis.unsure:
        said.append("This is a guess: look at the text before acting on it.")
    return said


def _was_undone(situation: Situation) -> bool:
    found = proposal(situation.diagnosis, situation.facts, None)
    return found is not None and situation.live is not None and pointers_of(situation.live)[0] == found.to_revision


def _risk(situation: Situation, advice: Advice) -> str:
    missing = situation.facts.missing
    return f"{advice.risk} Not known: {'; '.join(missing)}." if missing else advice.risk
