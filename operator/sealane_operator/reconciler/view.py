"""One route as it is at this moment: what it asks for, what its status remembers, which revisions it has."""

from collections.abc import Mapping
from dataclasses import dataclass

from sealane_api.crd.status import ConditionType, ProviderRouteStatus
from sealane_kube.raw import Raw, mapping_at, text_at
from sealane_operator.judgement.claims import Standing, Subject
from sealane_operator.judgement.references import names_of
from sealane_operator.judgement.refusal import Refusal
from sealane_operator.judgement.requests import pending_request
from sealane_operator.judgement.validation import ValidSpec
from sealane_operator.reconciler.contents import Content
from sealane_operator.rollout.model import Candidate, ManualRequest, Phase, Pointer, RolloutState


@dataclass(frozen=True, slots=True)
class View:
    """What was gathered about a route before anything is judged; ``contents`` are its pointers', by number."""

    raw: Raw
    spec: ValidSpec | Refusal
    state: RolloutState
    status: ProviderRouteStatus
    contents: Mapping[int, Content]

    @property
    def namespace(self) -> str:
        """The namespace of the route."""
        return text_at(self.raw, "metadata", "namespace")

    @property
    def key(self) -> str:
        """``namespace/name``."""
        return f"{self.namespace}/{text_at(self.raw, 'metadata', 'name')}"

    @property
    def created(self) -> str:
        """When the route was made, RFC 3339 in UTC."""
        return text_at(self.raw, "metadata", "creationTimestamp")

    @property
    def generation(self) -> int:
        """The generation of the spec."""
        generation = mapping_at(self.raw, "metadata").get("generation")
        return generation if isinstance(generation, int) else 0

    @property
    def serves_this(self) -> bool:
        """Whether stable holds the very spec."""
        stable = self.state.stable
        return isinstance(self.spec, ValidSpec) and stable is not None and stable.hash == self.spec.hash

    @property
    def was_accepted(self) -> bool:
        """Whether this very spec was accepted before."""
        return self._says(ConditionType.ACCEPTED)

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing is to be done, as far as the status tells."""
        return (
            self.serves_this
            and self.state.phase is Phase.IDLE
            and self.state.candidate is None
            and all(
                self._says(kind)
                for kind in (
                    ConditionType.READY,
                    ConditionType.ACCEPTED,
                    ConditionType.RESOLVED_REFS,
                    ConditionType.PROGRAMMED,
                )
            )
            and not self.is_asked
            and not any(condition.type == ConditionType.SUSPENDED for condition in self.status.conditions)
        )

    def condition(self, kind: ConditionType) -> tuple[str, str] | None:
        """Return status and reason of a condition as they were."""
        found = next((each for each in self.status.conditions if each.type == kind), None)
        return None if found is None else (found.status, found.reason)

    @property
    def is_asked(self) -> bool:
        """Whether somebody asks for something by hand that was not done yet."""
        return isinstance(pending_request(self.raw, self.state, verified=False), ManualRequest)

    @property
    def is_given_up(self) -> bool:
        """Whether the spec was rolled back or is held back, and nobody asks for it again."""
        if not isinstance(self.spec, ValidSpec) or self.serves_this or self.is_asked:
            return False
        return self.spec.hash in self.state.rejected or self.spec.hash == self.state.held

    def _says(self, kind: ConditionType) -> bool:
        return any(
            condition.type == kind and condition.status == "True" and condition.observed_generation == self.generation
            for condition in self.status.conditions
        )


def asked_standing(view: View, refusal: Refusal | None) -> Standing | None:
    """Return how a route stands to what its spec claims, once that was judged; None: it claims nothing."""
    if refusal is None:
        return Standing.WAITS if view.is_given_up else Standing.HOLDS
    return Standing.WAITS if refusal.reason == "Conflicted" else None


def standings_of(
    state: RolloutState, contents: Mapping[int, Content], spec: ValidSpec | Refusal, asked: Standing | None
) -> dict[Subject, tuple[Standing, str]]:
    """Return how a route stands to each pattern it claims; ``asked`` is how it stands to what its spec claims."""
    standings: dict[Subject, tuple[Standing, str]] = {}
    if asked is not None and isinstance(spec, ValidSpec):
        for claim in spec.claims:
            standings[claim.subject] = (asked, claim.rule)
    for number in _held(state):
        content = contents.get(number)
        for claim in content.claims if content is not None else ():
            standings[claim.subject] = (Standing.HOLDS, claim.rule)
    stable = contents.get(state.stable.revision) if state.stable is not None else None
    for claim in stable.claims if stable is not None else ():
        standings[claim.subject] = (Standing.SERVES, claim.rule)
    return standings


def secrets_of(state: RolloutState, contents: Mapping[int, Content]) -> frozenset[str]:
    """Return the names of the Secrets that routers need for what a state points at."""
    numbers = {pointer.revision for pointer in pointers_of(state)} & contents.keys()
    return frozenset().union(*(names_of(contents[number].needs) for number in numbers))


def pointers_of(state: RolloutState) -> list[Pointer | Candidate]:
    """Return what a state points at, stable first."""
    return [pointer for pointer in (state.stable, state.candidate, state.previous) if pointer is not None]


def _held(state: RolloutState) -> list[int]:
    return [pointer.revision for pointer in (state.candidate, state.previous) if pointer is not None]
