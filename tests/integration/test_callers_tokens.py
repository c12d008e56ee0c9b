"""Callers that present their ServiceAccount's token, through the whole gateway, in front of a played API server."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from sealane_api.route_table import Limits
from sealane_cli.keys import new_key
from tests.support.raw_client import Headers, RawAnswer, raw_client, request_bytes
from tests.support.scripted_kubernetes import scripted_kubernetes
from tests.support.stubbed import MOONSHOT_KEY, StubbedGateway, stubbed_gateway
from tests.support.tokens import accepted, rejected, token_text
from tests.support.waiting import until

BOTH_LOOPS = True

CHAT = "/v1/chat/completions"
KIMI = b'{"model":"kimi-k3","messages":[]}'
GLM = b'{"model":"glm-4.7","messages":[]}'
#: 2100-01-01.
FAR = 4_102_444_800.0


@dataclass
class Cluster:
    """An API server that knows every token whose ``sub`` is true, and answers once ``speaks`` is set."""

    asked: int = 0
    knows: bool = True
    speaks: asyncio.Event = field(default_factory=asyncio.Event)

    async def review(self, request: web.Request) -> web.Response:
        """Answer one TokenReview."""
        self.asked += 1
        await request.read()
        await self.speaks.wait()
        body = accepted() if self.knows else rejected()
        return web.Response(body=body, status=201, content_type="application/json")


@dataclass(frozen=True, slots=True)
class Scene:
    """A gateway that takes tokens."""

    served: StubbedGateway
    cluster: Cluster

    async def ask(self, key: str | bytes, body: bytes = KIMI, path: str = CHAT) -> RawAnswer:
        """One request on a connection of its own."""
        gateway = self.served.gateway
        async with raw_client(gateway.host, gateway.port) as client:
            return await client.post(path, body, _bearer(key))


def _bearer(key: str | bytes) -> Headers:
    return [("Authorization", f"Bearer {key.decode() if isinstance(key, bytes) else key}")]


@asynccontextmanager
async def _scene(folder: Path, **flags: str) -> AsyncIterator[Scene]:
    cluster = Cluster()
    cluster.speaks.set()
    async with scripted_kubernetes(cluster.review) as api:
        kubeconfig = str(api.kubeconfig(folder))
        chosen = {"--token-review": "true", "--kubeconfig": kubeconfig}
        chosen |= {f"--{name.replace('_', '-')}": value for name, value in flags.items()}
        async with stubbed_gateway(folder, flags=chosen) as served:
            yield Scene(served, cluster)
        cluster.speaks.set()


async def test_a_token_is_as_good_as_a_key(tmp_path: Path) -> None:
    """It stays at the gateway, and one review serves many requests."""
    token = token_text(expires=FAR)
    async with _scene(tmp_path) as scene:
        answers = [await scene.ask(token) for _ in range(3)]
        reviewed = scene.served.gateway.metric("sealane_token_reviews_total", result="accepted")
        seen = scene.served.moonshot.requests[-1]

    assert [answer.status for answer in answers] == [200] * 3
    assert (scene.cluster.asked, reviewed) == (1, 1)
    assert seen.key == MOONSHOT_KEY
    assert token.decode() not in str(seen.headers)


async def test_keys_and_tokens_of_a_tenant_share_models_and_limits(tmp_path: Path) -> None:
    """What the key used up the token has not; a model outside the tenant's list is no model of either."""
    file = tmp_path / "keys.yaml"
    key, _ = new_key("apps", "laptop", file=file, limits=Limits(requests_per_minute=2))
    tenant = "tenants: {apps: {models: [kimi-*], serviceAccounts: [team-a/ci]}}\n"
    file.write_text(tenant + file.read_text("utf-8"), "utf-8")
    token = token_text(expires=FAR)
    async with _scene(tmp_path, keys=str(file)) as scene:
        forbidden = await scene.ask(token, GLM)
        served = [(await scene.ask(each)).status for each in (token, key, token)]

    assert (forbidden.status, forbidden.code) == (403, "model_not_allowed")
    assert served == [200, 200, 429]


async def test_without_a_token_or_with_a_refused_one_nobody_is_served(tmp_path: Path) -> None:
    """401 in the shape of the API that was asked; keys that nobody knows are shown to nobody."""
    async with _scene(tmp_path) as scene:
        scene.cluster.knows = False
        gateway = scene.served.gateway
        async with raw_client(gateway.host, gateway.port) as client:
            none = await client.post(CHAT, KIMI)
        unknown = await scene.ask("sl-" + "x" * 43)
        asked = scene.cluster.asked
        refused = await scene.ask(token_text(expires=FAR), path="/v1/messages")

    assert [(answer.status, answer.code) for answer in (none, unknown)] == [(401, "invalid_api_key")] * 2
    assert asked == 0
    assert (refused.status, refused.json["type"]) == (401, "error")
    assert refused.json["error"]["code"] == "invalid_api_key"
    assert "audience 'sealane'" in refused.json["error"]["message"]
    assert scene.served.moonshot.counters.total == 0


async def test_requests_that_come_together_wait_for_one_review(tmp_path: Path) -> None:
    """None is served before, all are after; one whose client left is forgotten."""
    token = token_text(expires=FAR)
    async with _scene(tmp_path, token_wait="30s") as scene:
        scene.cluster.speaks.clear()
        asking = [asyncio.ensure_future(scene.ask(token)) for _ in range(20)]
        gateway = scene.served.gateway
        async with raw_client(gateway.host, gateway.port) as leaving:
            await leaving.send(request_bytes("POST", CHAT, KIMI, _bearer(token)))
            await until(lambda: gateway.metric("sealane_in_flight_exchanges") == 21)
        await until(lambda: gateway.metric("sealane_in_flight_exchanges") == 20)
        before = scene.served.moonshot.counters.total
        scene.cluster.speaks.set()
        answers = await asyncio.gather(*asking)

    assert before == 0
    assert [answer.status for answer in answers] == [200] * 20
    assert scene.cluster.asked == 1


async def test_an_api_server_that_says_nothing_makes_nobody_wait_for_ever(tmp_path: Path) -> None:
    """503 with a time to come back, and people are told; it is no 401."""
    async with _scene(tmp_path, token_wait="100ms") as scene:
        scene.cluster.speaks.clear()
        answer = await scene.ask(token_text(expires=FAR))
        gateway = scene.served.gateway
        address = gateway.gateway.addresses["admin"]
        async with raw_client(address.host, address.port) as admin:
            checks = (await admin.get("/readyz?verbose")).body.decode()
        failed = gateway.metric("sealane_token_reviews_total", result="failed")

    assert (answer.status, answer.code, answer.get("retry-after")) == (503, "authentication_unavailable", "2")
    assert answer.get("x-sealane-attempts") == "0"
    assert failed == 1
    assert "[+]token-reviews ok: the Kubernetes API reviews no tokens: no answer within 0.1 s" in checks


async def test_a_gateway_that_leaves_waits_for_no_review(tmp_path: Path) -> None:
    """Whoever waited is told that it drains."""
    async with _scene(tmp_path, token_wait="30s") as scene:
        scene.cluster.speaks.clear()
        asking = asyncio.ensure_future(scene.ask(token_text(expires=FAR)))
        await until(lambda: scene.served.gateway.metric("sealane_token_reviews_in_flight") == 1)
        scene.served.gateway.gateway.begin_drain()
        scene.served.gateway.gateway.begin_drain()
        answer = await asking

    assert (answer.status, answer.code) == (503, "draining")


async def test_the_list_of_models_is_that_of_the_tenant(tmp_path: Path) -> None:
    """It asks for a caller as everything does."""
    file = tmp_path / "keys.yaml"
    file.write_text("tenants: {team-a: {models: [kimi-*]}}\nkeys: []\n", "utf-8")
    async with _scene(tmp_path, keys=str(file)) as scene:
        gateway = scene.served.gateway
        async with raw_client(gateway.host, gateway.port) as client:
            listed = await client.get("/v1/models", _bearer(token_text(expires=FAR)))

    names = {model["id"] for model in json.loads(listed.body)["data"]}
    assert listed.status == 200
    assert all(name.startswith("kimi-") for name in names)
