"""The metrics of a router that follows the Kubernetes API; without one they stay at zero."""

from typing import Any

from .series import CounterFamily, Family, GaugeFamily


class ClusterMetrics:
    """What became of lists, watches, revisions, Secrets and the snapshot; see :class:`.metrics.RouterMetrics`.

    ``resource`` is ``routes`` or ``secrets``, other labels come from closed sets too.
    """

    def __init__(self) -> None:
        self.api_age = GaugeFamily(
            "sealane_kubernetes_api_age_seconds",
            "Time since the Kubernetes API last confirmed the routes; absent until it did.",
            unit="seconds",
        )
        self.watch_errors = CounterFamily(
            "sealane_kubernetes_watch_errors_total",
            "Lists and watches that failed; kind is `unreachable`, `unreadable`, `refused`, `gone`, `denied`, "
            "`missing` or `busy`.",
            ("resource", "kind"),
            unit="failures",
        )
        self.watch_relists = CounterFamily(
            "sealane_kubernetes_relists_total",
            "Lists after the first; reason is `needed` (the API demanded it, or nobody knew what was missed) or "
            "`resync`.",
            ("resource", "reason"),
            unit="lists",
        )
        self.revisions_fetched = CounterFamily(
            "sealane_revisions_fetched_total",
            "Revisions asked for; result is `ok`, `missing`, `failed` or `refused` (not that route's, or not with that "
            "hash).",
            ("result",),
            unit="revisions",
        )
        self.route_problems = GaugeFamily(
            "sealane_routes_with_problems",
            "Routes that are not served as their status points at them, or without one of their Secrets, for a reason "
            "that waiting does not mend.",
            unit="routes",
        )
        self.secrets_watched = GaugeFamily(
            "sealane_secrets_watched", "Secrets that are watched, each by its name.", unit="Secrets"
        )
        self.snapshot_writes = CounterFamily(
            "sealane_snapshot_writes_total",
            "Snapshots of the stable revisions or their keys; part is `routes` or `keys`, result `ok` or `failed`.",
            ("part", "result"),
            unit="writes",
        )
        self.snapshot_age = GaugeFamily(
            "sealane_snapshot_age_seconds",
            "Time since the snapshot was last written; absent until this process wrote one.",
            unit="seconds",
        )

    @property
    def families(self) -> tuple[Family[Any], ...]:
        """All of them, in order."""
        return tuple(vars(self).values())
