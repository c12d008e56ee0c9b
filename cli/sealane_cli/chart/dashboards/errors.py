"""What goes wrong and is explained, and how the investigator is."""

from sealane_cli.chart.dashboards.grafana import Ask, Dashboard, Panel, Row, Variable

_HERE = 'namespace=~"$namespace"'


def _rate(metric: str, by: str) -> str:
    return f"sum by ({by}) (rate({metric}{{{_HERE}}}[$__rate_interval]))"


def _percentile(metric: str, share: float, by: str = "") -> str:
    return f"histogram_quantile({share}, {_rate(f'{metric}_bucket', f'le, {by}' if by else 'le')})"


_ERRORS = Row(
    "Errors",
    [
        Panel(
            "Errors that are counted",
            "Events that went through the pipeline. Which incidents they belong to is on the investigator's own page.",
            [Ask(_rate("sealane_investigator_events_total", "result"), "{{result}}")],
            unit="ops",
        ),
        Panel(
            "What happens to incidents",
            "New kinds of errors, and those that came back or grew far beyond what they were.",
            [Ask(_rate("sealane_investigator_changes_total", "kind"), "{{kind}}")],
            unit="ops",
        ),
        Panel(
            "From the error to its count",
            "Half and 95 % of them, by the reporters' clocks.",
            [
                Ask(_percentile("sealane_investigator_detection_seconds", 0.5), "half"),
                Ask(_percentile("sealane_investigator_detection_seconds", 0.95), "95 %"),
            ],
            unit="s",
        ),
        Panel(
            "From the wish to the diagnosis",
            "Of 95 % of the investigations; those that ask a model take seconds.",
            [Ask(_percentile("sealane_investigator_diagnosis_seconds", 0.95), "95 %")],
            unit="s",
        ),
        Panel(
            "Investigations",
            "By trigger and result.",
            [Ask(_rate("sealane_investigator_investigations_total", "trigger, result"), "{{trigger}}: {{result}}")],
            unit="ops",
        ),
        Panel(
            "Errors that routers could not tell",
            "Counts of incidents are at least what they say when this is not 0.",
            [
                Ask(f"sum by (pod) (sealane_router_events_queued{{{_HERE}}})", "{{pod}} waits"),
                Ask(f"sum(sealane_investigator_reported_drops{{{_HERE}}})", "given up"),
            ],
        ),
    ],
)

_PROCESS = Row(
    "The investigator",
    [
        Panel(
            "Spool",
            "What it takes of what it may take. When it is full, errors are answered 503.",
            [
                Ask(f"sum by (pod) (sealane_investigator_spool_bytes{{{_HERE}}})", "{{pod}}"),
                Ask(f"sum by (pod) (sealane_investigator_spool_limit_bytes{{{_HERE}}})", "{{pod}} limit"),
            ],
            unit="bytes",
        ),
        Panel(
            "Backlog",
            "Accepted and not yet in the database.",
            [Ask(f"sum by (pod) (sealane_investigator_backlog_bytes{{{_HERE}}})", "{{pod}}")],
            unit="bytes",
        ),
        Panel(
            "How long requests take",
            "Of 95 % of them, by endpoint.",
            [Ask(_percentile("sealane_investigator_request_seconds", 0.95, "endpoint"), "{{endpoint}}")],
            unit="s",
        ),
        Panel(
            "Requests",
            "By status.",
            [Ask(_rate("sealane_investigator_requests_total", "status"), "{{status}}")],
            unit="reqps",
            stacked=True,
        ),
        Panel(
            "Investigations that wait",
            "More and more of them: a model that is slow, or routers that do not report.",
            [Ask(f"sum by (pod) (sealane_investigator_investigations_waiting{{{_HERE}}})", "{{pod}}")],
        ),
        Panel(
            "Event loop lag",
            "How late 99 % of the timers are at most.",
            [Ask(_percentile("sealane_investigator_event_loop_lag_seconds", 0.99, "pod"), "{{pod}}")],
            unit="s",
        ),
    ],
)

ERRORS = Dashboard(
    "sealane-errors",
    "Sealane / Errors",
    "What goes wrong and is explained, and how the investigator is.",
    [Variable("namespace", "Installation", "sealane_investigator_build_info")],
    [_ERRORS, _PROCESS],
)
