"""The layer that sets an attempt's deadlines."""

from collections.abc import Callable
from typing import Any

import pytest

from sealane_api.route_table import Timeouts
from sealane_router.exchange import Attempt, Exchange, Handler
from sealane_router.layers.deadline import deadline
from sealane_router.upstream.client import Deadlines
from tests.support.exchanges import CHAT, STREAMING_CHAT, matched, provider_of, request_of, serving_of, table_of

Run = Callable[[Handler, Exchange], None]


@pytest.mark.parametrize(
    ("body", "timeouts", "expected"),
    [
        (CHAT, Timeouts(), Deadlines(3.0, 600.0, 60.0)),
        (STREAMING_CHAT, Timeouts(), Deadlines(3.0, 60.0, 60.0)),
        (CHAT, Timeouts(1.0, 2.0, 4.0), Deadlines(1.0, 2.0, 4.0)),
        (STREAMING_CHAT, Timeouts(1.0, 2.0, 4.0), Deadlines(1.0, 2.0, 4.0)),
    ],
)
def test_an_attempt_has_its_rule_s_deadlines(
    rest: Any, run: Run, body: bytes, timeouts: Timeouts, expected: Deadlines
) -> None:
    """The first byte of a stream has a shorter one where the rule does not say."""
    exchange, _ = request_of(body)
    matched(exchange, serving_of(table_of(provider_of("http://127.0.0.1:9/v1"), timeouts=timeouts)))
    assert exchange.rule is not None
    target = exchange.rule.rule.targets[0]
    exchange.attempt = Attempt(target, exchange.rule.providers["moonshot"], fallback=False, retry=False)
    run(deadline()(rest), exchange)
    assert (exchange.attempt.deadlines, rest.calls) == (expected, 1)
