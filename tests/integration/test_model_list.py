"""``GET /v1/models``: what a caller may ask for."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sealane_cli.keys import new_key
from sealane_cli.stub.faults import parse_faults
from sealane_cli.stub.personality import MOONSHOT, ZAI
from sealane_cli.stub.server import StubProvider
from tests.support.gateway import running_gateway
from tests.support.raw_client import RawAnswer, raw_client
from tests.support.stubbed import StubbedGateway, stubbed_gateway

EXACT_NAMES = """\
apiVersion: sealane.dev/v1alpha1
kind: ProviderRoute
metadata: {{name: exact}}
spec:
  providers:
  - {{name: own, baseURL: '{base}', allowInsecure: true}}
  rules:
  - name: renamed
    models: [{{exact: house-model}}, {{prefix: gpt-4}}]
    targets: [{{provider: own, model: gpt-5}}]
  - name: plain
    models: [{{exact: Org/Special}}, {{prefix: gpt-5}}]
    targets: [{{provider: own}}]
"""


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[StubbedGateway]:
    """Two providers, each with its own models."""
    async with stubbed_gateway(tmp_path) as running:
        yield running


async def _list(served: StubbedGateway, key: str = "") -> RawAnswer:
    async with raw_client(served.gateway.host, served.gateway.port) as client:
        return await client.get("/v1/models", [("Authorization", f"Bearer {key}")] if key else ())


def _ids(answer: RawAnswer) -> list[str]:
    return [model["id"] for model in answer.json["data"]]


async def test_the_list_is_what_rules_claim_of_what_providers_have(served: StubbedGateway) -> None:
    """Each provider's models that a rule sends to it under that very name, sorted, with their owner."""
    answer = await _list(served)

    kimi = {name for name in MOONSHOT.models if name.startswith(("kimi-", "moonshot-v1-"))}
    glm = {name for name in ZAI.models if name.startswith("glm-")}
    assert answer.status == 200
    assert answer.get("content-type") == "application/json"
    assert answer.json["object"] == "list"
    assert _ids(answer) == sorted(kimi | glm)
    assert answer.json["data"][0] == {"id": "glm-4-32b-0414-128k", "object": "model", "created": 0, "owned_by": "zai"}
    assert answer.get("x-request-id") == answer.get("x-sealane-request-id")
    assert served.cross_routed == 0


async def test_providers_are_asked_once_in_five_minutes(served: StubbedGateway) -> None:
    """The second list comes from memory."""
    first, second = [await _list(served) for _ in range(2)]

    assert first.body == second.body
    assert served.moonshot.counters.paths == {"/v1/models": 1}
    assert served.zai.counters.paths == {"/api/paas/v4/models": 1}


async def test_the_outage_of_a_provider_costs_at_most_its_own_models(tmp_path: Path) -> None:
    """A provider that has never answered is left out; one that has keeps its list through an outage."""
    async with stubbed_gateway(tmp_path, flags={"--models-cache": "0s"}) as served:
        served.zai.fault = parse_faults(["status:500"])
        before = await _list(served)
        served.zai.fault = None
        healthy = await _list(served)
        served.zai.fault = parse_faults(["cut"])
        during = await _list(served)

    assert [answer.status for answer in (before, healthy, during)] == [200] * 3
    assert "kimi-k3" in _ids(before)
    assert "glm-4.7" not in _ids(before)
    assert "glm-4.7" in _ids(healthy)
    assert _ids(during) == _ids(healthy)


async def test_a_caller_sees_its_own_models(tmp_path: Path) -> None:
    """The list is filtered by the key's allowed models, and refused without a key."""
    file = tmp_path / "keys.yaml"
    narrow, _ = new_key("team-a", "narrow", ["kimi-k2*", "glm-5"], file=file)
    wide, _ = new_key("team-a", "wide", file=file)
    async with stubbed_gateway(tmp_path, flags={"--keys": str(file)}) as served:
        seen = _ids(await _list(served, narrow))
        everything = _ids(await _list(served, wide))
        refused = await _list(served)

    assert seen == ["glm-5", "kimi-k2.5", "kimi-k2.6", "kimi-k2.7-code", "kimi-k2.7-code-highspeed"]
    assert "moonshot-v1-8k" in everything
    assert (refused.status, refused.code) == (401, "invalid_api_key")


async def test_exact_names_are_listed_without_asking(tmp_path: Path) -> None:
    """An exact name is listed as the route spells it, whoever serves it; a renamed model's provider names are not."""
    async with StubProvider("openai") as stub:
        routes = tmp_path / "routes.yaml"
        routes.write_text(EXACT_NAMES.format(base=stub.base_url), encoding="utf-8")
        async with running_gateway(routes) as gateway, raw_client(gateway.host, gateway.port) as client:
            listed = _ids(await client.get("/v1/models"))

    assert listed == ["Org/Special", "gpt-5", "gpt-5-mini", "house-model"]
