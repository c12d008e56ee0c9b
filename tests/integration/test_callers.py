"""Who may call: keys, their models and limits, and the anonymous mode."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from sealane_api.route_table import Limits
from sealane_cli.keys import new_key
from sealane_router.settings.reading import Settings
from sealane_router.settings.variable import SettingsError
from tests.support.gateway import FLAGS
from tests.support.raw_client import Headers, RawAnswer, RawClient, raw_client, request_bytes
from tests.support.stubbed import MOONSHOT_KEY, StubbedGateway, stubbed_gateway

CHAT = "/v1/chat/completions"
KIMI = b'{"model":"kimi-k3","messages":[]}'
GLM = b'{"model":"glm-4.7","messages":[]}'


@dataclass(frozen=True, slots=True)
class Callers:
    """A gateway with a key file, and the keys in it."""

    served: StubbedGateway
    client: RawClient
    file: Path
    laptop: str
    ci: str

    async def ask(self, body: bytes = KIMI, path: str = CHAT, headers: Headers = ()) -> RawAnswer:
        """One request with these headers."""
        return await self.client.post(path, body, headers)


@pytest.fixture
async def callers(tmp_path: Path) -> AsyncIterator[Callers]:
    """Two keys of one tenant: ``laptop`` may use every model, ``ci`` kimi only."""
    file = tmp_path / "keys.yaml"
    laptop, _ = new_key("team-a", "laptop", file=file)
    ci, _ = new_key("team-a", "ci", ["kimi-*"], file=file)
    async with (
        stubbed_gateway(tmp_path, flags={"--keys": str(file)}) as served,
        raw_client(served.gateway.host, served.gateway.port) as client,
    ):
        yield Callers(served, client, file, laptop, ci)


def _bearer(key: str) -> Headers:
    return [("Authorization", f"Bearer {key}")]


async def test_both_keys_of_a_tenant_work_in_either_header(callers: Callers) -> None:
    """``Authorization`` and ``x-api-key`` are as good as each other; the provider sees its own key alone."""
    for headers in (_bearer(callers.laptop), [("x-api-key", callers.laptop)], _bearer(callers.ci)):
        answer = await callers.ask(headers=headers)

        assert answer.status == 200
        assert callers.served.moonshot.requests[-1].key == MOONSHOT_KEY
        assert callers.laptop not in str(callers.served.moonshot.requests[-1].headers)
    assert callers.served.cross_routed == 0


async def test_a_model_outside_the_keys_list_is_forbidden(callers: Callers) -> None:
    """403 with a stable code; the same key's other models and the other key are served."""
    refused = await callers.ask(GLM, headers=_bearer(callers.ci))
    served = await callers.ask(GLM, headers=_bearer(callers.laptop))

    assert (refused.status, refused.code) == (403, "model_not_allowed")
    assert refused.json["error"]["type"] == "permission_error"
    assert refused.get("x-sealane-attempts") == "0"
    assert served.status == 200
    assert callers.served.zai.counters.total == 1


async def test_spelling_and_alias_do_not_widen_a_list(callers: Callers) -> None:
    """What is allowed is the route's own name: neither case nor an alias leads around it."""
    for model in (b"GLM-4.7", b"zai/glm-4.7", b"Zai/GLM-4.7"):
        refused = await callers.ask(b'{"model":"%b"}' % model, headers=_bearer(callers.ci))
        assert (refused.status, refused.code) == (403, "model_not_allowed")

    allowed = await callers.ask(b'{"model":"moonshot/KIMI-K3"}', headers=_bearer(callers.ci))
    assert allowed.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Authorization", "Bearer sl-unknown")],
        [("Authorization", "Bearer ")],
        [("Authorization", "Basic dXNlcjpwYXNz")],
        [("x-api-key", "sl-unknown")],
        [("Authorization", "Bearer sl-one"), ("x-api-key", "sl-two")],
    ],
)
async def test_without_a_good_key_nobody_is_served(callers: Callers, headers: Headers) -> None:
    """401 in the shape of the API that was asked, before the body is waited for, and nothing is sent."""
    gateway = callers.served.gateway
    for path in (CHAT, "/v1/messages"):
        async with raw_client(gateway.host, gateway.port) as stranger:
            await stranger.send(request_bytes("POST", path, None, [*headers, ("Content-Length", "10")]))
            answer = await stranger.answer()

        assert (answer.status, answer.code) == (401, "invalid_api_key")
        assert answer.json["error"]["type"] == "authentication_error"
        assert ("type" in answer.json) is (path == "/v1/messages")
        assert "sl-" not in answer.body.decode()
    assert callers.served.moonshot.counters.total == 0


async def test_a_key_of_the_provider_is_no_key_of_the_gateway(callers: Callers) -> None:
    """Whoever holds the provider's key does not thereby hold one of ours."""
    answer = await callers.ask(headers=_bearer(MOONSHOT_KEY))

    assert (answer.status, answer.code) == (401, "invalid_api_key")
    assert MOONSHOT_KEY not in answer.body.decode()


async def test_an_expired_key_is_refused(tmp_path: Path) -> None:
    """A key works until ``expires``, and not after it."""
    file = tmp_path / "keys.yaml"
    entry = "- {{tenant: team-a, name: {name}, sha256: '{digest}', expires: '{expires}'}}\n"
    now = datetime.now(UTC)
    keys = {"old": now - timedelta(seconds=1), "new": now + timedelta(hours=1)}
    lines = [
        entry.format(name=name, digest=sha256(name.encode()).hexdigest(), expires=expires.isoformat())
        for name, expires in keys.items()
    ]
    file.write_text("keys:\n" + "".join(lines), encoding="utf-8")
    async with (
        stubbed_gateway(tmp_path, flags={"--keys": str(file)}) as served,
        raw_client(served.gateway.host, served.gateway.port) as client,
    ):
        expired = await client.post(CHAT, KIMI, _bearer("old"))
        valid = await client.post(CHAT, KIMI, _bearer("new"))

    assert (expired.status, expired.code) == (401, "invalid_api_key")
    assert "expired" in expired.json["error"]["message"]
    assert valid.status == 200


async def test_a_key_that_is_added_works_and_one_that_is_taken_out_stops(callers: Callers) -> None:
    """The key file is followed while the gateway runs."""
    fresh, _ = new_key("team-b", "first", file=callers.file)
    while (await callers.ask(headers=_bearer(fresh))).status != 200:
        pass
    callers.file.write_text("keys:\n- " + new_key("team-b", "second")[1] + "\n", encoding="utf-8")
    while (refused := await callers.ask(headers=_bearer(callers.laptop))).status == 200:
        pass

    assert (refused.status, refused.code) == (401, "invalid_api_key")


async def test_the_keys_of_a_tenant_share_its_limits(tmp_path: Path) -> None:
    """What one key used up the other has not; another tenant's bucket is its own."""
    file = tmp_path / "keys.yaml"
    one, _ = new_key("team-a", "one", limits=Limits(requests_per_minute=2), file=file)
    two, _ = new_key("team-a", "two", limits=Limits(requests_per_minute=2), file=file)
    other, _ = new_key("team-b", "one", file=file)
    async with (
        stubbed_gateway(tmp_path, flags={"--keys": str(file)}, limits="{requestsPerMinute: 10}") as served,
        raw_client(served.gateway.host, served.gateway.port) as client,
    ):
        answers = [await client.post(CHAT, KIMI, _bearer(key)) for key in (one, two, two, one, other)]

    assert [answer.status for answer in answers] == [200, 200, 429, 429, 200]
    refused = answers[2]
    assert refused.code == "rate_limit_exceeded"
    assert int(refused.get("retry-after") or 0) >= 1
    assert answers[0].get("x-ratelimit-remaining-requests") == "1", "the tighter of tenant and rule"
    assert answers[4].get("x-ratelimit-limit-requests") == "10"


async def test_anonymous_mode_takes_any_key_and_passes_none_on(tmp_path: Path) -> None:
    """Without a key file every key and none are the same caller, and the client's key stays at the gateway."""
    async with (
        stubbed_gateway(tmp_path) as served,
        raw_client(served.gateway.host, served.gateway.port) as client,
    ):
        for headers in ([], _bearer("sk-mine"), [("x-api-key", "sk-mine"), ("Authorization", "Basic eHg=")]):
            answer = await client.post(CHAT, KIMI, headers)
            assert answer.status == 200
            request = served.moonshot.requests[-1]
            assert request.key == MOONSHOT_KEY
            assert "sk-mine" not in str(request.headers)


@pytest.mark.parametrize("address", ["0.0.0.0:0", "[::]:0", "10.1.2.3:0", "gateway.example:0"])
def test_nobody_serves_anybody_by_accident(address: str) -> None:
    """A reachable address without keys is refused at start, unless ``--anonymous`` says that it is meant."""
    flags = {**FLAGS, "--routes": "routes.yaml", "--listen": address}

    with pytest.raises(SettingsError, match="--anonymous to serve anybody"):
        Settings.from_environment({}, flags)

    assert Settings.from_environment({}, {**flags, "--anonymous": "true"}).sources.anonymous
    assert Settings.from_environment({}, {**flags, "--keys": "keys.yaml"}).sources.keys == Path("keys.yaml")
