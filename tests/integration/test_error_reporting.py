"""Errors told to an investigator: each of them once, whatever it does, and never at the price of an exchange."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from sealane_cli.keys import new_key
from sealane_cli.stub.faults import Fault
from tests.support.investigator_stand_in import TOKEN, InvestigatorStandIn
from tests.support.process import router_process
from tests.support.raw_client import Headers, RawAnswer, raw_client, request_bytes
from tests.support.raw_provider import RAW_KEY, json_answer, raw_gateway
from tests.support.routes import FALLBACK, KEYS, two_providers
from tests.support.stubbed import MOONSHOT_KEY, StubbedGateway, stubbed_gateway
from tests.support.waiting import until

BOTH_LOOPS = True

CHAT = "/v1/chat/completions"
KIMI = b'{"model":"kimi-k3","messages":[]}'
STREAM = b'{"model":"kimi-k3","messages":[],"stream":true}'
ON_ASYNCIO = pytest.mark.asyncio(loop_factories=["asyncio"])
#: Nothing may keep a fault from happening: no open breaker.
CLOSED = "{consecutiveFailures: 100000, minRequests: 1000000}"

#: What a provider does, and the failure class that it is.
FAULTS: Mapping[str, str] = {
    "status:500": "ServerError",
    "status:503": "ServerError",
    "html:502": "ServerError",
    "status:400": "InvalidRequest",
    "content-filter": "PolicyRefusal",
    "overloaded": "Overloaded",
    "wrong-json": "ServerError",
    "cut-before-head": "Connect",
    "reset": "Connect",
    "not-http": "ServerError",
}


def _flags(folder: Path, investigator: InvestigatorStandIn, **more: str) -> dict[str, str]:
    token, key = folder / "token", folder / "event-key"
    token.write_text(TOKEN, encoding="ascii")
    key.write_text("one key of all routers", encoding="ascii")
    return {
        "--investigator-url": investigator.url,
        "--investigator-token-file": str(token),
        "--event-key-file": str(key),
        **{"--" + name.replace("_", "-"): value for name, value in more.items()},
    }


@asynccontextmanager
async def _reporting(
    folder: Path, flags: Mapping[str, str] | None = None, **parts: str
) -> AsyncIterator[tuple[StubbedGateway, InvestigatorStandIn]]:
    async with InvestigatorStandIn() as investigator:
        flags = _flags(folder, investigator) | dict(flags or {})
        async with stubbed_gateway(folder, flags=flags, breaker=CLOSED, **parts) as served:
            yield served, investigator


async def _ask(served: StubbedGateway, body: bytes = KIMI, headers: Headers = (), path: str = CHAT) -> RawAnswer:
    async with raw_client(served.gateway.host, served.gateway.port) as client:
        return await client.post(path, body, headers)


async def _faults(served: StubbedGateway, number: int, clients: int = 20) -> Counter[str]:
    """Let that many requests fail, each kind as often as the others; returns the classes to be told."""
    names = [list(FAULTS)[at % len(FAULTS)] for at in range(number)]

    async def ask(mine: list[str]) -> None:
        for name in mine:
            await _ask(served, headers=[("x-stub-fault", name)])

    await asyncio.gather(*(ask(names[at::clients]) for at in range(clients)))
    return Counter(FAULTS[name] for name in names)


async def _facts(served: StubbedGateway) -> dict[str, Any]:
    admin = served.gateway.gateway.addresses["admin"]
    async with raw_client(admin.host, admin.port) as client:
        facts: dict[str, Any] = (await client.get("/-/report?facts=1")).json
        return facts


async def test_a_thousand_faults_are_a_thousand_events(tmp_path: Path) -> None:
    """Exactly, by class and without a gap, though the investigator is slow, busy, gone and talking nonsense."""
    async with _reporting(tmp_path) as (served, investigator):
        investigator.moods.extend(("503:1", "reset", "garbage", "reset-after", "slow", "500", "reset-after"))
        expected = await _faults(served, 1000)
        await until(lambda: investigator.occurrences == 1000)
        name = str(served.gateway.gateway.addresses["admin"])
        facts = await _facts(served)

    events = list(investigator.events.values())
    assert not investigator.moods
    assert Counter(event["failure_class"] for event in events) == expected
    assert sorted(event["sequence"] for event in events) == list(range(1, 1001))
    assert {event["reporter"] for event in events} == {name}
    assert {event["epoch"] for event in events} == {facts["process"]}
    assert {(event["provider"], event["base_url_host"], event["tenant"]) for event in events} == {
        ("moonshot", "127.0.0.1", "anonymous")
    }
    assert len({event["request_id"] for event in events}) == 1000
    assert investigator.batches[-1]["dropped"] == 0
    assert sum(sum(fact["failures"].values()) for fact in facts["traffic"]) == 1000


async def test_what_a_fallback_hid_is_told(tmp_path: Path) -> None:
    """The client got an answer, and the first provider failed all the same."""
    retry = "{maxAttempts: 3}"
    async with _reporting(tmp_path, fallback=FALLBACK, retry=retry) as (served, investigator):
        answer = await _ask(served, headers=[("x-stub-fault", "moonshot/status:500")])
        await until(lambda: investigator.events)

    (event,) = investigator.events.values()
    assert (answer.status, answer.get("x-sealane-provider")) == (200, "zai")
    assert (event["provider"], event["attempt"], event["committed"], event["status"]) == ("moonshot", 1, False, 500)


async def test_a_stream_that_broke_is_told_as_committed(tmp_path: Path) -> None:
    """The client had half of it."""
    async with _reporting(tmp_path) as (served, investigator):
        await _ask(served, STREAM, [("x-stub-fault", "cut")])
        await until(lambda: investigator.events)

    (event,) = investigator.events.values()
    assert (event["failure_class"], event["committed"], event["attempt"]) == ("BrokenStream", True, 1)


async def test_a_client_that_left_is_no_error(tmp_path: Path) -> None:
    """Neither before the first byte nor behind it; what fails afterwards is told as the first event."""
    async with _reporting(tmp_path) as (served, investigator):
        for body in (KIMI, STREAM):
            async with raw_client(served.gateway.host, served.gateway.port) as client:
                await client.send(request_bytes("POST", CHAT, body, [("x-stub-fault", "stall-after-content")]))
                await until(lambda: served.moonshot.counters.in_flight)
            await until(lambda: not served.moonshot.counters.in_flight)
        await _ask(served, headers=[("x-stub-fault", "status:500")])
        await until(lambda: investigator.events)

    assert [(event["sequence"], event["status"]) for event in investigator.events.values()] == [(1, 500)]


async def test_refusals_of_the_gateway_are_told_and_folded(tmp_path: Path) -> None:
    """An unknown model and a wrong base URL are what platform teams want explained; a storm of them is a number."""
    async with _reporting(tmp_path) as (served, investigator):
        for _ in range(50):
            await _ask(served, b'{"model":"gpt-9","messages":[]}')
        await _ask(served, path="/chat/completions")
        await until(lambda: len(investigator.events) == 2)
        served.gateway.gateway.begin_drain()
        await until(lambda: investigator.occurrences == 51)

    events = sorted(investigator.events.values(), key=lambda event: str(event["sequence"]))
    assert [(event["code"], event["model"], event["count"], event["provider"]) for event in events] == [
        ("model_not_found", "gpt-9", 1, None),
        ("unknown_path", None, 1, None),
        ("model_not_found", "gpt-9", 49, None),
    ]


async def test_an_investigator_that_hangs_slows_nobody(tmp_path: Path) -> None:
    """Exchanges end while its answer is still waited for, and what happened meanwhile is told afterwards."""
    async with _reporting(tmp_path) as (served, investigator):
        investigator.moods.append("hang")
        await _faults(served, 10)
        await until(lambda: investigator.met["hang"])
        expected = await _faults(served, 90)
        answers = [(await _ask(served)).status for _ in range(10)]
        waiting = not investigator.events
        investigator.released.set()
        await until(lambda: investigator.occurrences == 100)

    assert answers == [200] * 10
    assert waiting
    assert sum(expected.values()) == 90


async def test_an_investigator_that_comes_back_is_told_what_it_missed(tmp_path: Path) -> None:
    """Each error once, also those that it kept without being able to say so."""
    async with _reporting(tmp_path) as (served, investigator):
        investigator.moods.append("reset-after")
        await _faults(served, 10)
        await until(lambda: investigator.occurrences == 10)
        await investigator.die()
        await _faults(served, 40)
        await investigator.listen()
        await until(lambda: investigator.occurrences == 50)

    assert sorted(event["sequence"] for event in investigator.events.values()) == list(range(1, 51))


async def test_one_event_that_cannot_be_taken_blocks_none(tmp_path: Path) -> None:
    """It is given up and counted; all others arrive."""

    def refuses(batch: dict[str, Any]) -> bool:
        return any(event["sequence"] == 7 for event in batch["events"])

    async with _reporting(tmp_path) as (served, investigator):
        investigator.refuses = refuses
        await _faults(served, 30)
        await until(lambda: investigator.occurrences == 29)
        await until(lambda: served.gateway.metric("sealane_router_events_dropped_total", reason="refused") == 1)
        await _faults(served, 1)
        await until(lambda: investigator.occurrences == 30)

    assert sorted(event["sequence"] for event in investigator.events.values()) == [
        number for number in range(1, 32) if number != 7
    ]
    assert investigator.batches[-1]["dropped"] == 1


@ON_ASYNCIO
async def test_sigterm_tells_the_last_errors(tmp_path: Path) -> None:
    """What waits when the router is asked to leave arrives before it does."""
    async with InvestigatorStandIn() as investigator:
        investigator.mood = "503"
        flags = _flags(tmp_path, investigator, investigator_flush="5s")
        routes = two_providers(
            tmp_path,
            "http://127.0.0.1:1/v1",
            "http://127.0.0.1:1/v1",
            breaker=CLOSED,
            retry="{maxAttempts: 1}",
            fallback="",
        )
        async with router_process(routes, KEYS, flags) as router:
            for _ in range(100):
                async with raw_client(router.host, router.port) as client:
                    await client.post(CHAT, KIMI)
            await until(lambda: investigator.met["503"])
            router.terminate()
            investigator.mood = "well"
            code = await router.exit_code()

    assert (code, investigator.occurrences) == (0, 100)
    assert {event["code"] for event in investigator.events.values()} == {"connection_refused"}


@ON_ASYNCIO
@pytest.mark.parametrize("flush", ["0s", "100ms"])
async def test_an_investigator_that_hangs_does_not_hold_the_end(tmp_path: Path, flush: str) -> None:
    """The router leaves when its time is up."""
    async with InvestigatorStandIn() as investigator:
        investigator.mood = "hang"
        flags = _flags(tmp_path, investigator, investigator_flush=flush)
        routes = two_providers(tmp_path, "http://127.0.0.1:1/v1", "http://127.0.0.1:1/v1", breaker=CLOSED)
        async with router_process(routes, KEYS, flags) as router:
            async with raw_client(router.host, router.port) as client:
                await client.post(CHAT, KIMI)
            await until(lambda: investigator.met["hang"])
            router.terminate()
            code = await router.exit_code()

    assert code == 0


async def test_no_prompt_answer_or_key_is_in_a_batch(tmp_path: Path) -> None:
    """Whatever a provider quotes of a request, in whatever shape, and whatever a client writes where a name belongs."""
    prompt, answered, key = "zebra-prompt-4711", "quagga-answer-0815", "sk-or-v1-canary0123456789abcdef"
    echoes = [
        {"error": {"message": f"Invalid content: '{prompt}'", "type": "invalid_request_error"}},
        {"error": {"message": f"Incorrect API key provided: {RAW_KEY}.", "code": "invalid_api_key"}},
        {"error": {"message": json.dumps({"error": {"message": f"You sent {prompt}"}})}},
        {"detail": [{"loc": ["body"], "input": prompt}]},
    ]
    bodies = [json.dumps(echo).encode() for echo in echoes]
    bodies += [f"<html><title>502</title>{prompt} {RAW_KEY}</html>".encode(), prompt.encode(), b"{" + prompt.encode()]
    body = json.dumps({"model": "m-one", "messages": [{"role": "user", "content": prompt}]}).encode()
    async with InvestigatorStandIn() as investigator:
        flags = _flags(tmp_path, investigator)
        async with raw_gateway(tmp_path, flags=flags, provider=f"breaker: {CLOSED}") as served:
            for status in ("400 Bad Request", "502 Bad Gateway", "200 OK"):
                for echo in bodies:
                    served.provider.answer = json_answer(echo, status=status)
                    await served.client.post(CHAT, body, [("authorization", f"Bearer {key}")])
            cut = b'{"choices":[{"message":{"content":"' + answered.encode()
            served.provider.answer = json_answer(cut)
            await served.client.post(CHAT, body)
            await served.client.post(CHAT, json.dumps({"model": key}).encode())
            await served.client.post(f"/v1/{prompt}", body)
            await until(lambda: any(event["code"] == "unknown_path" for event in investigator.events.values()))

    sent = b"".join(investigator.bodies).decode()
    assert len(investigator.events) > 10
    assert [canary for canary in (prompt, answered, RAW_KEY, key[8:], "canary", "zebra") if canary in sent] == []


async def test_the_investigators_own_calls_open_no_breaker(tmp_path: Path) -> None:
    """They are known by their tenant; the same failures of anybody else do open it."""
    file = tmp_path / "keys.yaml"
    own, _ = new_key("sealane-investigator", "model", file=file)
    users, _ = new_key("acme", "app", file=file)
    flags = {"--keys": str(file), "--self-tenant": "sealane-investigator"}
    async with InvestigatorStandIn() as investigator:
        told = _flags(tmp_path, investigator) | flags
        async with stubbed_gateway(tmp_path, flags=told, breaker="{consecutiveFailures: 3, openFor: 1m}") as served:
            served.moonshot.fault = Fault("status", 500)
            gate = served.gateway.gateway.serving.providers["default/assistants", "moonshot"].gate
            for _ in range(10):
                await _ask(served, headers=[("authorization", f"Bearer {own}")])
            closed, held = gate.closed, gate.in_use
            for _ in range(3):
                await _ask(served, headers=[("authorization", f"Bearer {users}")])
            opened = not gate.closed
            await until(lambda: len(investigator.events) == 13)
            facts = await _facts(served)

    origins = Counter((event["tenant"], event["origin"]) for event in investigator.events.values())
    assert (closed, held, opened) == (True, 0, True)
    assert origins == {("sealane-investigator", "self"): 10, ("acme", "router"): 3}
    assert [(change["before"], change["after"]) for change in facts["breakers"]] == [("closed", "open")]


async def test_facts_follow_a_credential_and_name_what_fails(tmp_path: Path) -> None:
    """The same key has the same name in facts and events, and a refusal is counted beside what works."""
    async with _reporting(tmp_path) as (served, investigator):
        await _ask(served)
        served.moonshot.terms.accepted_keys = frozenset({"sk-another"})
        await _ask(served)
        await until(lambda: investigator.events)
        await _ask(served, b'{"model":"glm-4.7","messages":[]}')
        facts = await _facts(served)

    (event,) = investigator.events.values()
    by_model = {fact["model"]: fact for fact in facts["traffic"]}
    assert (by_model["kimi-k3"]["successes"], by_model["kimi-k3"]["failures"]) == (1, {"Unauthorized": 1})
    assert (by_model["glm-4.7"]["successes"], by_model["glm-4.7"]["failures"]) == (1, {})
    assert by_model["kimi-k3"]["credential"] == event["credential"] != by_model["glm-4.7"]["credential"]
    assert MOONSHOT_KEY not in json.dumps([facts, event])


async def test_without_an_investigator_nothing_is_kept(tmp_path: Path) -> None:
    """Errors are answered as ever, and facts are there for who asks."""
    async with stubbed_gateway(tmp_path, breaker=CLOSED) as served:
        await _faults(served, 20)
        facts = await _facts(served)
        assert served.gateway.gateway.errors.notes is None
        assert {task.get_name() for task in asyncio.all_tasks()} & {"send error events"} == set()
        assert served.gateway.metric("sealane_router_events_queued") == 0

    assert sum(sum(fact["failures"].values()) for fact in facts["traffic"]) == 20
