"""The Kubernetes API as it is asked about callers' tokens."""

from pathlib import Path

from sealane_router.cluster.kube.api import KubeApi
from sealane_router.cluster.token_reviews import TokenReviews
from sealane_router.policy.service_account_tokens import Reviews
from sealane_router.settings.groups import TokenSettings
from sealane_telemetry.settings.variable import SettingsError
from sealane_telemetry.token_metrics import TokenMetrics

from .source import ConfigurationError


class Tokens:
    """Reviews, and a client of their own: they wait for no list and no watch."""

    def __init__(self, settings: TokenSettings, kubeconfig: Path | None, metrics: TokenMetrics) -> None:
        self._api = KubeApi(kubeconfig)
        self._reviews = TokenReviews(self._api, settings, metrics)

    @property
    def reviews(self) -> Reviews:
        """Who knows whose they are."""
        return self._reviews

    def problem(self) -> str | None:
        """Why nobody can say whose tokens are, None when somebody can."""
        trouble = self._reviews.trouble
        return None if trouble is None else f"the Kubernetes API reviews no tokens: {trouble}"

    async def open(self) -> None:
        """Find the API; raises ConfigurationError."""
        try:
            await self._api.open()
        except SettingsError as error:
            raise ConfigurationError(str(error)) from error

    async def close(self) -> None:
        """End the reviews under way."""
        await self._reviews.close()
        await self._api.close()
