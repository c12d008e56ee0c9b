"""What is left of an exchange when it has ended: its series and its line.

Nearly every exchange is plain: answered by its first attempt. What such an exchange counts and logs besides numbers
is the same for all of a tenant, model and target, so it is put together once and kept with the rule.
"""

import time
from dataclasses import dataclass

from sealane_api.failure import FailureClass
from sealane_router.errors import (
    GatewayBusy,
    GatewayDraining,
    GatewayFault,
    ModelForbidden,
    ModelNotFound,
    ProviderUnavailable,
    Unauthenticated,
)
from sealane_router.exchange import Attempt, Exchange
from sealane_router.http1.traceparent import trace_id
from sealane_router.providers.api import Api
from sealane_router.report.facts import Facts, TrafficSeries
from sealane_router.report.noting import ErrorNotes
from sealane_router.routing.counters import ArmCounters, bucket_of
from sealane_telemetry.exchange_counters import ExchangeCounters
from sealane_telemetry.exchange_log import AttemptEntry, ExchangeEntry, ExchangeLog, LineTemplate
from sealane_telemetry.metrics import RouterMetrics
from sealane_telemetry.series import Counter

_API_NAMES = {api: api.name.lower() for api in Api}
#: Outcomes that say nothing about the revision: the client left, or it is the client or its limit.
_SAYS_NOTHING = frozenset({"client_gone", "refused", "client_error"})
#: What an exchange without an attempt counts as: the class its skipped targets have for ``fallback.when``.
_UNTRIED = {
    ProviderUnavailable.code: FailureClass.BREAKER_OPEN.value,
    GatewayBusy.code: FailureClass.OVERLOADED.value,
}
#: Clients choose the model names within a prefix, so what is kept per name is bounded.
_MOST_PLAIN = 1024


@dataclass(frozen=True, slots=True)
class PlainEnding:
    """What the plain exchanges of one tenant, model and target have in common at their end."""

    template: LineTemplate
    counters: ExchangeCounters
    attempts: Counter
    traffic: TrafficSeries


class Recorder:
    """Turns a finished exchange into series, counters and a line; ``log`` None writes no lines.

    ``totals`` counts the exchanges of all routes, as each revision's counters do its own; ``facts`` counts attempts by
    what explains their errors. ``notes`` is told of answers that broke.
    """

    __slots__ = ("_facts", "_log", "_metrics", "_notes", "_totals", "in_flight")

    def __init__(
        self,
        metrics: RouterMetrics,
        log: ExchangeLog | None,
        totals: ArmCounters,
        facts: Facts,
        notes: ErrorNotes | None = None,
    ) -> None:
        self._metrics = metrics
        self._log = log
        self._totals = totals
        self._facts = facts
        self._notes = notes
        self.in_flight = 0

    def record(self, exchange: Exchange, outcome: str) -> None:
        """Count and log; ``outcome`` is one of the log's outcomes."""
        now = time.monotonic()
        attempts = exchange.attempts
        last = attempts[-1] if attempts else None
        exchange.answer_bytes = exchange.response.bytes_sent
        if last is not None and outcome == "ok":
            if last.failure is not None:
                outcome = exchange.code = "broken_stream"
                if self._notes is not None:
                    self._notes.attempt_failed(exchange, last.failure)
            elif len(attempts) == 1 and not last.fallback:
                self._record_plain(exchange, last, now)
                return
        self._count(exchange, last, now)
        self._compare(exchange, outcome, last)
        if self._log is not None:
            self._log.record(_entry(exchange, last, outcome, now), time.time())

    def _record_plain(self, exchange: Exchange, attempt: Attempt, now: float) -> None:
        rule = exchange.rule
        key = (exchange.tenant, exchange.api, exchange.model, exchange.stream, exchange.status, id(attempt.target))
        ending: PlainEnding | None = rule.endings.get(key)
        if ending is None:
            ending = self._plain_ending(exchange, attempt, now)
            if len(rule.endings) >= _MOST_PLAIN:
                rule.endings.clear()
            rule.endings[key] = ending
        received = exchange.received
        counters = ending.counters
        first = attempt.first_content - received
        counters.ended("", now - received, first)
        ending.attempts.value += 1.0
        ending.traffic.successes += 1
        bucket = bucket_of(first)
        self._totals.good(bucket)
        if exchange.counted:
            rule.counters.good(bucket)
        if exchange.input_tokens >= 0:
            counters.used(exchange.input_tokens, exchange.output_tokens)
        if self._log is not None:
            self._log.record_plain(
                ending.template,
                time.time(),
                exchange.request_id,
                trace_id(exchange.head.get(b"traceparent")),
                (now - received, first, attempt.ended - attempt.started),
                (exchange.request_bytes, exchange.answer_bytes, exchange.input_tokens, exchange.output_tokens),
            )

    def _plain_ending(self, exchange: Exchange, attempt: Attempt, now: float) -> PlainEnding:
        route, name = exchange.rule.route, exchange.rule.rule.name
        provider = attempt.target.provider.name
        api = _API_NAMES[exchange.api] if exchange.api is not None else ""
        return PlainEnding(
            LineTemplate.of(_entry(exchange, attempt, "ok", now)),
            self._metrics.of_exchange(route.key, name, route.revision, provider, api),
            self._metrics.attempts.labels(route.key, provider, name, "ok"),
            self._facts.series(route, attempt, _model_of(attempt, exchange), exchange.tenant),
        )

    def _count(self, exchange: Exchange, last: Attempt | None, now: float) -> None:
        metrics = self._metrics
        route, rule, revision = _place(exchange)
        provider = last.target.provider.name if last is not None else ""
        api = _API_NAMES[exchange.api] if exchange.api is not None else ""
        received = exchange.received
        committed = last.first_content if last is not None else 0.0
        counters = metrics.of_exchange(route, rule, revision, provider, api)
        counters.ended(exchange.code, now - received, committed - received if committed else None)
        if exchange.input_tokens >= 0 and exchange.output_tokens >= 0:
            counters.used(exchange.input_tokens, exchange.output_tokens)
        for attempt in exchange.attempts:
            name = attempt.target.provider.name
            result = _result(attempt, exchange)
            metrics.attempts.labels(route, name, rule, result).value += 1.0
            self._count_fact(exchange, attempt, result)
            if attempt.retry:
                metrics.retries.labels(route, rule).inc()
            if attempt.fallback:
                metrics.fallbacks.labels(route, rule, name).inc()
        if exchange.code:
            self._count_refusal(exchange)

    def _count_fact(self, exchange: Exchange, attempt: Attempt, result: str) -> None:
        failure = attempt.failure
        if failure is None and result != "ok":
            return  # the client left, or the drain ended it
        series = self._facts.series(exchange.rule.route, attempt, _model_of(attempt, exchange), exchange.tenant)
        if failure is None:
            series.successes += 1
        else:
            series.failed(result, exchange.tenant)

    def _compare(self, exchange: Exchange, outcome: str, last: Attempt | None) -> None:
        """Count the exchange for its revision, unless it says nothing about it."""
        if outcome in _SAYS_NOTHING or exchange.code == GatewayDraining.code:
            return
        failure = _first_failure(exchange)
        if failure is None:
            return
        first = last.first_content - exchange.received if last is not None and last.first_content else None
        self._totals.failed(failure, first)
        if exchange.matched and exchange.counted:
            exchange.rule.counters.failed(failure, first)

    def _count_refusal(self, exchange: Exchange) -> None:
        metrics = self._metrics
        if exchange.code == Unauthenticated.code:
            presented = exchange.head.get(b"authorization") or exchange.head.get(b"x-api-key")
            metrics.unauthenticated.labels("unknown" if presented else "missing").inc()
        elif exchange.code == ModelForbidden.code:
            metrics.unauthenticated.labels(ModelForbidden.code).inc()
        elif exchange.code == ModelNotFound.code and not exchange.matched:
            metrics.model_not_found.labels().inc()


def _first_failure(exchange: Exchange) -> str | None:
    """What first went wrong, a failure class or an error code; None where no revision and no defect is to blame."""
    attempts = exchange.attempts
    if attempts and attempts[0].failure is not None:
        return attempts[0].failure.failure_class.value
    if exchange.code == GatewayFault.code:
        return GatewayFault.code
    if any(attempt.fallback for attempt in attempts):
        return FailureClass.BREAKER_OPEN.value
    return _UNTRIED.get(exchange.code) if exchange.matched else None


def _result(attempt: Attempt, exchange: Exchange) -> str:
    if attempt.failure is None and attempt is exchange.attempts[-1]:
        if exchange.code == "client_gone":
            return "client_gone"
        if exchange.code == GatewayDraining.code:
            return "drained"
    return attempt.result


def _entry(exchange: Exchange, last: Attempt | None, outcome: str, now: float) -> ExchangeEntry:
    head, attempts = exchange.head, exchange.attempts
    entry = ExchangeEntry(
        request_id=exchange.request_id,
        trace_id=trace_id(head.get(b"traceparent")),
        tenant=exchange.tenant,
        method=head.method.decode("ascii", "replace"),
        model=exchange.model,
        stream=exchange.stream,
        status=exchange.status,
        code=exchange.code,
        outcome=outcome,
        attempts=len(attempts),
        duration=now - exchange.received,
        request_bytes=exchange.request_bytes,
        answer_bytes=exchange.answer_bytes,
        input_tokens=exchange.input_tokens,
        output_tokens=exchange.output_tokens,
        attempt_list=[_attempt(attempt, exchange) for attempt in attempts],
    )
    if exchange.api is not None:
        entry.api, entry.path = _API_NAMES[exchange.api], exchange.api.value
    else:
        entry.path = _known_path(head.path)
    entry.route, entry.rule, entry.revision = _place(exchange)
    if last is not None:
        entry.provider, entry.provider_model = last.target.provider.name, _model_of(last, exchange)
        if last.first_content:
            entry.first_content = last.first_content - exchange.received
        if len(attempts) > 1:
            entry.retries = sum(attempt.retry for attempt in attempts)
        entry.fallback = any(attempt.fallback for attempt in attempts) if len(attempts) > 1 else last.fallback
    return entry


def _attempt(attempt: Attempt, exchange: Exchange) -> AttemptEntry:
    failure = attempt.failure
    return AttemptEntry(
        attempt.target.provider.name,
        _model_of(attempt, exchange),
        _result(attempt, exchange),
        attempt.status,
        (failure.code or "") if failure is not None else "",
        attempt.ended - attempt.started,
    )


def _model_of(attempt: Attempt, exchange: Exchange) -> str:
    """The name that was asked for at the provider."""
    return attempt.target.model or exchange.match.canonical


def _place(exchange: Exchange) -> tuple[str, str, str]:
    """Route, rule and revision that served it; empty when none was found."""
    if not exchange.matched:
        return "", "", ""
    match = exchange.match
    return match.route.key, match.rule.name, match.route.revision


def _known_path(path: bytes) -> str:
    """A path we do not serve may hold anything; it is named only when it is ours."""
    return "/v1/models" if path == b"/v1/models" else ""
