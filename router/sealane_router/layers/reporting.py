"""The outermost layer: every exchange is counted and logged once, and every error becomes its answer here."""

from sealane_router.error_answer import render
from sealane_router.errors import (
    ClientGone,
    GatewayError,
    GatewayFault,
    LimitExceeded,
    ModelForbidden,
    ProviderFailed,
    ProviderUnavailable,
    RequestRefused,
    Unauthenticated,
)
from sealane_router.exchange import Exchange, Handler, Layer
from sealane_router.providers.api import Flavour
from sealane_router.recorder import Recorder
from sealane_router.relay.answer_head import gateway_lines
from sealane_router.report.facts import Facts
from sealane_router.report.noting import ErrorNotes
from sealane_router.routing.counters import ArmCounters
from sealane_telemetry.exchange_log import ExchangeLog
from sealane_telemetry.logs import get_logger
from sealane_telemetry.metrics import RouterMetrics
from sealane_telemetry.tracebacks import render as render_traceback

_log = get_logger("sealane.router")


def reporting(
    metrics: RouterMetrics, log: ExchangeLog | None, totals: ArmCounters, facts: Facts, notes: ErrorNotes | None = None
) -> Layer:
    """Counts, all exchanges together in ``totals`` and attempts in ``facts``, and logs.

    ``log`` None writes no line per exchange, ``notes`` None tells no investigator of its error.
    """
    recorder = Recorder(metrics, log, totals, facts, notes)

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
                if notes is not None:
                    notes.exchange_failed(exchange, error)
            except ClientGone:
                outcome = exchange.code = "client_gone"
            except Exception as error:  # noqa: BLE001 - the last line of defence: nothing may end without an answer
                _log.exception("exchange_failed", request_id=exchange.request_id)
                fault = GatewayFault("the gateway failed; its log knows the request id")
                _answer(exchange, fault)
                if notes is not None:
                    notes.exchange_failed(exchange, fault, render_traceback(error))
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
        # Only a defect or the drain deadline comes here: what was begun cannot be finished, unless it is an event
        # stream that has said so in its last event.
        exchange.code = error.code
        if not response.ended:
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
