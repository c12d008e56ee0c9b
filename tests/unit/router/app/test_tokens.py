"""The API as it is asked about tokens, over a real socket."""

from pathlib import Path

import pytest
from aiohttp import web
from prometheus_client import CollectorRegistry

from sealane_router.app.source import ConfigurationError
from sealane_router.app.tokens import Tokens
from sealane_router.errors import AuthenticationUnavailable
from sealane_router.policy.service_accounts import ServiceAccount
from sealane_router.settings.groups import TokenSettings
from sealane_telemetry.metrics import RouterMetrics
from tests.support.scripted_kubernetes import refuses, scripted_kubernetes
from tests.support.tokens import accepted, token_of


def _tokens(kubeconfig: Path) -> Tokens:
    return Tokens(TokenSettings(), kubeconfig, RouterMetrics(CollectorRegistry()).token_reviews)


async def test_a_token_is_reviewed_by_the_api_of_the_kubeconfig(tmp_path: Path) -> None:
    """While it answers there is no problem; when it does not, people are told which."""

    async def accepts(_: web.Request) -> web.Response:
        return web.Response(body=accepted(), status=201, content_type="application/json")

    async with scripted_kubernetes(accepts, refuses(403, "tokenreviews is forbidden")) as api:
        tokens = _tokens(api.kubeconfig(tmp_path))
        await tokens.open()
        account = await tokens.reviews.ask(token_of(expires=None))
        before = tokens.problem()
        with pytest.raises(AuthenticationUnavailable):
            await tokens.reviews.ask(token_of(expires=None, serial=1))
        after = tokens.problem()
        await tokens.close()

    assert account == ServiceAccount("team-a", "ci")
    assert before is None
    assert after == "the Kubernetes API reviews no tokens: 403: tokenreviews is forbidden"


async def test_a_kubeconfig_that_cannot_be_used_stops_the_start(tmp_path: Path) -> None:
    """The router could never know its callers."""
    tokens = _tokens(tmp_path / "nowhere")
    with pytest.raises(ConfigurationError, match="SEALANE_KUBECONFIG"):
        await tokens.open()
    await tokens.close()
