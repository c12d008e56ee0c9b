"""What is counted about routes and routers, as the reconciler and the fleet tell it."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from sealane_operator.rollout.model import Decision, RolloutState
from sealane_telemetry.operator_metrics import OperatorMetrics
from sealane_telemetry.series import Readings

_VALUES = {"True": 1.0, "False": 0.0}
_UNKNOWN = -1.0


@dataclass(slots=True)
class _Route:
    """The last that was told of a route."""

    phase: str = ""
    stable: int | None = None
    candidate: int | None = None
    weight: int = 0
    conditions: Mapping[str, str] = field(default_factory=dict)
    verdicts: Mapping[str, str] = field(default_factory=dict)


class RouteMetrics:
    """The reconciler's :class:`~sealane_operator.reconciler.interfaces.Metrics`; series go with their routes."""

    def __init__(self, metrics: OperatorMetrics, *, now: Callable[[], float] = time.time) -> None:
        self._metrics = metrics
        self._now = now
        self._routes: dict[str, _Route] = {}
        metrics.route_info.read_from(self._infos)
        metrics.route_revision.read_from(self._revisions)
        metrics.route_weight.read_from(lambda: [((key,), float(route.weight)) for key, route in self._each()])
        metrics.route_condition.read_from(self._conditions)
        metrics.rollout_verdict.read_from(self._verdicts)

    def decided(self, key: str, decision: Decision) -> None:
        """A decision was carried out."""
        state = decision.state
        self._routes.setdefault(key, _Route()).verdicts = dict(decision.verdicts)
        if decision.finished is not None:
            self._metrics.rollouts.labels(key, decision.finished).inc()
            promoted = state.stable if decision.finished in {"Promoted", "FastPromoted"} else None
            ended = self._now() if promoted is None else promoted.since  # the bake does not count
            if state.started:
                self._metrics.rollout_duration.labels(decision.finished).observe(max(0.0, ended - state.started))
        if decision.detection is not None:
            self._metrics.rollback_detection.labels().observe(decision.detection)
        rollback = state.last_rollback
        if decision.finished in {"RolledBack", "FastRolledBack", "Aborted"} and rollback is not None:
            self._metrics.rollbacks.labels(key, rollback.reason).inc()

    def shows(self, key: str, state: RolloutState, statuses: Mapping[str, str]) -> None:
        """What the status of a route says now."""
        route = self._routes.setdefault(key, _Route())
        route.phase = state.phase.value
        route.stable = state.stable.revision if state.stable is not None else None
        route.candidate = state.candidate.revision if state.candidate is not None else None
        route.weight = state.candidate.weight if state.candidate is not None else 0
        route.conditions = dict(statuses)

    def forget(self, key: str) -> None:
        """The route is gone: so are its series."""
        if self._routes.pop(key, None) is not None:
            for family in (self._metrics.rollouts, self._metrics.rollbacks):
                family.keep(lambda labels: labels["route"] != key)

    def _each(self) -> list[tuple[str, _Route]]:
        return list(self._routes.items())

    def _infos(self) -> Readings:
        return [((key, route.phase), 1.0) for key, route in self._each()]

    def _revisions(self) -> Iterator[tuple[tuple[str, ...], float]]:
        for key, route in self._each():
            for arm, number in (("stable", route.stable), ("candidate", route.candidate)):
                if number is not None:
                    yield (key, arm), float(number)

    def _conditions(self) -> Iterator[tuple[tuple[str, ...], float]]:
        for key, route in self._each():
            for kind, status in route.conditions.items():
                yield (key, kind), _VALUES.get(status, _UNKNOWN)

    def _verdicts(self) -> Iterator[tuple[tuple[str, ...], float]]:
        for key, route in self._each():
            for check, verdict in route.verdicts.items():
                yield (key, check, verdict), 1.0


class RouterMetrics:
    """The fleet's :class:`~sealane_operator.fleet.interfaces.FleetMetrics`."""

    def __init__(self, metrics: OperatorMetrics) -> None:
        self._metrics = metrics

    def routers(self, counts: Mapping[str, int]) -> None:
        """How many routers are in each state now."""
        for state, count in counts.items():
            self._metrics.routers.labels(state).set(count)

    def polled(self, seconds: float) -> None:
        """A router reported after so many seconds."""
        self._metrics.poll_seconds.labels().observe(seconds)

    def poll_failed(self, kind: str) -> None:
        """A poll, or what leads to one, failed."""
        self._metrics.poll_errors.labels(kind).inc()

    def suspect(self, deployment: str, *, suspected: bool) -> None:
        """A Deployment's new routers do worse than its old ones, or do so no longer."""
        if suspected:
            self._metrics.suspect.labels(deployment).set(1)
        else:
            self._metrics.suspect.keep(lambda labels: labels["deployment"] != deployment)
