"""What clients get, what providers give, and how the routers are."""

from sealane_cli.chart.dashboards.grafana import Ask, Dashboard, Panel, Row, Variable

_HERE = 'namespace=~"$namespace"'
_ROUTE = f'{_HERE}, route=~"$route"'


def _rate(metric: str, by: str, labels: str = _ROUTE) -> str:
    return f"sum by ({by}) (rate({metric}{{{labels}}}[$__rate_interval]))"


def _percentile(metric: str, share: float, by: str, labels: str = _ROUTE) -> str:
    return f"histogram_quantile({share}, {_rate(f'{metric}_bucket', f'le, {by}', labels)})"


def _failed_share() -> str:
    failed = _rate("sealane_exchanges_total", "route", _ROUTE + ', code=~"provider_.+|overloaded|internal_error"')
    return f"{failed} / {_rate('sealane_exchanges_total', 'route')}"


_CLIENTS = Row(
    "What clients get",
    [
        Panel(
            "Exchanges",
            "Requests by route. A route that falls to nothing has lost its callers, or its models went to another one.",
            [Ask(_rate("sealane_exchanges_total", "route"), "{{route}}")],
            unit="reqps",
        ),
        Panel(
            "Exchanges that failed",
            "The share that ended with a failure of a provider or of the gateway, after retries and fallbacks.",
            [Ask(_failed_share(), "{{route}}")],
            unit="percentunit",
        ),
        Panel(
            "Answers by code",
            "What clients were told: the error code of docs/api.md, ok without one.",
            [Ask(_rate("sealane_exchanges_total", "code"), "{{code}}")],
            unit="reqps",
            stacked=True,
        ),
        Panel(
            "Time to first content",
            "From the first byte of a request to the first content of its answer.",
            [
                Ask(_percentile("sealane_time_to_first_content_seconds", 0.5, "route"), "{{route}} half"),
                Ask(_percentile("sealane_time_to_first_content_seconds", 0.95, "route"), "{{route}} 95 %"),
            ],
            unit="s",
        ),
        Panel(
            "Time to the last byte",
            "Of 95 % of the exchanges; long answers are no fault.",
            [Ask(_percentile("sealane_exchange_duration_seconds", 0.95, "route"), "{{route}}")],
            unit="s",
        ),
        Panel(
            "Tokens",
            "As the providers counted them.",
            [Ask(_rate("sealane_tokens_total", "provider, direction"), "{{provider}} {{direction}}")],
            unit="short",
        ),
        Panel(
            "Refused for a limit",
            "By the limit of a rule or of a tenant; the provider was not asked.",
            [Ask(_rate("sealane_limited_total", "scope, kind", _HERE), "{{scope}} {{kind}}")],
            unit="reqps",
        ),
        Panel(
            "Refused for a key or a model",
            "Keys that nobody was given, models that a caller may not use, models that no route claims.",
            [
                Ask(_rate("sealane_unauthenticated_total", "reason", _HERE), "{{reason}}"),
                Ask(f"sum(rate(sealane_model_not_found_total{{{_HERE}}}[$__rate_interval]))", "unknown model"),
            ],
            unit="reqps",
        ),
        Panel(
            "Requests refused before they were exchanges",
            "Malformed, too large, or more than the router takes at once.",
            [Ask(_rate("sealane_rejected_requests_total", "reason", _HERE), "{{reason}}")],
            unit="reqps",
        ),
    ],
)

_PROVIDERS = Row(
    "What providers give",
    [
        Panel(
            "Failed attempts",
            "By provider and class. Clients see of it what retries and fallbacks do not mend.",
            [
                Ask(
                    _rate("sealane_attempts_total", "provider, result", _ROUTE + ', result!~"ok|client_gone|drained"'),
                    "{{provider}} {{result}}",
                )
            ],
            unit="reqps",
        ),
        Panel(
            "Breakers that are open",
            "Routers at which a provider's breaker is open. All of them: an outage. One: that router's own way there.",
            [
                Ask(
                    f'sum by (route, provider) (sealane_breaker_state{{{_ROUTE}, state="open"}})',
                    "{{route}} {{provider}}",
                )
            ],
            unit="short",
        ),
        Panel(
            "Breaker transitions",
            "Opening and closing again and again means that the provider is half well, or openFor too short.",
            [Ask(_rate("sealane_breaker_transitions_total", "provider, to"), "{{provider}} {{to}}")],
            unit="ops",
        ),
        Panel(
            "Time to first content by provider",
            "Of 95 % of the exchanges that it served.",
            [Ask(_percentile("sealane_time_to_first_content_seconds", 0.95, "provider"), "{{provider}}")],
            unit="s",
        ),
        Panel(
            "Fallbacks",
            "Attempts at a fallback target: what clients would have lost without it.",
            [Ask(_rate("sealane_fallbacks_total", "route, provider"), "{{route}} to {{provider}}")],
            unit="reqps",
        ),
        Panel(
            "Retries",
            "Attempts at a target that was tried before, and those that the retry budget left out.",
            [
                Ask(_rate("sealane_retries_total", "route"), "{{route}}"),
                Ask(_rate("sealane_retry_budget_exhausted_total", "route"), "{{route}} left out"),
            ],
            unit="reqps",
        ),
        Panel(
            "Concurrency in use",
            "The share of maxConcurrency. At 100 % a target is skipped.",
            [
                Ask(
                    f"max by (route, provider) (sealane_concurrency_in_use{{{_ROUTE}}}"
                    f" / sealane_concurrency_limit{{{_ROUTE}}})",
                    "{{route}} {{provider}}",
                )
            ],
            unit="percentunit",
        ),
        Panel(
            "Parked credentials and pauses",
            "A parked credential was refused or has no quota left; a pause follows a rate limit.",
            [
                Ask(f"sum by (provider) (sealane_credential_parked{{{_ROUTE}}})", "{{provider}} parked"),
                Ask(_rate("sealane_provider_pauses_total", "provider"), "{{provider}} pauses a second"),
            ],
        ),
        Panel(
            "Connections to providers",
            "Open ones, and those that could not be opened.",
            [
                Ask(f"sum by (provider, state) (sealane_upstream_connections{{{_ROUTE}}})", "{{provider}} {{state}}"),
                Ask(_rate("sealane_upstream_connects_total", "provider, result"), "{{provider}} opened: {{result}}"),
            ],
        ),
    ],
)

_ROUTERS = Row(
    "How the routers are",
    [
        Panel(
            "Ready routers",
            "Draining ones are not ready; one that left for a fault of its own is not either.",
            [Ask(f"sum(sealane_ready{{{_HERE}}})", "ready"), Ask(f"count(sealane_ready{{{_HERE}}})", "running")],
            kind="stat",
            width=4,
        ),
        Panel(
            "Left for a local fault",
            "Routers that cannot reach what their peers reach.",
            [Ask(f"sum(sealane_left_for_local_fault{{{_HERE}}})", "left")],
            kind="stat",
            width=4,
        ),
        Panel(
            "Exchanges in flight",
            "By router.",
            [Ask(f"sum by (pod) (sealane_in_flight_exchanges{{{_HERE}}})", "{{pod}}")],
        ),
        Panel(
            "Event loop lag",
            "How late 99 % of the timers are at most. Above 50 ms there should be more routers, or more CPU for each.",
            [Ask(_percentile("sealane_event_loop_lag_seconds", 0.99, "pod", _HERE), "{{pod}}")],
            unit="s",
        ),
        Panel(
            "Request bodies in memory",
            "The share of what a router may hold. At 100 % it answers 503 overloaded.",
            [
                Ask(
                    f"sealane_buffered_body_bytes{{{_HERE}}} / sealane_buffered_body_limit_bytes{{{_HERE}}}",
                    "{{pod}}",
                )
            ],
            unit="percentunit",
        ),
        Panel(
            "Age of what the Kubernetes API said",
            "A router that hears nothing serves what it last knew, stable only after a minute without the operator.",
            [Ask(f"max by (pod) (sealane_kubernetes_api_age_seconds{{{_HERE}}})", "{{pod}}")],
            unit="s",
        ),
        Panel(
            "Routes with problems",
            "Routes that a router does not serve as their status points at them.",
            [Ask(f"max by (pod) (sealane_routes_with_problems{{{_HERE}}})", "{{pod}}")],
        ),
        Panel(
            "Peers that report",
            "Fewer than there are other routers: readiness cannot tell a local fault from an outage.",
            [Ask(f"min by (pod) (sealane_peers_fresh{{{_HERE}}})", "{{pod}}")],
        ),
        Panel(
            "Client connections",
            "Open ones of the traffic port.",
            [Ask(f"sum by (pod) (sealane_client_connections{{{_HERE}}})", "{{pod}}")],
        ),
    ],
)

TRAFFIC = Dashboard(
    "sealane-traffic",
    "Sealane / Traffic",
    "What clients get, what providers give, and how the routers are.",
    [
        Variable("namespace", "Installation", "sealane_ready"),
        Variable("route", "Route", "sealane_exchanges_total"),
    ],
    [_CLIENTS, _PROVIDERS, _ROUTERS],
)
