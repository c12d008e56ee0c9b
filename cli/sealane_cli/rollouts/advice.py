"""What to do about a condition, by its reason: words that ``kubectl sealane why`` adds to the facts.

The operator's message is said in any case. Here stands what it cannot know, such as where to look in this cluster; a
reason whose message says everything (Paused, NoData, WaitingForWindow) is not here.
"""

from sealane_api.crd.status import ConditionStatus, ConditionType

from .view import RouteView

_ADVICE = {
    "InvalidSpec": "correct the spec as the message says; what serves goes on serving",
    "UnsupportedValue": "correct the spec as the message says; what serves goes on serving",
    "Conflicted": "another route owns the model: take it from one of the two; kubectl sealane list -A shows them",
    "NotPermitted": "the namespace has no grant for the model: ask for one in the chart's routes.namespaces",
    "SecretNotFound": "make the Secret in this namespace, or correct credential.secretRef",
    "KeyNotFound": "add the key to the Secret, or correct credential.secretRef.key",
    "RefNotPermitted": "the operator may not read the Secret: check its role with kubectl auth can-i",
    "RouterUnreachable": "see whether routers run: kubectl get endpointslices -A -l "
    "kubernetes.io/service-name=sealane-router-admin",
    "PartiallyProgrammed": "the routers named as behind still serve the revision before; see their logs",
    "RouterLagging": "the rollout waits for the routers named; see their logs, or delete their pods",
    "NotProgrammed": "the routers do not hold the revision: see their logs, and what their /-/report says of it",
    "InsufficientData": "too little traffic to judge: wait for more, or lower rollout.analysis.minRequests",
    "ChecksFailed": "compare the two: kubectl sealane diff {name}",
    "Suspended": "take spec.suspend away to go on",
    "SpecRefused": "see Accepted and ResolvedRefs: what the spec asks for cannot be served",
    "SuspendedByUser": "take spec.suspend away to go on",
    "OperatorReadOnly": "the operator only watches: see its settings",
}

_UNSEEN = "the operator has not looked yet: see whether it runs, kubectl get lease -A | grep sealane"
_ROLLED_BACK = "correct the spec, or start the same one again: kubectl sealane retry {name}"

#: As these should be: said without advice.
_WANTED = {
    ConditionType.READY: "True",
    ConditionType.ACCEPTED: "True",
    ConditionType.RESOLVED_REFS: "True",
    ConditionType.PROGRAMMED: "True",
}


def is_as_wished(condition: ConditionStatus) -> bool:
    """Whether a condition says nothing that anybody has to act on."""
    if condition.type in {ConditionType.ROLLED_BACK, ConditionType.STALLED, ConditionType.SUSPENDED}:
        return condition.status != "True"
    if condition.type in _WANTED:
        return condition.status == _WANTED[ConditionType(condition.type)]
    return condition.status == "True" or condition.reason == "RolloutComplete"


def advice_on(condition: ConditionStatus, view: RouteView) -> str:
    """Return what to do about it; empty when it is as wished, or when its message says all there is to say."""
    if is_as_wished(condition):
        return ""
    if condition.type in {ConditionType.ROLLED_BACK, ConditionType.STALLED}:
        return _ROLLED_BACK.format(name=view.name)
    if condition.observed_generation is None:  # as the CRD's defaults are, which every new route has
        return _UNSEEN
    if condition.reason == "ChecksFailed" and view.status.candidate is None:
        return ""  # it was rolled back, and the line about that names the two
    return _ADVICE.get(condition.reason, "").format(name=view.name)
