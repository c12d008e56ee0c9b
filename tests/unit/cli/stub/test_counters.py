"""What a stub remembers, and that it does not remember for ever."""

from collections import Counter

from sealane_cli.stub.counters import Counters, RecordedRequest, count


def _request(body: bytes = b"") -> RecordedRequest:
    return RecordedRequest("POST", "/v1/x", {}, body, None, None)


def test_an_exchange_ends_once() -> None:
    """The first word on its end counts."""
    counters = Counters()
    exchange = counters.begin("/v1/x", 1.0)

    assert counters.in_flight == 1
    counters.end(exchange, "client_closed", 2.0)
    counters.end(exchange, "complete", 3.0)

    assert counters.in_flight == 0
    assert [(one.how, one.started, one.ended) for one in counters.ended] == [("client_closed", 1.0, 2.0)]


def test_only_the_last_requests_are_kept() -> None:
    """A hundred of them."""
    counters = Counters()
    for number in range(150):
        counters.record(_request(b"%d" % number))

    assert counters.total == 150
    assert [counters.requests[0].body, counters.requests[-1].body] == [b"50", b"149"]


def test_kept_bodies_are_bounded_together() -> None:
    """Large bodies push older requests out."""
    counters = Counters()
    body = bytes(32 << 20)
    for _ in range(6):
        counters.record(_request(body))

    assert len(counters.requests) == 4


def test_names_chosen_by_clients_are_bounded() -> None:
    """The thousand and first goes under (other)."""
    counts: Counter[str] = Counter()
    for number in range(1_100):
        count(counts, f"model-{number}")
    count(counts, "model-0")

    assert (len(counts), counts["(other)"], counts["model-0"]) == (1_001, 100, 2)


def test_reset_forgets_all_but_what_goes_on() -> None:
    """Exchanges in flight stay in flight."""
    counters = Counters()
    exchange = counters.begin("/v1/x", 0.0)
    counters.record(_request())
    counters.foreign_keys = counters.foreign_models = 2
    counters.reset()

    assert (counters.total, counters.cross_routed, counters.in_flight) == (0, 0, 1)
    counters.end(exchange, "complete", 1.0)
    assert counters.in_flight == 0
