"""Reviews of callers' tokens at a played API server, with clocks that stand still."""

import asyncio
from dataclasses import replace
from typing import Any

from prometheus_client import CollectorRegistry

from sealane_router.cluster.token_reviews import TokenReviews
from sealane_router.policy.service_account_tokens import PresentedToken
from sealane_router.policy.service_accounts import ServiceAccount
from sealane_router.settings.groups import TokenSettings
from sealane_telemetry.metrics import RouterMetrics
from tests.support.tokens import PlayedReviews
from tests.support.waiting import until


class TokenScene:
    """``now`` is monotonic, ``wall`` Unix seconds; both are the test's to move."""

    def __init__(self, **settings: Any) -> None:
        self.now = 1000.0
        self.wall = 5000.0
        self.api = PlayedReviews()
        self.registry = CollectorRegistry()
        metrics = RouterMetrics(self.registry).token_reviews
        chosen = replace(TokenSettings(), review=True, **settings)
        self.reviews = TokenReviews(self.api, chosen, metrics, clock=lambda: self.now, wall=lambda: self.wall)

    async def identify(self, token: PresentedToken) -> ServiceAccount:
        """What the layer of an exchange does."""
        return self.reviews.known(token) or await self.reviews.ask(token)

    def begin(self, token: PresentedToken) -> "asyncio.Task[ServiceAccount]":
        """The same, at the same time as others."""
        return asyncio.ensure_future(self.identify(token))

    async def settled(self) -> None:
        """Nothing is under review any more."""
        await until(lambda: self.metric("in_flight") + self.metric("waiting") == 0)

    def metric(self, name: str, **labels: str) -> float:
        """The value of one of the metrics."""
        names = {
            "in_flight": "sealane_token_reviews_in_flight",
            "waiting": "sealane_token_reviews_waiting",
            "remembered": "sealane_tokens_remembered",
            "held": "sealane_token_held_total",
            "reviews": "sealane_token_reviews_total",
        }
        return self.registry.get_sample_value(names[name], labels) or 0.0
