"""What a person should do about an incident."""

from dataclasses import dataclass
from enum import StrEnum

from sealane_api.diagnosis.error_class import Action


class ChangeKind(StrEnum):
    """What an exact change is typed into."""

    PATCH = "patch"
    KUBECTL = "kubectl"
    HELM = "helm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An exact change: a YAML patch or a command that works as it stands."""

    kind: ChangeKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """A rollback that a person can confirm: route ``namespace/name`` from one revision to another."""

    route: str
    from_revision: int
    to_revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """The action, in words for a person, with the exact change where one exists, its evidence and its risk."""

    action: Action
    text: str
    change: Change | None = None
    evidence: tuple[str, ...] = ()
    risk: str = ""
    rollback: Rollback | None = None
