"""The metrics of a router that takes ServiceAccounts' tokens; without them they stay at zero."""

from typing import Any

from .series import CounterFamily, Family, GaugeFamily


class TokenMetrics:
    """What became of reviews of tokens, and what is remembered of them; see :class:`.metrics.RouterMetrics`."""

    def __init__(self) -> None:
        self.reviews = CounterFamily(
            "sealane_token_reviews_total",
            "Reviews of ServiceAccounts' tokens; result is `accepted`, `rejected`, `failed` (the Kubernetes API did "
            "not say) or `crowded` (there were too many at once to ask).",
            ("result",),
            unit="reviews",
        )
        self.in_flight = GaugeFamily(
            "sealane_token_reviews_in_flight", "Reviews that the Kubernetes API has not answered.", unit="reviews"
        )
        self.waiting = GaugeFamily("sealane_token_reviews_waiting", "Tokens that wait to be reviewed.", unit="tokens")
        self.remembered = GaugeFamily(
            "sealane_tokens_remembered",
            "Tokens whose ServiceAccount is remembered; at most `SEALANE_TOKEN_CACHE`.",
            unit="tokens",
        )
        self.held = CounterFamily(
            "sealane_token_held_total",
            "Requests let in by what was remembered of their token, because reviews fail.",
            unit="requests",
        )

    @property
    def families(self) -> tuple[Family[Any], ...]:
        """All of them, in order."""
        return tuple(vars(self).values())
