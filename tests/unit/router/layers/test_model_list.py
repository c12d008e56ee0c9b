"""``GET /v1/models``."""

import json
from collections.abc import Callable, Sequence

import pytest

from sealane_router.exchange import Exchange, Handler
from sealane_router.layers.model_list import ListedModel, model_list
from sealane_router.policy.authentication import Caller
from sealane_router.policy.key_file import AllowedModels
from tests.support.exchanges import request_of

Run = Callable[[Handler, Exchange], None]


async def models() -> Sequence[ListedModel]:
    """Two models of two providers."""
    return [ListedModel("glm-5", "zai"), ListedModel("kimi-k3", "moonshot")]


@pytest.mark.parametrize(
    ("allowed", "listed"),
    [((), ["glm-5", "kimi-k3"]), ((AllowedModels.of(("kimi-k3",)),), ["kimi-k3"])],
)
def test_a_caller_sees_what_it_may_use(run: Run, allowed: tuple[AllowedModels, ...], listed: list[str]) -> None:
    """In OpenAI's shape."""
    exchange, client = request_of(b"", path="/v1/models", method="GET")
    exchange.caller = Caller("acme", "", allowed)
    run(model_list(models), exchange)
    shown = json.loads(client.body)
    assert shown["object"] == "list"
    assert [model["id"] for model in shown["data"]] == listed
    assert all(model["object"] == "model" and model["owned_by"] for model in shown["data"])
    assert client.written.startswith(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n")
    assert b"\r\nx-sealane-request-id: " in client.head
    assert exchange.status == 200
