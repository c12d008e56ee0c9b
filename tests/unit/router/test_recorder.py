"""What is left of an exchange: the quick way for plain ones says the same as the full one."""

import json
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from sealane_api.failure import FailureClass
from sealane_router import recorder as module
from sealane_router.errors import Failure
from sealane_router.exchange import Attempt, Exchange
from sealane_router.recorder import Recorder
from sealane_router.routing.counters import ArmCounters
from sealane_router.serving import Serving
from sealane_telemetry.exchange_log import ExchangeLog
from sealane_telemetry.metrics import RouterMetrics
from tests.support.exchanges import facts_of, matched, provider_of, request_of, serving_of, table_of


@pytest.fixture
def serving() -> Serving:
    """One table for all exchanges."""
    return serving_of(table_of(provider_of("http://127.0.0.1:9/v1")))


def answered(serving: Serving, model: str = "kimi-k3") -> Exchange:
    """A plain exchange: one good attempt."""
    exchange, _ = request_of(json.dumps({"model": model}).encode())
    matched(exchange, serving)
    assert exchange.rule is not None
    attempt = Attempt(exchange.rule.rule.targets[0], exchange.rule.providers["moonshot"], fallback=False, retry=False)
    attempt.status = exchange.status = 200
    attempt.started = attempt.ended = attempt.first_content = exchange.received
    exchange.attempts.append(attempt)
    exchange.response.answer(200, b"", b"{}")
    exchange.input_tokens, exchange.output_tokens = 3, 4
    return exchange


def recorded(*exchanges: Exchange) -> tuple[list[dict[str, Any]], CollectorRegistry]:
    """The lines and series of exchanges, recorded in order."""
    written: list[bytes] = []
    registry = CollectorRegistry()
    log = ExchangeLog(written.append, dropped=lambda _: None)
    recorder = Recorder(RouterMetrics(registry), log, ArmCounters(), facts_of())
    for exchange in exchanges:
        recorder.record(exchange, "ok")
    log.flush()
    return [json.loads(line) for line in b"".join(written).splitlines()], registry


def test_a_plain_exchange_leaves_the_line_of_any_other(serving: Serving) -> None:
    """Field by field, but for its times; the second one of a kind too."""
    by_hand = answered(serving)
    by_hand.attempts[0].fallback = True  # not plain, so it takes the full way
    lines, registry = recorded(by_hand, answered(serving), answered(serving))
    for line in lines:
        for own in ("time", "duration_ms", "first_content_ms", "fallback"):
            del line[own]
    assert lines[1] == lines[2] == lines[0]
    labels = {"route": "default/assistants", "provider": "moonshot", "rule": "kimi", "result": "ok"}
    assert registry.get_sample_value("sealane_attempts_total", labels) == 3


def test_what_is_kept_for_plain_exchanges_is_bounded(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients choose the names of models."""
    monkeypatch.setattr(module, "_MOST_PLAIN", 4)
    exchanges = [answered(serving, f"kimi-{number}") for number in range(20)]
    lines, _ = recorded(*exchanges)
    assert [line["model"] for line in lines] == [f"kimi-{number}" for number in range(20)]
    assert len(exchanges[0].rule.endings) <= 4


def test_attempts_are_counted_for_who_looks_for_causes(serving: Serving) -> None:
    """Plain ones and others alike; an attempt that its client left is neither good nor bad."""
    facts = facts_of()
    recorder = Recorder(RouterMetrics(CollectorRegistry()), None, ArmCounters(), facts)
    left, mixed = answered(serving), answered(serving)
    left.code = "client_gone"
    failed = Attempt(mixed.rule.rule.targets[0], mixed.rule.providers["moonshot"], fallback=False, retry=False)
    failed.failure = Failure(FailureClass.TIMEOUT)
    mixed.attempts.insert(0, failed)
    for exchange, outcome in (
        (answered(serving), "ok"),
        (answered(serving), "ok"),
        (left, "client_gone"),
        (mixed, "ok"),
    ):
        recorder.record(exchange, outcome)
    (fact,) = facts.report("p", "r", facts.traffic()).traffic

    assert (fact.model, fact.successes, fact.failures) == ("kimi-k3", 3, {"Timeout": 1})
    assert (fact.tenants, fact.failing_tenants) == (1, 1)
