"""Routes from a cluster as a source of tables, and what is told of it; tests/unit/router/cluster has the following."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from sealane_kube.errors import Unavailable
from sealane_router.app.changes import Changes
from sealane_router.app.route_cluster import RouteCluster
from sealane_router.app.source import ConfigurationError
from sealane_router.routing.leases import CandidateLeases
from sealane_router.routing.matcher import Matcher
from sealane_router.settings.groups import ClusterSettings
from sealane_telemetry.metrics import RouterMetrics
from tests.support.scripted_kubernetes import listed, said, scripted_kubernetes
from tests.support.waiting import until


class Source:
    """A source with a clock of the test's."""

    def __init__(self, settings: ClusterSettings) -> None:
        self.now = 1000.0
        self.leases = CandidateLeases(lambda: self.now)
        self.registry = CollectorRegistry()
        metrics = RouterMetrics(self.registry)
        self.routes = RouteCluster(settings, self.leases, metrics, Changes(metrics))

    def checks(self) -> Mapping[str, str | None]:
        """What each check says."""
        return {check.name: check.probe() for check in self.routes.checks if check.advisory}

    def value(self, name: str) -> float | None:
        """A gauge, None while it is absent."""
        return self.registry.get_sample_value(name)


async def test_an_empty_cluster_is_followed(tmp_path: Path) -> None:
    """There is no table to begin with, then one without routes; the API's silence is told after a minute."""
    async with scripted_kubernetes(listed(), said()) as server:
        source = Source(ClusterSettings(follow=True, kubeconfig=server.kubeconfig(tmp_path), snapshot=tmp_path))
        first = source.routes.first(Matcher)
        before = (source.checks(), source.value("sealane_kubernetes_api_age_seconds"))
        await source.routes.open()
        await until(lambda: source.leases.api_age is not None)
        await source.routes.wait(0.0)
        following = await source.routes.next(Matcher)
        again = await source.routes.next(Matcher)
        heard = source.checks()
        source.now += 61.0
        silent = source.checks()
        age = source.value("sealane_kubernetes_api_age_seconds")
        await source.routes.close()

    assert not first.table.is_known
    assert following is not None
    assert (following.table.routes, following.table.is_known, again) == ((), True, None)
    assert before == (
        {"kubernetes-api": "the Kubernetes API has not yet said which routes there are", "routes": None},
        None,
    )
    assert heard == {"kubernetes-api": None, "routes": None}
    assert silent["kubernetes-api"] == "the Kubernetes API has confirmed nothing for 61 s"
    assert age == pytest.approx(61.0, abs=0.5)
    assert source.value("sealane_secrets_watched") == source.value("sealane_routes_with_problems") == 0
    assert source.value("sealane_snapshot_age_seconds") is not None  # routes that are gone are not kept


async def test_why_the_api_says_nothing_is_told(tmp_path: Path) -> None:
    """In its own words."""
    async with scripted_kubernetes(listed(), said()) as server:
        source = Source(ClusterSettings(follow=True, kubeconfig=server.kubeconfig(tmp_path)))
        for reflector in source.routes._follower._routes.values():
            reflector.failure = Unavailable("no route to host")

    assert source.checks()["kubernetes-api"] == (
        "the Kubernetes API has not yet said which routes there are: no route to host"
    )


async def test_problems_are_counted_and_the_first_are_named() -> None:
    """All of them are on /-/config and in the report."""
    source = Source(ClusterSettings(follow=True))
    source.routes._follower.problems = {f"team/{name}": f"problem of {name}" for name in "dcba"}

    assert source.checks()["routes"] == (
        "4 not served as their statuses say: team/a: problem of a; team/b: problem of b; team/c: problem of c"
    )
    assert (source.routes.problem or "").splitlines()[3] == "team/d: problem of d"
    assert source.value("sealane_routes_with_problems") == 4


async def test_what_can_never_work_is_refused_at_the_start(tmp_path: Path) -> None:
    """A kubeconfig that is none, a directory that is not there."""
    source = Source(ClusterSettings(follow=True, kubeconfig=tmp_path / "nowhere"))
    with pytest.raises(ConfigurationError, match="SEALANE_KUBECONFIG"):
        await source.routes.open()
    with pytest.raises(ConfigurationError, match="SEALANE_SNAPSHOT"):
        Source(ClusterSettings(follow=True, snapshot=tmp_path / "nowhere"))
