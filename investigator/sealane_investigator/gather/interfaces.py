"""What gathering needs from its neighbours: routes from a cluster or a router, a timeline from the store."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sealane_investigator.incident.facts import BreakerChange, Facts, RevisionChange


class Routes(Protocol):
    """Routes and what their revisions changed. Each method raises a KubeError when it cannot tell."""

    async def changes(self, route: str) -> tuple[RevisionChange, ...]:
        """Return the newest revisions of ``namespace/name``, oldest first, with what each changed."""

    async def live(self, route: str) -> Mapping[str, Any] | None:
        """Return the ProviderRoute as it is now; None when there is none of that name."""


class Timeline(Protocol):
    """The part of the store that keeps facts: what was seen a moment ago may be gone from the routers by now."""

    async def note(self, changes: Sequence[RevisionChange | BreakerChange]) -> None:
        """Keep facts; what is known already is kept once."""

    async def noted(self, since: float, until: float, route: str | None) -> Facts:
        """Return the changes of a time, of one route or all."""
