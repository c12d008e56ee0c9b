"""Connections: kept on both sides, over IPv4 and IPv6, and spread over the targets of a rule."""

import socket
from collections import Counter
from pathlib import Path

import pytest

from sealane_cli.stub.server import StubProvider
from tests.support.gateway import running_gateway
from tests.support.raw_client import raw_client, request_bytes
from tests.support.raw_provider import raw_gateway

BOTH_LOOPS = True

CHAT = "/v1/chat/completions"
BODY = b'{"model":"m-one"}'

TWO_TARGETS = """\
apiVersion: sealane.dev/v1alpha1
kind: ProviderRoute
metadata: {{name: weighted}}
spec:
  providers:
  - {{name: heavy, baseURL: '{heavy}', allowInsecure: true}}
  - {{name: light, baseURL: '{light}', allowInsecure: true}}
  - {{name: never, baseURL: 'http://127.0.0.1:9', allowInsecure: true}}
  rules:
  - name: only
    models: [{{prefix: gpt-}}]
    targets: [{{provider: heavy, weight: 80}}, {{provider: light, weight: 20}}, {{provider: never, weight: 0}}]
"""


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not _has_ipv6(), reason="this machine has no IPv6 loopback")


async def test_connections_are_kept_on_both_sides(tmp_path: Path) -> None:
    """Ten requests on one connection need one connection to the provider."""
    async with raw_gateway(tmp_path) as raw:
        answers = [await raw.client.post(CHAT, BODY) for _ in range(10)]

    assert [answer.status for answer in answers] == [200] * 10
    assert all(answer.get("connection") is None for answer in answers)
    assert raw.provider.connections == 1


async def test_pipelined_requests_are_answered_in_order(tmp_path: Path) -> None:
    """What a client sends ahead waits its turn."""
    async with raw_gateway(tmp_path) as raw:
        bodies = [b'{"model":"m-%d"}' % number for number in range(5)]
        await raw.client.send(b"".join(request_bytes("POST", CHAT, body) for body in bodies))
        models = [(await raw.client.answer()).get("x-sealane-model") for _ in bodies]

    assert models == ["m-0", "m-1", "m-2", "m-3", "m-4"]


async def test_a_client_that_asks_for_the_end_gets_it(tmp_path: Path) -> None:
    """``Connection: close`` and HTTP/1.0 end the connection behind the answer, which says so."""
    async with raw_gateway(tmp_path) as raw:
        asked = await raw.client.post(CHAT, BODY, [("Connection", "close")])
        ended = await raw.client.ends()
        async with raw_client(raw.gateway.host, raw.gateway.port) as old:
            await old.send(request_bytes("POST", CHAT, BODY).replace(b"HTTP/1.1", b"HTTP/1.0"))
            answered = await old.answer()
            old_ended = await old.ends()

    assert (asked.status, asked.get("connection"), ended) == (200, "close", True)
    assert (answered.status, answered.get("connection"), old_ended) == (200, "close", True)


async def test_a_stream_to_http_1_0_ends_with_the_connection(tmp_path: Path) -> None:
    """HTTP/1.0 knows no chunks: the same events, unframed."""
    events = b'data: {"choices":[{"delta":{"content":"hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
    async with raw_gateway(tmp_path) as raw:
        raw.provider.answer = (
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: %d\r\n\r\n" % len(events) + events
        )
        await raw.client.send(request_bytes("POST", CHAT, BODY).replace(b"HTTP/1.1", b"HTTP/1.0"))
        answer = await raw.client.answer()

    assert answer.get("transfer-encoding") is None
    assert answer.body == events


async def test_an_expectation_is_met_before_the_body(tmp_path: Path) -> None:
    """``Expect: 100-continue`` gets its 100 once the head has passed, and its refusal when it has not."""
    async with raw_gateway(tmp_path) as raw:
        head = [("Expect", "100-continue"), ("Content-Length", str(len(BODY)))]
        await raw.client.send(request_bytes("POST", CHAT, None, head))
        go_on = await raw.client.head()
        await raw.client.send(BODY)
        answer = await raw.client.answer()
        await raw.client.send(request_bytes("POST", "/v1/nowhere", None, head))
        refused = await raw.client.answer()

    assert (go_on.status, answer.status, refused.status) == (100, 200, 404)
    assert raw.provider.received[-1].all("expect") == []


@needs_ipv6
async def test_ipv6_on_both_sides(tmp_path: Path) -> None:
    """The gateway listens on ``[::1]`` and reaches a provider whose host is an IPv6 address."""
    async with StubProvider("openai", host="::1") as stub:
        routes = tmp_path / "routes.yaml"
        routes.write_text(TWO_TARGETS.format(heavy=stub.base_url, light=stub.base_url), encoding="utf-8")
        flags = {"--listen": "[::1]:0", "--admin": "[::1]:0"}
        async with running_gateway(routes, flags) as gateway, raw_client("::1", gateway.port) as client:
            answer = await client.post(CHAT, b'{"model":"gpt-5","messages":[]}')
        host = stub.requests[-1].headers["host"]

    assert gateway.url == f"http://[::1]:{gateway.port}"
    assert answer.status == 200
    assert host == f"[::1]:{stub.port}"


async def test_targets_are_chosen_by_weight(tmp_path: Path) -> None:
    """80 to 20 is about that over 500 requests; a weight of 0 is never chosen."""
    async with StubProvider("openai") as heavy, StubProvider("openai") as light:
        routes = tmp_path / "routes.yaml"
        routes.write_text(TWO_TARGETS.format(heavy=heavy.base_url, light=light.base_url), encoding="utf-8")
        async with running_gateway(routes) as gateway, raw_client(gateway.host, gateway.port) as client:
            chosen = Counter(
                [
                    (await client.post(CHAT, b'{"model":"gpt-5","messages":[]}')).get("x-sealane-provider")
                    for _ in range(500)
                ]
            )

    # Five standard deviations of a fair draw: one failure in two million runs.
    assert 355 <= chosen["heavy"] <= 445
    assert chosen["heavy"] + chosen["light"] == 500


@pytest.mark.parametrize("listen", ["0.0.0.0:0", pytest.param("[::]:0", marks=needs_ipv6)])
async def test_a_reachable_address_serves_whoever_was_let_in(tmp_path: Path, listen: str) -> None:
    """With ``--anonymous`` the gateway also listens where other machines connect."""
    async with StubProvider("openai") as stub:
        routes = tmp_path / "routes.yaml"
        routes.write_text(TWO_TARGETS.format(heavy=stub.base_url, light=stub.base_url), encoding="utf-8")
        async with (
            running_gateway(routes, {"--listen": listen, "--anonymous": "true"}) as gateway,
            raw_client("::1" if "[" in listen else "127.0.0.1", gateway.port) as client,
        ):
            answer = await client.post(CHAT, b'{"model":"gpt-5","messages":[]}')

    assert answer.status == 200
