"""Every metric of the investigator: its name, its labels and what it means.

Labels come from closed sets. ``docs/investigator.md`` lists the metrics; a test compares the two.
"""

from prometheus_client import CollectorRegistry

from .metrics import LOOP_LAG_BOUNDS
from .series import CounterFamily, FamilyCollector, GaugeFamily, HistogramFamily

REQUEST_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
DELAY_BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 86400.0)


class InvestigatorMetrics(FamilyCollector):
    """The metrics of one investigator process, registered with ``registry`` as one collector.

    Families that end in ``.read_from(callback)`` at start cost nothing until somebody scrapes.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._declare_intake()
        self._declare_spool()
        self._declare_pipeline()
        self._declare_out()
        self._declare_process()
        self.families = self.own_families()
        registry.register(self)

    def _declare_intake(self) -> None:
        self.accepted = CounterFamily(
            "sealane_investigator_accepted_events_total",
            "Events that were answered 202, or taken from Kubernetes; source is `errors`, `alerts` or `kubernetes`.",
            ("source",),
            unit="events",
        )
        self.requests = CounterFamily(
            "sealane_investigator_requests_total",
            "Requests by endpoint and status; `other` is every path that is none.",
            ("endpoint", "status"),
            unit="requests",
        )
        self.request_seconds = HistogramFamily(
            "sealane_investigator_request_seconds",
            "How long a request took; the stream is left out.",
            ("endpoint",),
            unit="seconds",
            bounds=REQUEST_BOUNDS,
        )
        self.refusals = CounterFamily(
            "sealane_investigator_refusals_total",
            "Requests that were refused, by the error code that was answered.",
            ("code",),
            unit="requests",
        )
        self.alerts_resolved = CounterFamily(
            "sealane_investigator_alerts_resolved_total", "Alerts that Alertmanager called resolved.", unit="alerts"
        )
        self.reported_drops = GaugeFamily(
            "sealane_investigator_reported_drops",
            "Events that reporters had to give up, as they told all replicas together.",
            unit="events",
        )

    def _declare_spool(self) -> None:
        self.spool_bytes = GaugeFamily(
            "sealane_investigator_spool_bytes", "What the spool takes of the disk.", unit="bytes"
        )
        self.spool_limit = GaugeFamily(
            "sealane_investigator_spool_limit_bytes", "What it may take; 0 without a spool.", unit="bytes"
        )
        self.backlog = GaugeFamily(
            "sealane_investigator_backlog_bytes",
            "Accepted and not yet in the database, as the spool holds it.",
            unit="bytes",
        )
        self.spool_bad = CounterFamily(
            "sealane_investigator_spool_bad_frames_total",
            "Places of the spool that could not be read; kind is `damaged` (in the middle) or `torn` (the end, which "
            "nobody was promised).",
            ("kind",),
            unit="places",
        )
        self.spool_adopted = CounterFamily(
            "sealane_investigator_spools_adopted_total", "Spools of dead replicas that were taken over.", unit="spools"
        )
        self.spool_failures = CounterFamily(
            "sealane_investigator_spool_failures_total", "Writes that the disk of the spool refused.", unit="writes"
        )
        self.sync_seconds = HistogramFamily(
            "sealane_investigator_spool_sync_seconds",
            "How long a group of appends took to write and fsync.",
            unit="seconds",
            bounds=REQUEST_BOUNDS,
        )
        self.drain_failures = CounterFamily(
            "sealane_investigator_drain_failures_total",
            "Attempts to move the spool into the database that failed, by the class of the error.",
            ("error",),
            unit="attempts",
        )

    def _declare_pipeline(self) -> None:
        self.events = CounterFamily(
            "sealane_investigator_events_total",
            "Events that went through the pipeline; result is `counted`, `replayed` (counted before) or `refused` (no "
            "database takes it).",
            ("result",),
            unit="events",
        )
        self.analysis_failures = CounterFamily(
            "sealane_investigator_analysis_failures_total",
            "Events whose analysis failed; they are counted as `unknown`.",
            unit="events",
        )
        self.changes = CounterFamily(
            "sealane_investigator_changes_total",
            "Changes of incidents that counting made; kind is as on the stream.",
            ("kind",),
            unit="changes",
        )
        self.detection_seconds = HistogramFamily(
            "sealane_investigator_detection_seconds",
            "From the moment an error happened, by its reporter's clock, to its count; replays are left out.",
            unit="seconds",
            bounds=DELAY_BOUNDS,
        )
        self.diagnosis_seconds = HistogramFamily(
            "sealane_investigator_diagnosis_seconds",
            "From the moment an investigation was wanted to its result in the database.",
            unit="seconds",
            bounds=DELAY_BOUNDS,
        )
        self.investigations = CounterFamily(
            "sealane_investigator_investigations_total",
            "Investigations; result is `written`, `taken` (somebody else has it), `stale` (somebody else took it over) "
            "or `failed`.",
            ("trigger", "result"),
            unit="investigations",
        )
        self.model_questions = CounterFamily(
            "sealane_investigator_model_questions_total",
            "Incidents that a model was asked about, or was not; outcome is one of docs/investigator.md.",
            ("outcome",),
            unit="questions",
        )
        self.investigations_waiting = GaugeFamily(
            "sealane_investigator_investigations_waiting",
            "Investigations that wait or run here.",
            unit="investigations",
        )

        self.investigations_due = GaugeFamily(
            "sealane_investigator_investigations_due",
            "Investigations that the database has and nobody has begun, of all replicas together.",
            unit="investigations",
        )

    def _declare_out(self) -> None:
        self.notices = GaugeFamily(
            "sealane_investigator_notices",
            "Messages that wait in the database, of all replicas together; state is `due` or `held` (by a parent).",
            ("state",),
            unit="messages",
        )
        self.stream_clients = GaugeFamily(
            "sealane_investigator_stream_clients", "Open connections of the stream.", unit="connections"
        )
        self.stream_messages = CounterFamily(
            "sealane_investigator_stream_messages_total", "Changes that were sent to clients.", unit="messages"
        )
        self.stream_closed = CounterFamily(
            "sealane_investigator_stream_closed_total",
            "Connections of the stream that ended; reason is `client`, `slow`, `unavailable` or `stopping`.",
            ("reason",),
            unit="connections",
        )
        self.notifications = CounterFamily(
            "sealane_investigator_notifications_total",
            "Attempts to deliver a notification; result is `delivered`, `failed` (tried again) or `given_up`.",
            ("channel", "result"),
            unit="attempts",
        )

    def _declare_process(self) -> None:
        self.event_loop_lag = HistogramFamily(
            "sealane_investigator_event_loop_lag_seconds",
            "How late a timer of the event loop fires.",
            unit="seconds",
            bounds=LOOP_LAG_BOUNDS,
        )
        self.log_lines_dropped = CounterFamily(
            "sealane_investigator_log_lines_dropped_total", "Log lines dropped because nobody took them.", unit="lines"
        )
        self.token_reloads = CounterFamily(
            "sealane_investigator_token_reloads_total",
            "Changes of the token file; result is `ok` or `refused`, and then those before stay in force.",
            ("result",),
            unit="reloads",
        )
        self.job_failures = CounterFamily(
            "sealane_investigator_job_failures_total",
            "Runs of a recurring job that failed; they are tried again.",
            ("job",),
            unit="runs",
        )
        self.build_info = GaugeFamily(
            "sealane_investigator_build_info", "1, with the version of sealane.", ("version",), unit="none"
        )
