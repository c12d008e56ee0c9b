"""Metrics that are read at a scrape."""

from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from sealane_kube.lease import Lease
from sealane_operator.app.looks import Looks
from sealane_operator.app.readings import show_state
from sealane_operator.world.kinds import WatchedKind
from sealane_operator.world.watch_ages import WatchAges
from sealane_operator.world.world import World
from sealane_telemetry.operator_metrics import OperatorMetrics


class _Api:
    """Stores whatever is put there."""

    async def call(self, method: str, path: str, body: Any = None, **_: Any) -> dict[str, Any]:
        return dict(body or {"spec": {"holderIdentity": ""}})


async def test_a_scrape_shows_the_state_of_this_moment() -> None:
    """Queue, watches, objects and Lease, as they are and not as they were."""
    registry, now = CollectorRegistry(), [50.0]
    metrics = OperatorMetrics(registry)
    looks = Looks(metrics, clock=lambda: now[0])
    world = World([None], looks.mark, max_revisions=0)
    ages = WatchAges([None], lambda: now[0])
    lease = Lease(_Api(), namespace="sealane", name="l", identity="a", unreached=lambda _: None, clock=lambda: now[0])
    leads: list[bool] = []
    show_state(metrics, world, ages, looks, lease, leads=lambda: bool(leads))

    def read(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(f"sealane_operator_{name}", labels)

    before = (read("leader"), read("lease_age_seconds"), read("queue_marks_total"))
    await lease.acquire()
    leads.append(True)
    world.put(WatchedKind.ROUTES, {"metadata": {"namespace": "team", "name": "chat"}})
    world.put(WatchedKind.REVISIONS, {"metadata": {"namespace": "team", "name": "chat-1"}})
    ages.listed(WatchedKind.ROUTES, None)
    ages.streamed(WatchedKind.ROUTES, None)
    now[0] += 3.0

    assert before == (0, 0, 0)
    assert (read("leader"), read("lease_age_seconds"), read("queue_marks_total")) == (1, 3, 1)
    assert [read("queue_depth", state=each) for each in ("ready", "running", "delayed")] == [1, 0, 0]
    assert read("objects", kind="providerroutes") == 1
    assert read("objects_refused_total", kind="providerrouterevisions") == 1
    assert read("watch_last_event_age_seconds", kind="providerroutes") == pytest.approx(3.0)
    assert read("watch_lists_total", kind="providerroutes") == read("watch_streams_total", kind="providerroutes") == 1
