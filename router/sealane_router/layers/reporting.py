"""The outermost layer: every exchange is counted and logged once, and every error becomes its answer here."""

import time

from sealane_router.error_answer import render
from sealane_router.errors import (
    ClientGone,
    GatewayDraining,
    GatewayError,
    GatewayFault,
    LimitExceeded,
    ModelForbidden,
    ModelNotFound,
    ProviderFailed,
    ProviderUnavailable,
    RequestRefused,
    Unauthenticated,
)
from sealane_router.exchange import Attempt, Exchange, Handler, Layer
from sealane_router.providers.api import Api, Flavour
from sealane_router.relay.answer_head import gateway_lines
from sealane_telemetry.exchange_log import AttemptEntry, ExchangeEntry, ExchangeLog
from sealane_telemetry.logs import get_logger
from sealane_telemetry.metrics import RouterMetrics

_log = get_logger("sealane.router")

_API_NAMES = {api: api.name.lower() for api in Api}
_INVALID_TRACE = "0" * 32


def reporting(metrics: RouterMetrics, log: ExchangeLog | None) -> Layer:
    """Counts and logs; ``log`` None writes no line per exchange."""
    recorder = _Recorder(metrics, log)

    def layer(handler: Handler) -> Handler:
        async def report(exchange: Exchange) -> None:
            recorder.in_flight += 1
            outcome = "gateway_error"
            try:
                await handler(exchange)
                outcome = "ok"
            except GatewayError as error:
                outcome = _outcome_of(error)
                _answer(exchange, error)
            except ClientGone:
                outcome = exchange.code = "client_gone"
            except Exception:  # noqa: BLE001 - the last line of defence: nothing may end without an answer
                _log.exception("exchange_failed", request_id=exchange.request_id)
                _answer(exchange, GatewayFault("the gateway failed; its log knows the request id"))
            finally:
                recorder.in_flight -= 1
                recorder.record(exchange, outcome)

        return report

    metrics.in_flight_exchanges.read_from(lambda: [((), recorder.in_flight)])
    return layer


def _answer(exchange: Exchange, error: GatewayError) -> None:
    response = exchange.response
    if error.close:
        response.close = True
    if response.started:
        # Only a defect or the drain deadline comes here: what was begun cannot be finished.
        exchange.code = error.code
        response.cut()
        return
    anthropic = exchange.api is not None and exchange.api.flavour is Flavour.ANTHROPIC
    status, headers, body, exchange.code = render(
        error, anthropic=anthropic, headers=gateway_lines(exchange), request_id=exchange.request_id
    )
    exchange.status = status
    response.answer(status, headers, body)


def _outcome_of(error: GatewayError) -> str:
    if isinstance(error, LimitExceeded | Unauthenticated | ModelForbidden):
        return "refused"
    if isinstance(error, RequestRefused):
        return "client_error"
    if isinstance(error, ProviderFailed | ProviderUnavailable):
        return "provider_error"
    return "gateway_error"


class _Recorder:
    """Turns a finished exchange into series and a line."""

    __slots__ = ("_log", "_metrics", "in_flight")

    def __init__(self, metrics: RouterMetrics, log: ExchangeLog | None) -> None:
        self._metrics = metrics
        self._log = log
        self.in_flight = 0

    def record(self, exchange: Exchange, outcome: str) -> None:
        now = time.monotonic()
        last = exchange.attempts[-1] if exchange.attempts else None
        exchange.answer_bytes = exchange.response.bytes_sent
        if last is not None and outcome == "ok" and last.failure is not None:
            outcome = exchange.code = "broken_stream"
        self._count(exchange, last, now)
        if self._log is not None:
            self._log.record(_entry(exchange, last, outcome, now), time.time())

    def _count(self, exchange: Exchange, last: Attempt | None, now: float) -> None:
        metrics, match = self._metrics, exchange.match
        route = match.route.key if match is not None else ""
        rule = match.rule.name if match is not None else ""
        revision = match.route.revision if match is not None else ""
        provider = last.target.provider.name if last is not None else ""
        api = _API_NAMES[exchange.api] if exchange.api is not None else ""
        counters = metrics.of_exchange(route, rule, revision, provider, api)
        committed = last.first_content if last is not None else 0.0
        counters.ended(exchange.code, now - exchange.received, committed - exchange.received if committed else None)
        if exchange.input_tokens >= 0 and exchange.output_tokens >= 0:
            counters.used(exchange.input_tokens, exchange.output_tokens)
        for attempt in exchange.attempts:
            name = attempt.target.provider.name
            result = _result(attempt, exchange)
            metrics.attempts.labels(route, name, rule, result).inc()
            if attempt.retry:
                metrics.retries.labels(route, rule).inc()
            if attempt.fallback:
                metrics.fallbacks.labels(route, rule, name).inc()
        if exchange.code == Unauthenticated.code:
            presented = exchange.head.get(b"authorization") or exchange.head.get(b"x-api-key")
            metrics.unauthenticated.labels("unknown" if presented else "missing").inc()
        elif exchange.code == ModelForbidden.code:
            metrics.unauthenticated.labels(ModelForbidden.code).inc()
        elif exchange.code == ModelNotFound.code and match is None:
            metrics.model_not_found.labels().inc()


def _result(attempt: Attempt, exchange: Exchange) -> str:
    if exchange.code in ("client_gone", GatewayDraining.code) and attempt is exchange.attempts[-1]:
        return "client_gone" if exchange.code == "client_gone" else "drained"
    return attempt.result


def _entry(exchange: Exchange, last: Attempt | None, outcome: str, now: float) -> ExchangeEntry:
    head, match = exchange.head, exchange.match
    committed = last.first_content if last is not None else 0.0
    return ExchangeEntry(
        request_id=exchange.request_id,
        trace_id=_trace_id(head.get(b"traceparent")),
        tenant=exchange.caller.tenant if exchange.caller is not None else "",
        api=_API_NAMES[exchange.api] if exchange.api is not None else "",
        method=head.method.decode("ascii", "replace"),
        path=head.path.decode("ascii", "replace") if exchange.api is not None else _known_path(head.path),
        model=exchange.model,
        route=match.route.key if match is not None else "",
        rule=match.rule.name if match is not None else "",
        revision=match.route.revision if match is not None else "",
        provider=last.target.provider.name if last is not None else "",
        provider_model=(last.target.model or (match.canonical if match else "")) if last is not None else "",
        status=exchange.status,
        code=exchange.code,
        outcome=outcome,
        attempts=len(exchange.attempts),
        retries=sum(attempt.retry for attempt in exchange.attempts),
        fallback=any(attempt.fallback for attempt in exchange.attempts),
        stream=exchange.json is not None and exchange.json.stream,
        duration=now - exchange.received,
        first_content=committed - exchange.received if committed else None,
        request_bytes=exchange.request_bytes,
        answer_bytes=exchange.answer_bytes,
        input_tokens=exchange.input_tokens,
        output_tokens=exchange.output_tokens,
        attempt_list=[_attempt(attempt, exchange) for attempt in exchange.attempts],
    )


def _attempt(attempt: Attempt, exchange: Exchange) -> AttemptEntry:
    match = exchange.match
    failure = attempt.failure
    return AttemptEntry(
        attempt.target.provider.name,
        attempt.target.model or (match.canonical if match else ""),
        _result(attempt, exchange),
        attempt.status,
        (failure.code or "") if failure is not None else "",
        attempt.ended - attempt.started,
    )


def _known_path(path: bytes) -> str:
    """A path we do not serve may hold anything; it is named only when it is ours."""
    return "/v1/models" if path == b"/v1/models" else ""


def _trace_id(traceparent: bytes | None) -> str:
    """The trace id of a W3C ``traceparent`` (https://www.w3.org/TR/trace-context/), or nothing."""
    if traceparent is None or len(traceparent) < 55 or traceparent[2:3] != b"-" or traceparent[35:36] != b"-":
        return ""
    trace = traceparent[3:35].decode("ascii", "replace").lower()
    return trace if trace != _INVALID_TRACE and not trace.strip("0123456789abcdef") else ""
