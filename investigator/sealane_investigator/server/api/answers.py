"""The bodies of answers as structs; the OpenAPI document is made from them."""

import msgspec

from sealane_api.diagnosis.error_class import Action, Cause, ErrorClass
from sealane_api.diagnosis.error_event import Origin
from sealane_investigator.incident.diagnosis import Diagnosis, Ground
from sealane_investigator.incident.incident import Incident, State
from sealane_investigator.incident.recommendation import ChangeKind, Recommendation


class AcceptedAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many events were accepted, and the place of the first field that was passed over because nobody knows it."""

    accepted: int
    ignored: str | None = None


class ErrorBody(msgspec.Struct, frozen=True):
    """What went wrong; ``param`` is the place in the body or the query."""

    message: str
    code: str
    param: str | None = None


class ErrorAnswer(msgspec.Struct, frozen=True):
    """The body of every refusal."""

    error: ErrorBody


class DiagnosisAnswer(msgspec.Struct, frozen=True, rename={"error_class": "class"}):
    """The best guess; ``unsure`` says that somebody should look before acting on it."""

    error_class: ErrorClass
    action: Action
    cause: Cause | None
    cause_action: Action | None
    confidence: float
    unsure: bool
    ground: Ground
    why: str
    cause_why: str | None
    rule: str | None
    evidence: tuple[str, ...]

    @classmethod
    def of(cls, diagnosis: Diagnosis) -> "DiagnosisAnswer":
        """From the value that the store keeps."""
        return cls(
            error_class=diagnosis.error_class,
            action=diagnosis.action,
            cause=diagnosis.cause,
            cause_action=diagnosis.cause_action,
            confidence=diagnosis.confidence,
            unsure=diagnosis.unsure,
            ground=diagnosis.ground,
            why=diagnosis.why,
            cause_why=diagnosis.cause_why,
            rule=diagnosis.rule,
            evidence=diagnosis.evidence,
        )


class ChangeAnswer(msgspec.Struct, frozen=True):
    """An exact change, to copy."""

    kind: ChangeKind
    text: str


class RollbackAnswer(msgspec.Struct, frozen=True):
    """A rollback that can be confirmed."""

    route: str
    from_revision: int
    to_revision: int


class RecommendationAnswer(msgspec.Struct, frozen=True):
    """What to do."""

    action: Action
    text: str
    change: ChangeAnswer | None
    evidence: tuple[str, ...]
    risk: str
    rollback: RollbackAnswer | None

    @classmethod
    def of(cls, recommendation: Recommendation) -> "RecommendationAnswer":
        """From the value that the store keeps."""
        change, rollback = recommendation.change, recommendation.rollback
        return cls(
            action=recommendation.action,
            text=recommendation.text,
            change=ChangeAnswer(change.kind, change.text) if change is not None else None,
            evidence=recommendation.evidence,
            risk=recommendation.risk,
            rollback=RollbackAnswer(rollback.route, rollback.from_revision, rollback.to_revision)
            if rollback is not None
            else None,
        )


class ResolutionAnswer(msgspec.Struct, frozen=True):
    """When, at which revision of each route, and by whom an incident was resolved."""

    at: float
    by: str
    revisions: dict[str, int]


class IncidentAnswer(msgspec.Struct, frozen=True):
    """One incident. Times are seconds since 1970; ``at_least``: a reporter dropped events, so there may be more."""

    id: int
    title: str
    fingerprint: str
    subject: str
    origin: Origin
    state: State
    episode: int
    count: int
    at_least: bool
    first_seen: float
    last_seen: float
    diagnosis: DiagnosisAnswer
    recommendation: RecommendationAnswer | None
    parent: int | None
    assignee: str | None
    ignored_until: float | None
    resolution: ResolutionAnswer | None
    merged_into: int | None
    version: int

    @classmethod
    def of(cls, incident: Incident) -> "IncidentAnswer":
        """From the value that the store keeps."""
        resolution = incident.resolution
        return cls(
            id=incident.id,
            title=incident.title,
            fingerprint=incident.fingerprint,
            subject=incident.subject,
            origin=incident.origin,
            state=incident.state,
            episode=incident.episode,
            count=incident.count,
            at_least=incident.at_least,
            first_seen=incident.first_seen,
            last_seen=incident.last_seen,
            diagnosis=DiagnosisAnswer.of(incident.diagnosis),
            recommendation=RecommendationAnswer.of(incident.recommendation)
            if incident.recommendation is not None
            else None,
            parent=incident.parent,
            assignee=incident.assignee,
            ignored_until=incident.ignored_until,
            resolution=ResolutionAnswer(resolution.at, resolution.by, resolution.revisions)
            if resolution is not None
            else None,
            merged_into=incident.merged_into,
            version=incident.version,
        )
