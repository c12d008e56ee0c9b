"""What ``kubectl get`` prints: one line that says what serves, what is on trial and why."""

from dataclasses import dataclass

from sealane_api.crd.revision import (
    HASH_ANNOTATION,
    NUMBER_LABEL,
    PROMOTED_AT_ANNOTATION,
    REQUESTED_BY_ANNOTATION,
    ROUTE_LABEL,
    STATE_LABEL,
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column; a ``wide`` one is printed by ``-o wide`` alone."""

    name: str
    path: str
    description: str
    type: str = "string"
    wide: bool = False

    def document(self) -> dict[str, object]:
        """Return it as the API server reads it."""
        document: dict[str, object] = {
            "name": self.name,
            "type": self.type,
            "description": self.description,
            "jsonPath": self.path,
        }
        return document | ({"priority": 1} if self.wide else {})


def _condition(kind: str, member: str) -> str:
    return f'.status.conditions[?(@.type=="{kind}")].{member}'


def _label(name: str) -> str:
    return ".metadata.labels." + name.replace(".", r"\.")


def _annotation(name: str) -> str:
    return ".metadata.annotations." + name.replace(".", r"\.")


_AGE = Column("Age", ".metadata.creationTimestamp", "How long it exists.", "date")

ROUTE_COLUMNS = (
    Column("Ready", _condition("Ready", "status"), "Whether stable serves."),
    Column("Stable", ".status.stable.revision", "The revision that serves.", "integer"),
    Column("Candidate", ".status.candidate.revision", "The revision on trial.", "integer"),
    Column("Weight", ".status.candidate.weight", "The candidate's share of the traffic, in percent.", "integer"),
    Column("Step", ".status.candidate.step", "The step of the rollout.", "integer"),
    Column("Reason", _condition("Progressing", "reason"), "Where the rollout is, or why there is none."),
    _AGE,
    Column("Programmed", ".status.programmed.ready", "Routers that serve it.", "integer", wide=True),
    Column("Routers", ".status.programmed.desired", "Routers that should.", "integer", wide=True),
    Column("Last-Rollback", ".status.lastRollback.at", "How long ago the last rollback was.", "date", wide=True),
    Column("Model", ".spec.rules[0].models[0].*", "The first pattern of the first rule.", wide=True),
    Column("Message", _condition("Ready", "message"), "Why it is ready or not, in words.", wide=True),
)

REVISION_COLUMNS = (
    Column("Route", _label(ROUTE_LABEL), "The route it belongs to."),
    Column("Rev", _label(NUMBER_LABEL), "Its number."),
    Column("State", _label(STATE_LABEL), "What became of it."),
    Column("Hash", _annotation(HASH_ANNOTATION), "The SHA-256 of its canonical JSON.", wide=True),
    Column("Requested-By", _annotation(REQUESTED_BY_ANNOTATION), "Who asked for it."),
    Column("Promoted", _annotation(PROMOTED_AT_ANNOTATION), "How long it has been stable.", "date"),
    _AGE,
)
