"""What is counted about routes and routers."""

from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry

from sealane_operator.app.route_metrics import RouteMetrics, RouterMetrics
from sealane_operator.rollout.model import Aspect, Candidate, Decision, Phase, Pointer, RollbackRecord, RolloutState
from sealane_telemetry.operator_metrics import OperatorMetrics

_STATE = RolloutState(
    phase=Phase.STEPPING, stable=Pointer(7, "a", 0.0), candidate=Candidate(8, "b", 10, 1, 0.0), started=900.0
)


class _Scene:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        metrics = OperatorMetrics(self.registry)
        self.routes = RouteMetrics(metrics, now=lambda: 1_000.0)
        self.routers = RouterMetrics(metrics)

    def __call__(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(name, labels)


def _decision(state: RolloutState, **members: object) -> Decision:
    return replace(Decision(state, Aspect("True", "R", "m")), **members)  # type: ignore[arg-type]


def test_a_route_shows_what_its_status_says() -> None:
    """Pointers, weight, phase and conditions; nothing of an arm that is not there."""
    scene = _Scene()
    scene.routes.shows("team/chat", _STATE, {"Ready": "True", "Accepted": "False", "Progressing": "Unknown"})
    scene.routes.shows("team/code", RolloutState(), {})

    assert scene("sealane_route_info", route="team/chat", phase="Stepping") == 1
    assert scene("sealane_route_revision", route="team/chat", arm="stable") == 7
    assert scene("sealane_route_revision", route="team/chat", arm="candidate") == 8
    assert scene("sealane_route_weight", route="team/chat") == 10
    values = [scene("sealane_route_condition", route="team/chat", type=t) for t in ("Ready", "Accepted", "Progressing")]
    assert values == [1, 0, -1]
    assert scene("sealane_route_weight", route="team/code") == 0
    assert scene("sealane_route_revision", route="team/code", arm="stable") is None


def test_a_rollback_is_counted_with_its_reason_and_how_long_it_took_to_see() -> None:
    """And as a rollout that ended."""
    scene = _Scene()
    back = replace(_STATE, last_rollback=RollbackRecord(8, 7, "ErrorRateExceeded", 1_000.0, "operator"))
    decision = _decision(back, finished="RolledBack", detection=4.0, verdicts={"errors": "Fail"})
    scene.routes.decided("team/chat", decision)

    assert scene("sealane_rollouts_total", route="team/chat", status="RolledBack") == 1
    assert scene("sealane_rollbacks_total", route="team/chat", reason="ErrorRateExceeded") == 1
    assert scene("sealane_rollback_detection_seconds_sum") == 4
    assert scene("sealane_rollout_duration_seconds_sum", status="RolledBack") == 100
    assert scene("sealane_rollout_verdict", route="team/chat", check="errors", verdict="Fail") == 1


@pytest.mark.parametrize("status", ["RolledBack", "FastRolledBack", "Aborted"])
def test_whatever_the_status_calls_a_rollback_is_counted(status: str) -> None:
    """A missed deadline and an abort by hand have a reason of the condition RolledBack as well."""
    scene = _Scene()
    back = replace(_STATE, last_rollback=RollbackRecord(8, 7, "DeadlineExceeded", 1_000.0, "operator"))
    scene.routes.decided("team/chat", _decision(back, finished=status))

    assert scene("sealane_rollbacks_total", route="team/chat", reason="DeadlineExceeded") == 1


def test_the_bake_is_no_part_of_a_rollouts_duration() -> None:
    """From the start to the promotion; the bake ends much later."""
    scene = _Scene()
    baked = replace(_STATE, phase=Phase.IDLE, stable=Pointer(8, "b", 940.0), candidate=None)
    scene.routes.decided("team/chat", _decision(baked, finished="Promoted"))

    assert scene("sealane_rollout_duration_seconds_sum", status="Promoted") == 40


def test_a_promotion_is_no_rollback_though_there_was_one_before() -> None:
    """The last rollback stays in the status."""
    scene = _Scene()
    back = replace(_STATE, last_rollback=RollbackRecord(8, 7, "ErrorRateExceeded", 500.0, "operator"))
    scene.routes.decided("team/chat", _decision(back, finished="Promoted"))
    scene.routes.decided("team/chat", _decision(back))

    assert scene("sealane_rollouts_total", route="team/chat", status="Promoted") == 1
    assert scene("sealane_rollbacks_total", route="team/chat", reason="ErrorRateExceeded") is None


def test_the_series_of_a_route_go_with_it() -> None:
    """All of them, and only its own."""
    scene = _Scene()
    for key in ("team/chat", "team/code"):
        scene.routes.shows(key, _STATE, {"Ready": "True"})
        scene.routes.decided(key, _decision(_STATE, finished="Promoted", verdicts={"errors": "Pass"}))
    scene.routes.forget("team/chat")
    scene.routes.forget("team/never")
    left = {
        sample.labels["route"]
        for metric in scene.registry.collect()
        for sample in metric.samples
        if "route" in sample.labels
    }

    assert left == {"team/code"}


def test_routers_are_counted_by_state() -> None:
    """The present numbers, not a sum; polls by what became of them."""
    scene = _Scene()
    scene.routers.routers({"ready": 2, "unready": 1, "silent": 0})
    scene.routers.routers({"ready": 3, "unready": 0, "silent": 0})
    scene.routers.polled(0.25)
    scene.routers.poll_failed("timeout")

    assert scene("sealane_operator_routers", state="ready") == 3
    assert scene("sealane_operator_poll_seconds_sum") == 0.25
    assert scene("sealane_operator_poll_errors_total", kind="timeout") == 1


def test_a_suspicion_is_shown_while_it_stands() -> None:
    """The series goes with it."""
    scene = _Scene()
    scene.routers.suspect("router", suspected=True)
    during = scene("sealane_operator_router_deployment_suspect", deployment="router")
    scene.routers.suspect("router", suspected=False)

    assert (during, scene("sealane_operator_router_deployment_suspect", deployment="router")) == (1, None)
