"""The metrics of readiness that asks its peers; without peers they stay at zero."""

from typing import Any

from .series import CounterFamily, Family, GaugeFamily


class PeerMetrics:
    """What a router knows of its peers, and whether it left for a local fault; see :class:`.metrics.RouterMetrics`."""

    def __init__(self) -> None:
        self.known = GaugeFamily("sealane_peers", "Other routers that are known, ready or not.", unit="routers")
        self.fresh = GaugeFamily(
            "sealane_peers_fresh", "Peers whose report is young enough to count (10 s).", unit="routers"
        )
        self.errors = CounterFamily(
            "sealane_peer_errors_total",
            "Questions to peers without a usable answer; reason is `connect`, `timeout`, `status`, `too_long`, "
            "`unreadable`, or `resolve` when a name of `SEALANE_PEERS` has no address.",
            ("reason",),
            unit="questions",
        )
        self.suspected = GaugeFamily(
            "sealane_critical_rules_unserved",
            "Critical rules that can reach none of their providers from here, whatever peers say; at most 256.",
            unit="rules",
        )
        self.left = GaugeFamily(
            "sealane_left_for_local_fault",
            "1 while the router is unready for a fault that its peers do not have.",
            unit="boolean",
        )
        self.departures = CounterFamily(
            "sealane_local_fault_departures_total", "Times the router left for a local fault.", unit="departures"
        )
        self.returns = CounterFamily(
            "sealane_local_fault_returns_total",
            "Times it came back; reason is `healed`, `trial`, `not_local`, `too_few_ready`, `no_peer` or `failed`.",
            ("reason",),
            unit="returns",
        )

    @property
    def families(self) -> tuple[Family[Any], ...]:
        """All of them, in order."""
        return tuple(vars(self).values())
