"""Every metric of a router: its name, its labels and what it means.

Labels are bounded: routes, rules, revisions and providers come from the configuration and leave with it
(:meth:`RouterMetrics.forget_all_but`), everything else from closed sets. Nothing that a client chooses is a label.
``docs/metrics.md`` lists the metrics; a test compares the two.
"""

from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry

from sealane_api.route_table import RouteTable

from .cluster_metrics import ClusterMetrics
from .exchange_counters import ExchangeCounters
from .peer_metrics import PeerMetrics
from .report_metrics import ReportMetrics
from .series import CounterFamily, FamilyCollector, GaugeFamily, HistogramFamily
from .token_metrics import TokenMetrics

#: Upper bounds in seconds: an exchange may be an embedding in 10 ms or a stream of minutes.
DURATION_BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
FIRST_CONTENT_BOUNDS = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 60.0)
LOOP_LAG_BOUNDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)

_MAX_BOUND_COUNTERS = 10_000


class RouterMetrics(FamilyCollector):
    """The metrics of one router process, registered with ``registry`` as one collector.

    Families that end in ``.read_from(callback)`` at start (state of breakers, connections, buffers) cost
    nothing until somebody scrapes. Written by one thread.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._declare_exchanges()
        self._declare_resilience()
        self._declare_listener()
        self._declare_configuration()
        self._declare_process()
        self.cluster = ClusterMetrics()
        self.peers = PeerMetrics()
        self.reports = ReportMetrics()
        self.token_reviews = TokenMetrics()
        self.families = (
            *self.own_families(),
            *self.cluster.families,
            *self.peers.families,
            *self.reports.families,
            *self.token_reviews.families,
        )
        self._bound: dict[tuple[str, str, str, str, str], ExchangeCounters] = {}
        registry.register(self)

    def of_exchange(self, route: str, rule: str, revision: str, provider: str, api: str) -> ExchangeCounters:
        """Return the bound series that an exchange touches at its end."""
        key = (route, rule, revision, provider, api)
        bound = self._bound.get(key)
        if bound is None:
            if len(self._bound) >= _MAX_BOUND_COUNTERS:
                self._bound.clear()
            bound = self._bound[key] = ExchangeCounters(
                key, self.exchanges, self.exchange_duration, self.first_content, self.tokens
            )
        return bound

    def forget_all_but(self, *tables: RouteTable) -> Iterator[None]:
        """Forget the series of routes, revisions, rules and providers that are in none of ``tables``.

        Does a part of it before each item, so that an event loop can turn in between. Go through it some scrapes after
        a reload, so that the last values of what left have been seen. An empty label (no route was found, nothing was
        sent) always stays.
        """
        live = _Live()
        for table in tables:
            live.add(table)
            yield
        self._bound.clear()
        for family in self.families:
            if "route" in family.label_names:
                family.keep(live)
                yield

    def _declare_exchanges(self) -> None:
        self.exchanges = CounterFamily(
            "sealane_exchanges_total",
            "Exchanges that ended, by the error code the client got (`ok` without one; `client_gone`).",
            ("route", "rule", "revision", "provider", "api", "code"),
            unit="exchanges",
        )
        self.exchange_duration = HistogramFamily(
            "sealane_exchange_duration_seconds",
            "From the first byte of the request to the last byte of the answer.",
            ("route", "rule", "api"),
            unit="seconds",
            bounds=DURATION_BOUNDS,
        )
        self.first_content = HistogramFamily(
            "sealane_time_to_first_content_seconds",
            "From the first byte of the request to the commit.",
            ("route", "provider"),
            unit="seconds",
            bounds=FIRST_CONTENT_BOUNDS,
        )
        self.tokens = CounterFamily(
            "sealane_tokens_total",
            "Tokens as the provider counted them; direction is `input` or `output`.",
            ("route", "provider", "direction"),
            unit="tokens",
        )
        self.in_flight_exchanges = GaugeFamily(
            "sealane_in_flight_exchanges", "Exchanges that have not ended.", unit="exchanges"
        )
        self.limited = CounterFamily(
            "sealane_limited_total",
            "Exchanges refused by a limit; scope is `rule` or `tenant`, kind is `requests` or `tokens`.",
            ("scope", "kind", "route"),
            unit="exchanges",
        )
        self.unauthenticated = CounterFamily(
            "sealane_unauthenticated_total",
            "Requests refused for their key; reason is `missing`, `unknown` or `model_not_allowed`.",
            ("reason",),
            unit="requests",
        )
        self.model_not_found = CounterFamily(
            "sealane_model_not_found_total", "Requests for a model that no route claims.", unit="requests"
        )

    def _declare_resilience(self) -> None:
        self.attempts = CounterFamily(
            "sealane_attempts_total",
            "Attempts that ended; result is `ok`, `client_gone`, `drained` or a failure class.",
            ("route", "provider", "rule", "result"),
            unit="attempts",
        )
        self.retries = CounterFamily(
            "sealane_retries_total",
            "Attempts at a target that the exchange had tried before.",
            ("route", "rule"),
            unit="attempts",
        )
        self.retry_budget_exhausted = CounterFamily(
            "sealane_retry_budget_exhausted_total",
            "Retries that were left out because the rule's budget was spent.",
            ("route", "rule", "arm"),
            unit="retries",
        )
        self.fallbacks = CounterFamily(
            "sealane_fallbacks_total",
            "Attempts at a fallback target, by the provider fallen back to.",
            ("route", "rule", "provider"),
            unit="attempts",
        )
        self.breaker_state = GaugeFamily(
            "sealane_breaker_state",
            "1 for the state the breaker is in, 0 for the others; state is `closed`, `open` or `half_open`.",
            ("route", "provider", "arm", "state"),
            unit="boolean",
        )
        self.breaker_transitions = CounterFamily(
            "sealane_breaker_transitions_total",
            "Changes of a breaker's state, by the new state.",
            ("route", "provider", "arm", "to"),
            unit="transitions",
        )
        self.credential_parked = GaugeFamily(
            "sealane_credential_parked",
            "1 while the provider's credential is parked.",
            ("route", "provider", "arm"),
            unit="boolean",
        )
        self.provider_pauses = CounterFamily(
            "sealane_provider_pauses_total",
            "Pauses of a provider's model after a rate limit.",
            ("route", "provider", "arm"),
            unit="pauses",
        )
        self.concurrency_in_use = GaugeFamily(
            "sealane_concurrency_in_use",
            "Attempts in flight at the provider.",
            ("route", "provider", "arm"),
            unit="attempts",
        )
        self.concurrency_limit = GaugeFamily(
            "sealane_concurrency_limit",
            "The provider's `maxConcurrency`.",
            ("route", "provider", "arm"),
            unit="attempts",
        )
        self.health_checks = CounterFamily(
            "sealane_health_checks_total",
            "Active health checks; result is `ok` or a failure class.",
            ("route", "provider", "arm", "result"),
            unit="checks",
        )
        self.models_refresh = CounterFamily(
            "sealane_models_refresh_total",
            "Reads of a provider's list of models; result is `ok` or a failure class.",
            ("route", "provider", "result"),
            unit="reads",
        )

    def _declare_listener(self) -> None:
        self.client_connections = GaugeFamily(
            "sealane_client_connections", "Open connections of the traffic port.", unit="connections"
        )
        self.upstream_connections = GaugeFamily(
            "sealane_upstream_connections",
            "Open connections to the provider; state is `idle` or `busy`.",
            ("route", "provider", "arm", "state"),
            unit="connections",
        )
        self.upstream_connects = CounterFamily(
            "sealane_upstream_connects_total",
            "Connections begun; result is `ok` or an error code of docs/faults.md.",
            ("route", "provider", "arm", "result"),
            unit="connections",
        )
        self.upstream_stale_connections = CounterFamily(
            "sealane_upstream_stale_connections_total",
            "Pooled connections found closed when a request was sent; it went out on a new one.",
            ("route", "provider", "arm"),
            unit="connections",
        )
        self.buffered_body = GaugeFamily(
            "sealane_buffered_body_bytes", "Request bodies held in memory, all together.", unit="bytes"
        )
        self.buffered_body_limit = GaugeFamily(
            "sealane_buffered_body_limit_bytes", "What they may take at most.", unit="bytes"
        )
        self.rejected_requests = CounterFamily(
            "sealane_rejected_requests_total",
            "Requests that were refused before they became exchanges, by the error code.",
            ("reason",),
            unit="requests",
        )

    def _declare_configuration(self) -> None:
        self.config_reloads = CounterFamily(
            "sealane_config_reloads_total",
            "Changes of files that took effect; kind is `routes`, `keys` or `credentials`.",
            ("kind",),
            unit="reloads",
        )
        self.config_reload_failures = CounterFamily(
            "sealane_config_reload_failures_total",
            "Changes of files that were refused; what was there before stays in force.",
            ("kind",),
            unit="reloads",
        )
        self.config_last_reload = GaugeFamily(
            "sealane_config_last_reload_timestamp_seconds",
            "When a change of files last took effect.",
            ("kind",),
            unit="seconds since the epoch",
        )
        self.route_table_info = GaugeFamily(
            "sealane_route_table_info",
            "1, with the hash of the route table in force.",
            ("hash",),
            unit="none",
        )
        self.routes = GaugeFamily("sealane_routes", "Routes in the route table.", unit="routes")
        self.rules = GaugeFamily("sealane_rules", "Rules in the route table.", unit="rules")
        self.providers = GaugeFamily("sealane_providers", "Providers in the route table.", unit="providers")

    def _declare_process(self) -> None:
        self.exchange_log_dropped = CounterFamily(
            "sealane_exchange_log_dropped_total",
            "Exchange lines dropped because nobody took them.",
            unit="lines",
        )
        self.log_lines_dropped = CounterFamily(
            "sealane_log_lines_dropped_total",
            "Other log lines dropped because nobody took them.",
            unit="lines",
        )
        self.event_loop_lag = HistogramFamily(
            "sealane_event_loop_lag_seconds",
            "How late a timer of the event loop fires.",
            unit="seconds",
            bounds=LOOP_LAG_BOUNDS,
        )
        self.draining = GaugeFamily("sealane_draining", "1 while the router drains.", unit="boolean")
        self.ready = GaugeFamily("sealane_ready", "1 while the router is ready.", unit="boolean")
        self.build_info = GaugeFamily(
            "sealane_build_info", "1, with the version of sealane.", ("version",), unit="none"
        )


class _Live:
    """Says whether a series belongs to what route tables hold."""

    def __init__(self) -> None:
        self._routes = {""}
        self._parts: dict[str, set[tuple[str, str]]] = {part: set() for part in ("revision", "rule", "provider", "arm")}

    def add(self, table: RouteTable) -> None:
        """Count what ``table`` holds among the living."""
        parts = self._parts
        self._routes |= {route.key for route in table.routes}
        for arm, routes in (("stable", table.routes), ("candidate", table.candidates)):
            parts["arm"] |= {(route.key, arm) for route in routes}
            parts["revision"] |= {(route.key, route.revision) for route in routes}
            parts["rule"] |= {(route.key, rule.name) for route in routes for rule in route.rules}
            parts["provider"] |= {(route.key, provider.name) for route in routes for provider in route.providers}

    def __call__(self, labels: Mapping[str, str]) -> bool:
        route = labels["route"]
        return route in self._routes and all(
            not labels.get(part) or (route, labels[part]) in live for part, live in self._parts.items()
        )
