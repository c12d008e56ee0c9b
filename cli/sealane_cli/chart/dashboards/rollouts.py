"""What changes, what was rolled back and why, and how the operator is."""

from sealane_cli.chart.dashboards.grafana import Ask, Dashboard, Panel, Row, Variable

_HERE = 'namespace=~"$namespace"'
_ROUTE = f'{_HERE}, route=~"$route"'


def _rate(metric: str, by: str, labels: str = _HERE) -> str:
    return f"sum by ({by}) (rate({metric}{{{labels}}}[$__rate_interval]))"


def _percentile(metric: str, share: float, by: str = "") -> str:
    return f"histogram_quantile({share}, {_rate(f'{metric}_bucket', f'le, {by}' if by else 'le')})"


_ROUTES = Row(
    "Routes",
    [
        Panel(
            "Routes that are known",
            "All, and those whose condition Ready is not True.",
            [
                Ask(f"count(sealane_route_info{{{_ROUTE}}})", "known"),
                Ask(f'sum(sealane_route_condition{{{_ROUTE}, type="Ready"}} < bool 1)', "not ready"),
                Ask(f'sum(sealane_route_condition{{{_ROUTE}, type="Stalled"}} == bool 1)', "stalled"),
            ],
            kind="stat",
        ),
        Panel(
            "Where rollouts are",
            "Routes by the phase of their rollout.",
            [Ask(f"count by (phase) (sealane_route_info{{{_ROUTE}}})", "{{phase}}")],
            stacked=True,
        ),
        Panel(
            "Weight of candidates",
            "The share of a route's traffic that its candidate has.",
            [Ask(f"max by (route) (sealane_route_weight{{{_ROUTE}}})", "{{route}}")],
            unit="percent",
        ),
        Panel(
            "Revisions",
            "The numbers of what serves and of what is on trial.",
            [Ask(f"max by (route, arm) (sealane_route_revision{{{_ROUTE}}})", "{{route}} {{arm}}")],
        ),
        Panel(
            "Conditions",
            "1 is true, 0 false, -1 unknown.",
            [
                Ask(
                    f'max by (route, type) (sealane_route_condition{{{_ROUTE}, type=~"Ready|Programmed|Stalled"}})',
                    "{{route}} {{type}}",
                )
            ],
            kind="state-timeline",
        ),
        Panel(
            "Verdicts",
            "What the analysis of each rollout says at the moment.",
            [
                Ask(
                    f"max by (route, check, verdict) (sealane_rollout_verdict{{{_ROUTE}}})",
                    "{{route}} {{check}}: {{verdict}}",
                )
            ],
            kind="state-timeline",
        ),
        Panel(
            "Rollouts that ended",
            "In the last hour, by how.",
            [Ask(f"sum by (status) (increase(sealane_rollouts_total{{{_ROUTE}}}[1h]))", "{{status}}")],
            kind="stat",
        ),
        Panel(
            "Rollbacks",
            "In the last hour, by route and reason.",
            [
                Ask(
                    f"sum by (route, reason) (increase(sealane_rollbacks_total{{{_ROUTE}}}[1h]))",
                    "{{route}} {{reason}}",
                )
            ],
        ),
        Panel(
            "From the first bad exchange to the rollback",
            "Of the rollbacks of the last hour, the slowest twentieth.",
            [
                Ask(
                    "histogram_quantile(0.95, sum by (le) (increase(sealane_rollback_detection_seconds_bucket"
                    f"{{{_HERE}}}[1h])))",
                    "95 %",
                )
            ],
            unit="s",
        ),
    ],
)

_FLEET = Row(
    "Routers as the operator sees them",
    [
        Panel(
            "Routers",
            "Silent ones do not answer its polls: their candidates fall back to stable within a minute.",
            [Ask(f"sum by (state) (sealane_operator_routers{{{_HERE}}})", "{{state}}")],
        ),
        Panel(
            "Polls",
            "How long 95 % of the reports took, and those that did not come.",
            [
                Ask(_percentile("sealane_operator_poll_seconds", 0.95), "95 %"),
                Ask(_rate("sealane_operator_poll_errors_total", "kind"), "{{kind}} a second"),
            ],
            unit="s",
        ),
    ],
)

_OPERATOR = Row(
    "The operator",
    [
        Panel(
            "Leaders",
            "One. None: nothing that is changed goes live. Two: see the runbook.",
            [Ask(f"sum(sealane_operator_leader{{{_HERE}}})", "leaders")],
            kind="stat",
            width=4,
        ),
        Panel(
            "Age of the Lease",
            "Since the leader last renewed it.",
            [Ask(f"max(sealane_operator_lease_age_seconds{{{_HERE}}})", "age")],
            unit="s",
            kind="stat",
            width=4,
        ),
        Panel(
            "Looks at routes",
            "By result.",
            [Ask(_rate("sealane_operator_reconciles_total", "result"), "{{result}}")],
            unit="ops",
        ),
        Panel(
            "How long a look takes",
            "Of 95 % of them, and how long they waited before.",
            [
                Ask(_percentile("sealane_operator_reconcile_seconds", 0.95), "look"),
                Ask(_percentile("sealane_operator_queue_seconds", 0.95), "wait"),
            ],
            unit="s",
        ),
        Panel(
            "Queue",
            "Routes by state.",
            [Ask(f"sum by (state) (sealane_operator_queue_depth{{{_HERE}}})", "{{state}}")],
            stacked=True,
        ),
        Panel(
            "Calls to the Kubernetes API",
            "By status; 0 means that no answer came.",
            [Ask(_rate("sealane_operator_api_calls_total", "code"), "{{code}}")],
            unit="reqps",
            stacked=True,
        ),
        Panel(
            "How long calls take",
            "Of 95 % of them, by verb.",
            [Ask(_percentile("sealane_operator_api_call_seconds", 0.95, "verb"), "{{verb}}")],
            unit="s",
        ),
        Panel(
            "Silence of watches",
            "For how long each has said nothing. Liveness fails before it is too long.",
            [Ask(f"max by (kind) (sealane_operator_watch_last_event_age_seconds{{{_HERE}}})", "{{kind}}")],
            unit="s",
        ),
        Panel(
            "Objects",
            "What the watches have shown.",
            [Ask(f"max by (kind) (sealane_operator_objects{{{_HERE}}})", "{{kind}}")],
        ),
        Panel(
            "Events",
            "Written, counted in one that was written, or dropped because there were too many.",
            [Ask(_rate("sealane_operator_events_total", "result"), "{{result}}")],
            unit="ops",
        ),
    ],
)

ROLLOUTS = Dashboard(
    "sealane-rollouts",
    "Sealane / Rollouts",
    "What changes, what was rolled back and why, and how the operator is.",
    [
        Variable("namespace", "Installation", "sealane_operator_leader"),
        Variable("route", "Route", "sealane_route_info"),
    ],
    [_ROUTES, _FLEET, _OPERATOR],
)
