"""What ``sealane explain`` says of the examples, without server and credential, is what a request then meets."""

import contextlib
import io
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from sealane_cli.explain import run_explain
from sealane_cli.stub.faults import Fault
from sealane_cli.stub.personality import PERSONALITIES
from sealane_cli.stub.server import StubProvider
from sealane_cli.up import stand_in
from tests.support.gateway import RunningGateway, running_gateway
from tests.support.oracle import ALIASES, Oracle

EXAMPLES = Path(__file__).parents[2] / "examples" / "routes.yaml"
DOCUMENTS = list(yaml.safe_load_all(EXAMPLES.read_text(encoding="utf-8")))
RULES = [(document, rule["name"]) for document in DOCUMENTS for rule in document["spec"]["rules"]]
ORACLE = Oracle(DOCUMENTS)
#: What only a running router knows of a target, and where a stand-in is.
_LIVE = {"baseURL", "breaker", "parked", "inUse", "maxConcurrency"}
#: Members that fallbacks and dialects remove or rename.
_EXTRAS: Mapping[str, object] = {"thinking": {"type": "disabled"}, "max_completion_tokens": 64}

Json = dict[str, Any]


def _models(rule: str) -> list[str]:
    """Names that the rule serves: those its providers really have, and each in other spellings."""
    real = [model for personality in PERSONALITIES.values() for model in personality.models]
    written = [text for document in DOCUMENTS for each in document["spec"]["rules"] for text in _exact(each)]
    found = []
    for model in dict.fromkeys((*written, *real)):
        for name in (model, model.upper(), *(alias + model for alias in ALIASES)):
            verdict = ORACLE.judge(name)
            if verdict is not None and verdict.rule == rule:
                found.append(name)
    return found


def _exact(rule: Json) -> list[str]:
    return [pattern["exact"] for pattern in rule["models"] if "exact" in pattern]


@dataclass(frozen=True, slots=True)
class _Examples:
    """The examples being served, with a stub in the place of each provider."""

    gateway: RunningGateway
    session: aiohttp.ClientSession
    stubs: Mapping[tuple[str, str], StubProvider]

    async def ask(self, model: str) -> tuple[int, Mapping[str, str], Json]:
        body = {"model": model, "messages": [{"role": "user", "content": "hi"}], **_EXTRAS}
        async with self.session.post(f"{self.gateway.url}/v1/chat/completions", json=body) as answer:
            return answer.status, answer.headers, await answer.json()

    async def explain(self, model: str) -> Json:
        async with self.session.post(f"{self.gateway.admin}/-/explain", json={"model": model}) as answer:
            told: Json = await answer.json()
            return told

    def stub(self, told: Json, target: Json) -> StubProvider:
        return self.stubs[told["route"], target["provider"]]


@asynccontextmanager
async def _examples(file: Path = EXAMPLES) -> AsyncIterator[_Examples]:
    """As ``sealane up --with-stubs`` serves them where no credential is set."""
    async with AsyncExitStack() as stack:
        gateway = await stack.enter_async_context(running_gateway(file))
        stubs, players = {}, {}
        for route in gateway.gateway.live.serving.table.routes:
            for provider in route.providers:
                personality = PERSONALITIES[provider.dialect.lower()].name
                stub = await stack.enter_async_context(StubProvider(personality))
                stubs[route.key, provider.name] = stub
                players[route.key, provider.name] = stand_in(provider, stub.base_url)
        gateway.gateway.live.play(players)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        yield _Examples(gateway, session, stubs)
        assert [stub.cross_routed for stub in stubs.values()] == [0] * len(stubs)


def _told(model: str, file: Path = EXAMPLES) -> Json:
    """What the command prints; its exit code says whether anything serves the model."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        code = run_explain([file], model, None, as_json=True)
    told: Json = json.loads(printed.getvalue())
    assert code == (told["error"] is not None)
    return told


def _without(told: Json, members: set[str]) -> Json:
    """``told`` but for some members of its targets."""
    targets = [{name: value for name, value in target.items() if name not in members} for target in told["targets"]]
    return told | {"targets": targets}


def _assert_served(told: Json, target: Json, headers: Mapping[str, str], answer: Json, stub: StubProvider) -> None:
    """The answer, its headers and the request that the provider got are those of ``target``."""
    assert (headers["x-sealane-route"], headers["x-sealane-revision"]) == (told["route"], told["revision"])
    assert (headers["x-sealane-provider"], headers["x-sealane-model"]) == (target["provider"], target["model"])
    assert answer["choices"][0]["message"]["content"].endswith(f" stub answers as {target['model']}")
    edits = target["edits"]
    sent = {"model": told["model"], "messages": [{"role": "user", "content": "hi"}], **_EXTRAS}
    expected = {edits["rename"].get(name, name): value for name, value in sent.items() if name not in edits["remove"]}
    got = json.loads(stub.requests[-1].body)
    assert {name: value for name, value in got.items() if name not in edits["set"]} == {
        **{name: value for name, value in expected.items() if name not in edits["set"]},
        "model": edits["model"] or told["model"],
    }
    assert set(edits["set"]) <= set(got)


@pytest.mark.parametrize("rule", [name for _, name in RULES])
async def test_a_request_goes_where_explain_says(rule: str) -> None:
    """Whatever model of a rule is asked for, provider, model, route, revision and body are as explained."""
    models = _models(rule)
    assert models
    async with _examples() as examples:
        for model in models:
            told = _told(model)
            assert (told["model"], told["rule"], told["error"]) == (model, rule, None)
            status, headers, answer = await examples.ask(model)

            assert status == 200
            providers = [target for target in told["targets"] if not target["fallback"] and target["weight"]]
            (target,) = [each for each in providers if each["provider"] == headers["x-sealane-provider"]]
            _assert_served(told, target, headers, answer, examples.stub(told, target))
            assert _without(await examples.explain(model), _LIVE) == _without(told, _LIVE)


@pytest.mark.parametrize("rule", [name for _, name in RULES])
async def test_a_failing_provider_leads_to_the_explained_fallback(rule: str) -> None:
    """With all its targets failing, a rule goes on to the fallback that is explained; without one there is an error."""
    model = _models(rule)[0]
    told = _told(model)
    async with _examples() as examples:
        _fail(examples, told)
        status, headers, answer = await examples.ask(model)

        fallbacks = [target for target in told["targets"] if target["fallback"]]
        if fallbacks:
            assert status == 200
            _assert_served(told, fallbacks[0], headers, answer, examples.stub(told, fallbacks[0]))
        else:
            assert status == 502


@pytest.mark.parametrize("rule", [name for _, name in RULES])
async def test_an_open_breaker_is_explained_and_passed_over(rule: str) -> None:
    """Once breakers are open the router's own explain shows them, and a request goes to the first that is not."""
    model = _models(rule)[0]
    async with _examples() as examples:
        before = await examples.explain(model)
        assert {target["breaker"] for target in before["targets"]} == {"closed"}
        _fail(examples, before)
        for _ in range(60):
            await examples.ask(model)
        told = await examples.explain(model)

        assert [target["breaker"] for target in told["targets"]] == [
            "closed" if target["fallback"] else "open" for target in before["targets"]
        ]
        assert _without(told, _LIVE) == _without(before, _LIVE)
        status, headers, answer = await examples.ask(model)
        closed = [target for target in told["targets"] if target["breaker"] == "closed"]
        if closed:
            assert (status, headers["x-sealane-attempts"]) == (200, "1")
            _assert_served(told, closed[0], headers, answer, examples.stub(told, closed[0]))
        else:
            assert (status, answer["error"]["code"], headers["x-sealane-attempts"]) == (
                503,
                "provider_unavailable",
                "0",
            )


def _fail(examples: _Examples, told: Json) -> None:
    """Let every target of a rule, but not its fallbacks, answer 500."""
    for target in told["targets"]:
        if not target["fallback"]:
            examples.stub(told, target).fault = Fault("status", 500)


@pytest.mark.parametrize(
    "model", ["nobody-serves-this", "kimi", "k\u0131mi-k3", "moonshot/glm-4.7", "openai/kimi-k3", "zai/", " kimi-k3"]
)
async def test_an_unknown_model_is_refused_with_the_explained_error(model: str) -> None:
    """What explain calls an error is the very error that a client gets, and nothing is sent."""
    told = _told(model)
    async with _examples() as examples:
        status, headers, answer = await examples.ask(model)

        assert (status, told["error"]["code"]) == (404, "model_not_found")
        assert {name: answer["error"][name] for name in ("code", "message")} == told["error"]
        assert (told["route"], told["rule"], told["targets"]) == (None, None, [])
        assert "x-sealane-route" not in headers
        assert [stub.counters.total for stub in examples.stubs.values()] == [0] * len(examples.stubs)


_EDITED = """
apiVersion: sealane.dev/v1alpha1
kind: ProviderRoute
metadata: {name: edited}
spec:
  providers: [{name: zai, dialect: Zai, baseURL: "https://api.z.ai/api/paas/v4"}]
  rules:
  - {name: same, models: [{exact: glm-4.7}], targets: [{provider: zai, model: glm-4.7, remove: [thinking]}]}
  - {name: other, models: [{prefix: glm-5}], targets: [{provider: zai, model: glm-4.7, set: {temperature: 1}}]}
  - {name: plain, models: [{prefix: glm-}], targets: [{provider: zai}]}
"""


@pytest.mark.parametrize(
    "model", ["glm-4.7", "GLM-4.7", "zai/glm-4.7", "glm-5.1", "z-ai/GLM-5", "glm-4.6", "Zai/GLM-4.6"]
)
async def test_a_body_is_edited_as_explained(model: str, tmp_path: Path) -> None:
    """However the model is spelled; a target that repeats the model's own name is no other model, and fixes nothing."""
    file = tmp_path / "routes.yaml"
    file.write_text(_EDITED, encoding="utf-8")
    told = _told(model, file)
    async with _examples(file) as examples:
        _, headers, answer = await examples.ask(model)

        (target,) = told["targets"]
        assert bool(target["edits"]["rename"]) == (told["rule"] == "other")
        _assert_served(told, target, headers, answer, examples.stub(told, target))


def test_the_command_needs_no_server_and_no_credential() -> None:
    """As a process of its own with an empty environment it prints the same JSON, for one model and for a file."""
    models = [_models(name)[0] for _, name in RULES]
    one = _command("--model", models[0], "--json")
    many = subprocess.run(
        [*_COMMAND, "--models", "/dev/stdin"],
        input="\n".join(models), env={}, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip

    lines = [json.loads(line) for line in many.stdout.splitlines()]
    assert [line["model"] for line in lines] == models
    assert [(line["route"], line["rule"]) for line in lines] == [
        (verdict.route, verdict.rule) for verdict in map(ORACLE.judge, models) if verdict is not None
    ]
    assert lines[0] == json.loads(one)


_COMMAND = (sys.executable, "-m", "sealane_cli.main", "explain", "-f", str(EXAMPLES))


def _command(*arguments: str) -> str:
    ran = subprocess.run([*_COMMAND, *arguments], env={}, capture_output=True, text=True, check=True, timeout=60)
    return ran.stdout
