"""What the fleet needs of the rest, and no more: ``app`` hands it the real ones, tests hand it fakes."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

#: Marks a route, ``namespace/name``, to be looked at again soon.
Mark = Callable[[str], None]


class Api(Protocol):
    """The Kubernetes API, which is only read here."""

    async def call(self, method: str, path: str, *, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Make one attempt and return the answer's object. Raises a KubeError."""


class FleetMetrics(Protocol):
    """What is counted about routers and the polls that ask them."""

    def routers(self, counts: Mapping[str, int]) -> None:
        """How many routers are in each state now: ``ready``, ``unready`` and ``silent``."""

    def polled(self, seconds: float) -> None:
        """A poll was answered after so many seconds."""

    def poll_failed(self, kind: str) -> None:
        """A poll, or what leads to one, failed; the kinds are a closed set: :data:`POLL_ERRORS`."""

    def suspect(self, deployment: str, *, suspected: bool) -> None:
        """A Deployment's new routers do worse than its old ones, or do so no longer."""


#: ``connect``: nobody listens; ``timeout``: no whole answer in time; ``broken``: the connection ended in it;
#: ``status``: not 200; ``oversized``: above the limit; ``garbage``: no report; ``discovery``: the routers could not be
#: listed; ``too_many_routers``, ``too_many_routes``: beyond what one operator polls, the rest is left out.
POLL_ERRORS = (
    "connect", "timeout", "broken", "status", "oversized", "garbage", "discovery", "too_many_routers",
    "too_many_routes",
)  # fmt: skip
