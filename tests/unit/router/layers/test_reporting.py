"""The outermost layer: one count, one line and one answer, however an exchange ended."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from sealane_api.failure import FailureClass
from sealane_router.aio.driver import Driver, Wakeup
from sealane_router.errors import (
    ClientGone,
    Failure,
    GatewayDraining,
    GatewayError,
    LimitExceeded,
    MalformedRequest,
    ModelForbidden,
    ModelNotFound,
    ProviderFailed,
    ProviderUnavailable,
    Unauthenticated,
)
from sealane_router.exchange import Attempt, Exchange, Handler, Layer
from sealane_router.layers.reporting import reporting
from sealane_router.report.credential_names import CredentialNames
from sealane_router.report.entry import Entry
from sealane_router.report.folding import Folding
from sealane_router.report.noting import ErrorNotes
from sealane_router.routing.counters import ArmCounters
from sealane_telemetry.exchange_log import ExchangeLog
from sealane_telemetry.metrics import RouterMetrics
from tests.support.error_entries import backlog_of
from tests.support.exchanges import facts_of, matched, provider_of, request_of, serving_of, table_of

Run = Callable[[Handler, Exchange], None]


class Reported:
    """What the layer told of the exchanges it saw."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.metrics = RouterMetrics(self.registry)
        self.written = b""
        self.log = ExchangeLog(self._write, dropped=lambda _: None)
        self.backlog = backlog_of()
        notes = ErrorNotes(self.backlog, Folding(self.backlog), CredentialNames(b"key", lambda _: "opaque"))
        self.layer: Layer = reporting(self.metrics, self.log, ArmCounters(), facts_of(), notes)

    def _write(self, data: bytes) -> None:
        self.written += data

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The lines of the log."""
        self.log.flush()
        return [json.loads(line) for line in self.written.splitlines()]

    def metric(self, name: str, **labels: str) -> float:
        """The value of one series."""
        return self.registry.get_sample_value(name, labels) or 0.0

    @property
    def noted(self) -> list[Entry]:
        """What the investigator will be told."""
        return self.backlog.part(0, 9)

    @property
    def codes(self) -> dict[str, float]:
        """How many exchanges ended with which code."""
        return {
            sample.labels["code"]: sample.value
            for family in self.registry.collect()
            for sample in family.samples
            if sample.name == "sealane_exchanges_total"
        }


@pytest.fixture
def reported() -> Reported:
    """A fresh layer."""
    return Reported()


def with_attempts(*results: Failure | None) -> Callable[[Exchange], None]:
    """What the layers below leave behind: attempts with these failures."""

    def do(exchange: Exchange) -> None:
        matched(exchange, serving_of(table_of(provider_of("http://127.0.0.1:9/v1"))))
        assert exchange.rule is not None
        for number, failure in enumerate(results):
            target = exchange.rule.rule.targets[0]
            attempt = Attempt(target, exchange.rule.providers["moonshot"], fallback=False, retry=number > 0)
            attempt.failure = failure
            attempt.started = attempt.ended = attempt.first_content = exchange.received
            exchange.attempts.append(attempt)
            exchange.attempt = attempt

    return do


def answered(exchange: Exchange) -> None:
    """One good attempt, and its answer."""
    with_attempts(None)(exchange)
    exchange.status = 200
    exchange.input_tokens, exchange.output_tokens = 3, 4
    exchange.response.answer(200, b"", b"{}")


def then(*steps: Callable[[Exchange], None]) -> Handler:
    """A handler that does one thing after the other."""

    async def handler(exchange: Exchange) -> None:
        for step in steps:
            step(exchange)

    return handler


def raising(error: BaseException) -> Callable[[Exchange], None]:
    """A step that fails."""

    def step(_: Exchange) -> None:
        raise error

    return step


def test_an_answered_exchange_is_counted_and_logged(run: Run, reported: Reported) -> None:
    """Once each; the answer is not touched."""
    exchange, client = request_of()
    run(reported.layer(then(answered)), exchange)
    assert client.body == b"{}"
    assert reported.codes == {"ok": 1}
    labels = {"route": "default/assistants", "provider": "moonshot"}
    assert reported.metric("sealane_attempts_total", rule="kimi", result="ok", **labels) == 1
    assert reported.metric("sealane_tokens_total", direction="output", **labels) == 4
    (line,) = reported.lines
    assert (line["outcome"], line["status"], line["code"], line["attempts"]) == ("ok", 200, "", 1)
    assert (line["route"], line["provider"], line["model"], line["answer_bytes"]) == (
        "default/assistants",
        "moonshot",
        "kimi-k3",
        2,
    )


FAILURE = Failure(FailureClass.CONNECT, code="connection_refused")


@pytest.mark.parametrize(
    ("error", "status", "code", "outcome"),
    [
        (MalformedRequest("m"), 400, "invalid_request", "client_error"),
        (Unauthenticated("m"), 401, "invalid_api_key", "refused"),
        (ModelForbidden("m"), 403, "model_not_allowed", "refused"),
        (ModelNotFound("m"), 404, "model_not_found", "client_error"),
        (LimitExceeded("m", retry_after=1), 429, "rate_limit_exceeded", "refused"),
        (ProviderUnavailable("m", retry_after=1), 503, "provider_unavailable", "provider_error"),
        (ProviderFailed(FAILURE, provider="p", model="m"), 502, "provider_unreachable", "provider_error"),
        (GatewayDraining("m"), 503, "draining", "gateway_error"),
        (ValueError("a prompt"), 500, "internal_error", "gateway_error"),
    ],
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_every_error_has_one_answer(
    run: Run, reported: Reported, error: Exception, status: int, code: str, outcome: str
) -> None:
    """With the gateway's headers; nothing of a defect's text is in it."""
    exchange, client = request_of()
    run(reported.layer(then(raising(error))), exchange)
    assert client.written.startswith(b"HTTP/1.1 %d " % status)
    assert json.loads(client.body)["error"]["code"] == code
    assert b"\r\nx-sealane-attempts: 0\r\n" in client.head
    assert b"prompt" not in client.written
    assert reported.codes == {code: 1}
    (line,) = reported.lines
    assert (line["outcome"], line["status"], line["code"]) == (outcome, status, code)
    assert exchange.response.close == (isinstance(error, GatewayError) and error.close)
    assert [entry.code for entry in reported.noted] == ([] if isinstance(error, ProviderFailed) else [code])
    assert "prompt" not in str([entry.exception for entry in reported.noted])


def test_messages_get_their_own_shape(run: Run, reported: Reported) -> None:
    """Anthropic's clients read another one."""
    exchange, client = request_of(path="/v1/messages")
    run(reported.layer(then(raising(MalformedRequest("m")))), exchange)
    assert json.loads(client.body)["type"] == "error"


def test_an_error_that_condemns_the_connection_closes_it(run: Run, reported: Reported) -> None:
    """And the answer says so."""
    exchange, client = request_of()
    run(reported.layer(then(raising(MalformedRequest("m", close=True)))), exchange)
    assert exchange.response.close
    assert client.head.endswith(b"\r\nconnection: close")


def test_a_client_that_left_gets_no_answer(run: Run, reported: Reported) -> None:
    """And its last attempt is neither good nor bad, and nobody is told of it."""
    exchange, client = request_of()
    run(reported.layer(then(with_attempts(FAILURE, None), raising(ClientGone()))), exchange)
    assert client.written == b""
    assert reported.codes == {"client_gone": 1}
    (line,) = reported.lines
    assert (line["outcome"], line["status"]) == ("client_gone", 0)
    assert [attempt["result"] for attempt in line["attempt_list"]] == ["Connect", "client_gone"]
    assert reported.noted == []


def test_a_client_that_left_between_attempts_changes_none(run: Run, reported: Reported) -> None:
    """The last one had failed before."""
    exchange, _ = request_of()
    run(reported.layer(then(with_attempts(FAILURE), raising(ClientGone()))), exchange)
    (line,) = reported.lines
    assert [attempt["result"] for attempt in line["attempt_list"]] == ["Connect"]
    labels = {"route": "default/assistants", "provider": "moonshot", "rule": "kimi"}
    assert reported.metric("sealane_attempts_total", result="Connect", **labels) == 1


def test_retries_are_counted(run: Run, reported: Reported) -> None:
    """An attempt at a target that had been tried."""
    exchange, _ = request_of()
    error = ProviderFailed(FAILURE, provider="moonshot", model="kimi-k3")
    run(reported.layer(then(with_attempts(FAILURE, FAILURE), raising(error))), exchange)
    assert reported.metric("sealane_retries_total", route="default/assistants", rule="kimi") == 1
    assert reported.lines[0]["retries"] == 1


def test_a_broken_stream_is_not_a_success(run: Run, reported: Reported) -> None:
    """The client has been told in the stream; nothing more is written."""
    exchange, client = request_of()

    def broken(exchange: Exchange) -> None:
        with_attempts(Failure(FailureClass.BROKEN_STREAM, 200, code="idle_timeout"))(exchange)
        exchange.status = 200
        exchange.response.begin(200, b"", b"data: x\n\n")
        exchange.response.end()

    run(reported.layer(then(broken)), exchange)
    assert client.body.endswith(b"0\r\n\r\n")
    assert reported.codes == {"broken_stream": 1}
    (line,) = reported.lines
    assert (line["outcome"], line["code"], line["status"]) == ("broken_stream", "broken_stream", 200)
    assert [(entry.failure_class, entry.code) for entry in reported.noted] == [("BrokenStream", "idle_timeout")]


@pytest.mark.parametrize("error", [GatewayDraining("m"), ValueError("defect")])
def test_after_commit_an_error_cuts_the_answer(run: Run, reported: Reported, error: Exception) -> None:
    """It cannot be finished, and must not look finished."""
    exchange, client = request_of()
    begun = then(with_attempts(None), lambda each: each.response.begin(200, b"", b"x"), raising(error))
    run(reported.layer(begun), exchange)
    assert client.aborted
    assert not client.written.endswith(b"0\r\n\r\n")
    assert exchange.response.ended


def test_a_stream_that_said_its_last_word_is_not_cut(run: Run, reported: Reported) -> None:
    """The drain's deadline was told in an event."""
    exchange, client = request_of()

    def said(exchange: Exchange) -> None:
        exchange.response.begin(200, b"", b"x")
        exchange.response.end()

    run(reported.layer(then(with_attempts(None), said, raising(GatewayDraining("m")))), exchange)
    assert not client.aborted
    assert reported.codes == {"draining": 1}
    assert reported.lines[0]["attempt_list"][0]["result"] == "drained"


@pytest.mark.parametrize(
    ("error", "headers", "name", "labels"),
    [
        (Unauthenticated("m"), b"", "sealane_unauthenticated_total", {"reason": "missing"}),
        (Unauthenticated("m"), b"x-api-key: a\r\n", "sealane_unauthenticated_total", {"reason": "unknown"}),
        (ModelForbidden("m"), b"", "sealane_unauthenticated_total", {"reason": "model_not_allowed"}),
        (ModelNotFound("m"), b"", "sealane_model_not_found_total", {}),
    ],
)
def test_refusals_have_counters_of_their_own(
    run: Run, reported: Reported, error: GatewayError, headers: bytes, name: str, labels: dict[str, str]
) -> None:
    """Each by its reason."""
    exchange, _ = request_of(headers=headers)
    run(reported.layer(then(raising(error))), exchange)
    assert reported.metric(name, **labels) == 1


def test_exchanges_under_way_are_counted(reported: Reported) -> None:
    """And are not when they have ended, however."""
    wakeup = Wakeup()

    async def waiting(_: Exchange) -> None:
        await wakeup

    ended: list[BaseException | None] = []
    drivers = []
    for _ in range(3):
        exchange, _ = request_of()

        async def work(exchange: Exchange = exchange) -> None:
            await reported.layer(waiting)(exchange)

        drivers.append(Driver(work(), ended.append))
    for driver in drivers:
        driver.start()
    assert reported.metric("sealane_in_flight_exchanges") == 3
    for driver in drivers:
        driver.cancel(ClientGone())
    assert reported.metric("sealane_in_flight_exchanges") == 0
    assert ended == [None] * 3


@pytest.mark.parametrize(
    ("header", "trace"),
    [
        (b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "0af7651916cd43dd8448eb211c80319c"),
        (b"00-00000000000000000000000000000000-b7ad6b7169203331-01", ""),
        (b"00-0af7651916cd43dd8448eb211c80319z-b7ad6b7169203331-01", ""),
        (b"nonsense", ""),
        (b"", ""),
    ],
)
def test_a_trace_is_named_in_the_log(run: Run, reported: Reported, header: bytes, trace: str) -> None:
    """Where the client sent a valid one."""
    exchange, _ = request_of(headers=b"traceparent: " + header + b"\r\n")
    run(reported.layer(then(answered)), exchange)
    assert reported.lines[0]["trace_id"] == trace


@pytest.mark.parametrize(("path", "shown"), [("/v1/models", "/v1/models"), ("/secret?key=sk", "")])
def test_a_path_that_is_not_ours_is_not_logged(run: Run, reported: Reported, path: str, shown: str) -> None:
    """It may hold anything."""
    exchange, _ = request_of(path=path)
    run(reported.layer(then(raising(MalformedRequest("m")))), exchange)
    assert reported.lines[0]["path"] == shown
