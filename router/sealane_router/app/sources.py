"""Which source a router's settings name."""

from collections.abc import Mapping

from sealane_router.routing.leases import CandidateLeases
from sealane_router.settings.reading import Settings
from sealane_telemetry.metrics import RouterMetrics

from .changes import Changes
from .route_files import RouteFiles
from .source import RouteSource


def source_of(
    settings: Settings,
    environ: Mapping[str, str],
    leases: CandidateLeases,
    metrics: RouterMetrics,
    changes: Changes,
    *,
    laptop: bool,
) -> RouteSource:
    """Return the source, not opened yet; raises ConfigurationError for a directory that it can never use."""
    if not settings.cluster.follow:
        return RouteFiles(settings.sources, environ, changes, laptop=laptop)
    # A router that reads files does not load what it takes to follow an API.
    from .route_cluster import RouteCluster

    return RouteCluster(settings.cluster, leases, metrics, changes)
