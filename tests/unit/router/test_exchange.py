"""The exchange as a value: what it is before anything has happened to it."""

import time

from sealane_api.failure import FailureClass
from sealane_router.errors import Failure
from sealane_router.exchange import Attempt
from sealane_router.providers.api import Api
from tests.support.exchanges import means_of, provider_of, request_of, serving_of, table_of


def test_a_new_exchange_knows_its_request_and_nothing_else() -> None:
    """Unknown counts are -1, so that none is taken for zero."""
    before = time.monotonic()
    exchange, transport = request_of()
    assert before <= exchange.received <= time.monotonic()
    assert exchange.api is Api.CHAT_COMPLETIONS
    assert (exchange.matched, exchange.tenant, exchange.model, exchange.attempts) == (False, "", "", [])
    assert not any(hasattr(exchange, later) for later in ("caller", "json", "match", "rule", "plan", "attempt"))
    assert (exchange.input_tokens, exchange.output_tokens, exchange.status, exchange.code) == (-1, -1, 0, "")
    assert transport.written == b""


def test_an_attempt_is_well_until_it_has_failed() -> None:
    """Its result is a word for metrics and log."""
    provider = provider_of("http://127.0.0.1:9/v1")
    serving = serving_of(table_of(provider), means_of())
    target = serving.table.routes[0].rules[0].targets[0]
    attempt = Attempt(target, serving.providers[provider.route, provider.name], fallback=False, retry=True)
    assert (attempt.result, attempt.retry, attempt.fallback, attempt.started) == ("ok", True, False, 0.0)
    attempt.failure = Failure(FailureClass.TIMEOUT)
    assert attempt.result == "Timeout"
