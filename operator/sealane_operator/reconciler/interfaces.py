"""What the reconciler needs of the rest, and no more: ``app`` hands it the real ones, tests hand it fakes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from sealane_kube.raw import Raw
from sealane_operator.rollout.model import Decision, Note, Observation, RolloutState, Routers, Series

#: Marks a route, ``namespace/name``, to be looked at again soon.
Mark = Callable[[str], None]

#: The rollout: the state, what was observed, seconds since the epoch.
Decide = Callable[[RolloutState, Observation, float], Decision]


class Seen(Protocol):
    """What the watches have seen; it may be older than what the API holds."""

    @property
    def routes(self) -> Mapping[str, Raw]:
        """Every ProviderRoute by ``namespace/name``, whole."""

    def revisions(self, namespace: str, route: str) -> Sequence[Raw]:
        """The revisions of that name, whoever owns them: objects of which ``metadata`` alone is there."""


class Kube(Protocol):
    """The Kubernetes API; every method is one attempt, and raises what :mod:`sealane_kube.errors` has."""

    async def get_route(self, namespace: str, name: str) -> Raw | None:
        """Return the route as the API holds it now; None when there is none."""

    async def get_revision(self, namespace: str, name: str) -> Raw | None:
        """Return the whole revision; None when there is none."""

    async def create_revision(self, namespace: str, body: Raw) -> Raw:
        """Make it and return what was stored. Raises AlreadyExists."""

    async def patch_revision(
        self,
        namespace: str,
        name: str,
        labels: Mapping[str, str],
        annotations: Mapping[str, str],
        resource_version: str,
    ) -> Raw:
        """Write labels and annotations. Raises Conflict when it changed since, NotFound when it is gone."""

    async def delete_revision(self, namespace: str, name: str, resource_version: str) -> None:
        """Delete it as it was judged; one that is gone is no error. Raises Conflict when it changed since."""

    async def write_status(self, route: Raw, status: Raw) -> Raw:
        """Replace the whole status of ``route``, on its resourceVersion. Raises Conflict, or NotFound."""

    async def secret_keys(self, namespace: str, name: str) -> frozenset[str] | None:
        """Return the names of a Secret's entries, never their contents; None when there is none. Raises Forbidden."""

    async def grant_secrets(self, namespace: str, names: Sequence[str]) -> None:
        """Make Role and RoleBinding ``sealane-router-secrets`` say exactly these names; write only what differs.

        Without names an existing Role says nothing any more, and one that does not exist is not made.
        """

    async def policy_exists(self) -> bool:
        """Whether the admission policy is there that binds a request to its requester."""


class Fleet(Protocol):
    """The routers."""

    @property
    def informed(self) -> bool:
        """Whether every known router was asked at least once since this process began to lead."""

    def observe(self, key: str, state: RolloutState) -> tuple[Routers, Series]:
        """Return what routers hold of a route, and what they counted."""

    def breakers(self, key: str) -> Mapping[str, tuple[int, int, int]]:
        """Return by provider how many routers have its breaker closed, half-open and open."""

    def forget(self, key: str) -> None:
        """The route is gone."""


class Recorder(Protocol):
    """Kubernetes Events: queued, deduplicated, bounded."""

    def record(self, route: Raw, note: Note) -> None:
        """Tell people something about a route."""


class Metrics(Protocol):
    """What is counted about routes."""

    def decided(self, key: str, decision: Decision) -> None:
        """A decision was carried out."""

    def shows(self, key: str, state: RolloutState, statuses: Mapping[str, str]) -> None:
        """What the status of a route says now: pointers, and the status of each condition by type."""

    def forget(self, key: str) -> None:
        """The route is gone: so are its series."""
