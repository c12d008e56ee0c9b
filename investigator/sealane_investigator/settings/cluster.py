"""What of a cluster is followed, and what may be asked of it; the text under each field says why so."""

# ruff: noqa: RUF009 - setting() returns what dataclasses.field() returns

import re
from dataclasses import dataclass
from pathlib import Path

from sealane_telemetry.settings.variable import object_name, path, setting, switch

_MAX_NAMES = 64
_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


def names(text: str) -> tuple[str, ...]:
    """Namespaces separated by commas, each once."""
    found = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if len(found) > _MAX_NAMES or not all(_NAMESPACE.fullmatch(each) for each in found):
        raise ValueError(f"write at most {_MAX_NAMES} namespaces separated by commas, for example team-a,team-b")
    return found


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """The Kubernetes API as the investigator uses it."""

    cluster: bool = setting("SEALANE_CLUSTER", "false", "true or false", switch)
    """Read routes and revisions from a cluster. Without one, what changed is seen in the routers' tables, and a
    recommendation is a line for a route file."""

    kubeconfig: Path | None = setting("SEALANE_KUBECONFIG", "", "file", path)
    """How to reach the API. Empty: as the pod's ServiceAccount."""

    namespace: str = setting("SEALANE_NAMESPACE", "", "name", object_name)
    """Where the investigator runs and its Lease is; a pod has it from the downward API. Required to follow Events."""

    namespaces: tuple[str, ...] = setting("SEALANE_NAMESPACES", "", "names, separated by commas", names)
    """Whose Warning events are followed. Empty: everybody's, which takes a ClusterRole."""

    events: bool = setting("SEALANE_KUBERNETES_EVENTS", "true", "true or false", switch)
    """Follow Warning events of Kubernetes, where there is a cluster. One replica does, by its Lease."""

    events_lease: str = setting("SEALANE_EVENTS_LEASE", "sealane-investigator", "name", object_name)
    """The Lease that says which replica follows Events, and how far it came."""

    rollbacks: bool = setting("SEALANE_ROLLBACKS", "false", "true or false", switch)
    """Let a person confirm a rollback here, which is then asked of the operator. It is the only thing that is ever
    written, takes a Role of its own, and is off until somebody wants it."""
