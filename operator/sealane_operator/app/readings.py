"""Metrics that are read when somebody scrapes: they cost nothing until then."""

import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

from sealane_kube.lease import Lease
from sealane_operator.world.kinds import WatchedKind
from sealane_operator.world.watch_ages import WatchAges
from sealane_operator.world.world import World
from sealane_telemetry.operator_metrics import OperatorMetrics

from .looks import Looks


def show_state(
    metrics: OperatorMetrics, world: World, ages: WatchAges, looks: Looks, lease: Lease, *, leads: Callable[[], bool]
) -> None:
    """Let ``metrics`` read queue, watches, world and Lease."""
    queue = looks.queue
    metrics.queue_depth.read_from(
        lambda: [
            (("ready",), float(queue.depth)),
            (("running",), float(queue.running)),
            (("delayed",), float(queue.delayed)),
        ]
    )
    metrics.queue_marks.read_from(lambda: [((), float(queue.figures.marks))])
    metrics.queue_retries.read_from(lambda: [((), float(queue.figures.failures))])
    metrics.queue_oldest.read_from(lambda: [((), queue.oldest_ready(time.monotonic()))])
    metrics.watch_age.read_from(lambda: [((kind.value,), age) for kind, age in ages.ages().items()])
    metrics.watch_lists.read_from(lambda: [((kind.value,), float(ages.begun(kind)[0])) for kind in WatchedKind])
    metrics.watch_streams.read_from(lambda: [((kind.value,), float(ages.begun(kind)[1])) for kind in WatchedKind])
    metrics.objects.read_from(lambda: [((kind.value,), float(world.size(kind))) for kind in WatchedKind])
    metrics.objects_refused.read_from(lambda: [((kind.value,), float(count)) for kind, count in world.refused.items()])
    metrics.leader.read_from(lambda: [((), float(leads() and lease.valid))])
    metrics.lease_age.read_from(lambda: [((), lease.age)])
    metrics.build_info.labels(_version()).set(1)


def _version() -> str:
    try:
        return version("sealane")
    except PackageNotFoundError:
        return "unknown"
