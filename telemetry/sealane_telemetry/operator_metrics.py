"""Every metric of the operator: its name, its labels and what it means.

Labels are bounded: routes and Deployments come from the cluster and leave with it, everything else from closed sets.
``docs/operator.md`` lists the metrics; a test compares the two.
"""

from prometheus_client import CollectorRegistry

from .metrics import LOOP_LAG_BOUNDS
from .series import CounterFamily, FamilyCollector, GaugeFamily, HistogramFamily

CALL_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
WAIT_BOUNDS = (0.001, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0)
ROLLOUT_BOUNDS = (1.0, 10.0, 60.0, 300.0, 900.0, 1800.0, 3600.0, 7200.0, 21600.0, 86400.0)
DETECTION_BOUNDS = (1.0, 2.0, 3.0, 5.0, 7.5, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0)


class OperatorMetrics(FamilyCollector):
    """The metrics of one operator process, registered with ``registry`` as one collector.

    Families that end in ``.read_from(callback)`` at start cost nothing until somebody scrapes.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._declare_work()
        self._declare_api()
        self._declare_leader()
        self._declare_routers()
        self._declare_routes()
        self.families = self.own_families()
        registry.register(self)

    def _declare_work(self) -> None:
        self.reconciles = CounterFamily(
            "sealane_operator_reconciles_total",
            "Looks at a route; result is `ok` or `failed`.",
            ("result",),
            unit="looks",
        )
        self.reconcile_errors = CounterFamily(
            "sealane_operator_reconcile_errors_total",
            "Looks that failed, by what the Kubernetes API answered; `Bug` is an error of the operator's own.",
            ("error",),
            unit="looks",
        )
        self.reconcile_seconds = HistogramFamily(
            "sealane_operator_reconcile_seconds", "How long a look took.", unit="seconds", bounds=CALL_BOUNDS
        )
        self.queue_depth = GaugeFamily(
            "sealane_operator_queue_depth",
            "Routes in the queue; state is `ready`, `running` or `delayed`.",
            ("state",),
            unit="routes",
        )
        self.queue_marks = CounterFamily(
            "sealane_operator_queue_marks_total", "How often something asked for a look at a route.", unit="marks"
        )
        self.queue_retries = CounterFamily(
            "sealane_operator_queue_retries_total", "Looks that are tried again after a pause.", unit="looks"
        )
        self.queue_seconds = HistogramFamily(
            "sealane_operator_queue_seconds",
            "From the mark to the look, without the time that a look was put off.",
            unit="seconds",
            bounds=WAIT_BOUNDS,
        )
        self.queue_oldest = GaugeFamily(
            "sealane_operator_queue_oldest_seconds", "How long the first route in the queue has waited.", unit="seconds"
        )
        self.events = CounterFamily(
            "sealane_operator_events_total",
            "Kubernetes Events; result is `written`, `repeated` (counted in one that was written), `dropped` (there "
            "were too many) or `failed`.",
            ("result",),
            unit="Events",
        )
        self.event_loop_lag = HistogramFamily(
            "sealane_operator_event_loop_lag_seconds",
            "How late a timer of the event loop fires.",
            unit="seconds",
            bounds=LOOP_LAG_BOUNDS,
        )
        self.log_lines_dropped = CounterFamily(
            "sealane_operator_log_lines_dropped_total", "Log lines dropped because nobody took them.", unit="lines"
        )

    def _declare_api(self) -> None:
        self.api_calls = CounterFamily(
            "sealane_operator_api_calls_total",
            "Calls to the Kubernetes API by HTTP verb (or `LIST`, `WATCH`), kind and status; code `0`: no answer.",
            ("verb", "kind", "code"),
            unit="calls",
        )
        self.api_seconds = HistogramFamily(
            "sealane_operator_api_call_seconds",
            "How long a call took, a watch until its answer began.",
            ("verb",),
            unit="seconds",
            bounds=CALL_BOUNDS,
        )
        self.watch_age = GaugeFamily(
            "sealane_operator_watch_last_event_age_seconds",
            "For how long a watch has said nothing, bookmarks included; the most silent one of each kind.",
            ("kind",),
            unit="seconds",
        )
        self.watch_lists = CounterFamily(
            "sealane_operator_watch_lists_total",
            "Lists that began: one at the start, more after a 410.",
            ("kind",),
            unit="lists",
        )
        self.watch_streams = CounterFamily(
            "sealane_operator_watch_streams_total",
            "Watches that began or went on over a new connection.",
            ("kind",),
            unit="watches",
        )
        self.objects = GaugeFamily(
            "sealane_operator_objects", "Objects that the watches have shown.", ("kind",), unit="objects"
        )
        self.objects_refused = CounterFamily(
            "sealane_operator_objects_refused_total",
            "Times that an object was left out because there are too many.",
            ("kind",),
            unit="objects",
        )

    def _declare_leader(self) -> None:
        self.leader = GaugeFamily("sealane_operator_leader", "1 while this process leads.", unit="boolean")
        self.lease_age = GaugeFamily(
            "sealane_operator_lease_age_seconds", "Since the Lease was last renewed; 0 without it.", unit="seconds"
        )
        self.build_info = GaugeFamily(
            "sealane_operator_build_info", "1, with the version of sealane.", ("version",), unit="none"
        )
        self.grants_reloads = CounterFamily(
            "sealane_operator_grants_reloads_total",
            "Changes of the grants file; result is `ok` or `refused`, and then those before stay in force.",
            ("result",),
            unit="reloads",
        )

    def _declare_routers(self) -> None:
        self.routers = GaugeFamily(
            "sealane_operator_routers",
            "Routers that are known; state is `ready`, `unready` or `silent`.",
            ("state",),
            unit="routers",
        )
        self.poll_seconds = HistogramFamily(
            "sealane_operator_poll_seconds", "How long a router took to report.", unit="seconds", bounds=CALL_BOUNDS
        )
        self.poll_errors = CounterFamily(
            "sealane_operator_poll_errors_total",
            "Reports that did not come, and lists of routers that could not be had.",
            ("kind",),
            unit="polls",
        )
        self.suspect = GaugeFamily(
            "sealane_operator_router_deployment_suspect",
            "1 while routers of a Deployment's new ReplicaSet do worse than the old one's.",
            ("deployment",),
            unit="boolean",
        )

    def _declare_routes(self) -> None:
        self.route_info = GaugeFamily(
            "sealane_route_info",
            "1 for each route that is known; phase is that of its rollout.",
            ("route", "phase"),
            unit="none",
        )
        self.route_revision = GaugeFamily(
            "sealane_route_revision",
            "Number of the revision; arm is `stable` or `candidate`.",
            ("route", "arm"),
            unit="number",
        )
        self.route_weight = GaugeFamily(
            "sealane_route_weight", "The candidate's share of the traffic; 0 without one.", ("route",), unit="percent"
        )
        self.route_condition = GaugeFamily(
            "sealane_route_condition",
            "1 while the condition is true, 0 while it is false, -1 while it is unknown.",
            ("route", "type"),
            unit="none",
        )
        self.rollouts = CounterFamily(
            "sealane_rollouts_total",
            "Rollouts that ended; status is `Promoted`, `FastPromoted`, `Aborted`, `Superseded`, `RolledBack` or "
            "`FastRolledBack`.",
            ("route", "status"),
            unit="rollouts",
        )
        self.rollout_duration = HistogramFamily(
            "sealane_rollout_duration_seconds",
            "From the beginning of a rollout to its end, without the bake.",
            ("status",),
            unit="seconds",
            bounds=ROLLOUT_BOUNDS,
        )
        self.rollbacks = CounterFamily(
            "sealane_rollbacks_total",
            "Rollbacks, by the reason of the condition `RolledBack`.",
            ("route", "reason"),
            unit="rollbacks",
        )
        self.rollback_detection = HistogramFamily(
            "sealane_rollback_detection_seconds",
            "From the first bad exchange of the candidate to the decision to roll back.",
            unit="seconds",
            bounds=DETECTION_BOUNDS,
        )
        self.rollout_verdict = GaugeFamily(
            "sealane_rollout_verdict",
            "1, with the present verdict of each check of a rollout that is analysed.",
            ("route", "check", "verdict"),
            unit="none",
        )
