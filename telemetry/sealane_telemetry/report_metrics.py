"""The metrics of what a router tells the investigator; without an investigator they stay at zero."""

from typing import Any

from .series import CounterFamily, Family, GaugeFamily


class ReportMetrics:
    """What became of error events; see :class:`.metrics.RouterMetrics`."""

    def __init__(self) -> None:
        self.queued = GaugeFamily(
            "sealane_router_events_queued", "Error events that wait for the investigator.", unit="events"
        )
        self.queued_bytes = GaugeFamily(
            "sealane_router_events_queued_bytes", "What they hold in memory, about.", unit="bytes"
        )
        self.sent = CounterFamily(
            "sealane_router_events_sent_total", "Error events that the investigator accepted.", unit="events"
        )
        self.dropped = CounterFamily(
            "sealane_router_events_dropped_total",
            "Errors that the investigator was not told of; reason is `queue_full`, `queue_bytes`, `refused` (by the "
            "investigator) or `shutdown`.",
            ("reason",),
            unit="errors",
        )
        self.batches = CounterFamily(
            "sealane_router_event_batches_total",
            "Batches of error events sent; result is `accepted`, `refused`, `busy`, `unauthorized`, `status`, "
            "`connect`, `timeout` or `no_token`.",
            ("result",),
            unit="batches",
        )

    @property
    def families(self) -> tuple[Family[Any], ...]:
        """All of them, in order."""
        return tuple(vars(self).values())
