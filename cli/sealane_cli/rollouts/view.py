"""One route, read for people: what serves, what is on trial, and what was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass

from sealane_api.crd.status import ConditionStatus, ConditionType, ProviderRouteStatus
from sealane_api.request import Request
from sealane_kube.raw import Raw, mapping_at, mappings, text_at
from sealane_operator.judgement.requests import request_text
from sealane_operator.judgement.status import read_status
from sealane_operator.judgement.times import seconds_of
from sealane_operator.rollout.model import Phase


@dataclass(frozen=True, slots=True)
class RouteView:
    """``seen`` says whether the status is about the spec that is there now; ``created`` is since the epoch.

    ``steps`` counts the steps of the policy, 0 where all goes at once. ``pending`` was asked for and not done yet.
    """

    namespace: str
    name: str
    uid: str
    created: float
    seen: bool
    steps: int
    status: ProviderRouteStatus
    conditions: Mapping[str, ConditionStatus]
    pending: Request | None
    raw: Raw

    @property
    def title(self) -> str:
        """Return ``team/chat``."""
        return f"{self.namespace}/{self.name}"

    @property
    def phase(self) -> Phase:
        """Return where the rollout is; a phase that this version does not know is one under way."""
        word = self.status.rollout.phase if self.status.rollout is not None else Phase.IDLE.value
        return Phase(word) if word in set(Phase) else Phase.PROGRAMMING

    @property
    def step(self) -> str:
        """Return ``1/2``, or ``-`` while nothing is on trial."""
        candidate = self.status.candidate
        if candidate is None:
            return "-"
        return f"{candidate.step}/{self.steps}" if self.steps else str(candidate.step)

    def reason(self, kind: ConditionType) -> str:
        """Return the reason of a condition, empty when it is not there."""
        condition = self.conditions.get(kind)
        return "" if condition is None else condition.reason

    def word(self, kind: ConditionType) -> str:
        """Return True, False or Unknown; a condition that is not there is Unknown."""
        condition = self.conditions.get(kind)
        return "Unknown" if condition is None else condition.status


def view_of(raw: Raw) -> RouteView:
    """Read a route as the API server holds it."""
    status = read_status(raw)
    rollout = mapping_at(raw, "spec", "rollout")
    immediate = text_at(rollout, "strategy") == "Immediate"
    return RouteView(
        namespace=text_at(raw, "metadata", "namespace"),
        name=text_at(raw, "metadata", "name"),
        uid=text_at(raw, "metadata", "uid"),
        created=seconds_of(text_at(raw, "metadata", "creationTimestamp")) or 0.0,
        seen=status.observed_generation == mapping_at(raw, "metadata").get("generation"),
        # One of 100 % is the promotion, as the operator counts.
        steps=0 if immediate else sum(step.get("weight") != 100 for step in mappings(rollout.get("steps"))),
        status=status,
        conditions={condition.type: condition for condition in status.conditions},
        pending=_pending(raw, status),
        raw=raw,
    )


def _pending(raw: Raw, status: ProviderRouteStatus) -> Request | None:
    """Return the request that the operator has not carried out; what nobody can read never will be."""
    try:
        request = Request.parse(request_text(raw))
    except ValueError:
        return None
    done = status.last_request is not None and status.last_request.id == request.id
    return None if done else request
