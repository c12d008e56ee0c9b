"""Which source settings name, and what it costs the others."""

import subprocess
import sys

from prometheus_client import CollectorRegistry

from sealane_router.app.changes import Changes
from sealane_router.app.route_cluster import RouteCluster
from sealane_router.app.route_files import RouteFiles
from sealane_router.app.source import RouteSource
from sealane_router.app.sources import source_of
from sealane_router.routing.leases import CandidateLeases
from sealane_router.settings.reading import Settings
from sealane_telemetry.metrics import RouterMetrics


def _source(**environ: str) -> RouteSource:
    metrics = RouterMetrics(CollectorRegistry())
    settings = Settings.from_environment(environ)
    return source_of(settings, {}, CandidateLeases(), metrics, Changes(metrics), laptop=False)


async def test_files_unless_somebody_says_cluster() -> None:
    """One or the other, never both."""
    assert isinstance(_source(SEALANE_ROUTES="routes.yaml"), RouteFiles)
    assert isinstance(_source(SEALANE_CLUSTER="true"), RouteCluster)


def test_files_do_not_load_what_it_takes_to_follow_a_cluster() -> None:
    """``sealane up`` starts as fast as before."""
    code = (
        "import sys, sealane_router.app.gateway, sealane_cli.up; "
        "print([name for name in sys.modules if name == 'kubernetes' or name.startswith('sealane_router.cluster')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.strip() == "[]"
