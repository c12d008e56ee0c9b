"""Routes from the Kubernetes API: a follower, and what the rest of the router wants to know of it."""

from collections.abc import Iterable, Mapping, Sequence

from sealane_api.route_table import NO_TABLE
from sealane_router.cluster.following import Follower
from sealane_router.cluster.kube.api import KubeApi
from sealane_router.cluster.kube.reflector import Surroundings
from sealane_router.cluster.snapshot import Snapshot, SnapshotError
from sealane_router.routing.leases import LEASE, CandidateLeases
from sealane_router.routing.matcher import Matcher
from sealane_router.settings.groups import ClusterSettings
from sealane_router.upstream.credentials import CredentialStore
from sealane_telemetry.cluster_metrics import ClusterMetrics
from sealane_telemetry.health import Check
from sealane_telemetry.logs import get_logger
from sealane_telemetry.metrics import RouterMetrics
from sealane_telemetry.series import Labels
from sealane_telemetry.settings.variable import SettingsError

from .changes import Changes
from .source import ConfigurationError, Make

_log = get_logger("sealane.configuration")

#: Routes that ``/readyz?verbose`` names.
_SHOWN = 3


class RouteCluster:
    """The routes that a cluster's statuses point at; raises ConfigurationError for what can never work."""

    def __init__(
        self, settings: ClusterSettings, leases: CandidateLeases, metrics: RouterMetrics, changes: Changes
    ) -> None:
        api = KubeApi(settings.kubeconfig)
        around = Surroundings(api, metrics.cluster)
        try:
            snapshot = _snapshot(settings)
        except SnapshotError as error:
            raise ConfigurationError(str(error)) from error
        self._follower = Follower(api, around, leases, settings.namespaces, snapshot)
        self._leases = leases
        self._changes = changes
        _read_from(self._follower, leases, metrics.cluster)

    @property
    def credentials(self) -> CredentialStore:
        """What the watched Secrets hold."""
        return self._follower.credentials

    @property
    def checks(self) -> Sequence[Check]:
        """Whether the API confirms what is served, and which routes are not served as it says."""
        return [
            Check("kubernetes-api", self._silence, advisory=True),
            Check("routes", lambda: _summary(self.route_problems), advisory=True),
        ]

    @property
    def problem(self) -> str | None:
        """Which routes are not served as their statuses point at them."""
        return "\n".join(f"{route}: {problem}" for route, problem in sorted(self.route_problems.items())) or None

    @property
    def route_problems(self) -> Mapping[str, str]:
        """Routes that are not served as their statuses point at them, and why."""
        return self._follower.problems

    def first(self, make: Make) -> Matcher:
        """No table: the first one is under way."""
        return make(NO_TABLE)

    async def open(self) -> None:
        """Begin to follow; raises ConfigurationError for a kubeconfig that cannot be used."""
        try:
            await self._follower.open()
        except SettingsError as error:
            raise ConfigurationError(str(error)) from error

    async def wait(self, seconds: float) -> None:
        """Return when something was noticed."""
        await self._follower.wait(seconds)

    async def next(self, make: Make) -> Matcher | None:
        """The next table."""
        matcher = await self._follower.next(make)
        if matcher is not None:
            self._changes.take("routes")
            _log.info("routes_changed", routes=len(matcher.table.routes), table=matcher.table.hash[:12])
        return matcher

    async def close(self) -> None:
        """Stop following."""
        await self._follower.close()

    def _silence(self) -> str | None:
        age, trouble = self._leases.api_age, self._follower.trouble
        said = f": {trouble}" if trouble else ""
        if age is None:
            return f"the Kubernetes API has not yet said which routes there are{said}"
        return f"the Kubernetes API has confirmed nothing for {age:.0f} s{said}" if age > LEASE else None


def _snapshot(settings: ClusterSettings) -> Snapshot | None:
    if settings.snapshot is None:
        return None
    return Snapshot(settings.snapshot, settings.snapshot_keys, settings.namespaces)


def _summary(problems: Mapping[str, str]) -> str | None:
    if not problems:
        return None
    shown = "; ".join(f"{route}: {problem}" for route, problem in sorted(problems.items())[:_SHOWN])
    return f"{len(problems)} not served as their statuses say: {shown}"


def _read_from(follower: Follower, leases: CandidateLeases, metrics: ClusterMetrics) -> None:
    """Tie the gauges to what they measure."""

    def age(value: float | None) -> Iterable[tuple[Labels, float]]:
        return [] if value is None else [((), value)]

    keeper = follower.keeper
    metrics.api_age.read_from(lambda: age(leases.api_age))
    metrics.route_problems.read_from(lambda: [((), float(len(follower.problems)))])
    metrics.secrets_watched.read_from(lambda: [((), float(len(follower.secrets)))])
    metrics.snapshot_age.read_from(lambda: age(None if keeper is None else keeper.age))
