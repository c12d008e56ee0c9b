"""The report of a router: polls read, documents kept, thousands of routes written in pieces."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from sealane_api.report import MAX_POLLED_ROUTES, CandidateLease, Poll, Standing
from sealane_api.route_table import RouteTable
from sealane_router.app.error_reports import ErrorReports
from sealane_router.app.report import BadPollError, Reporter, read_poll
from sealane_router.exchange import Attempt
from sealane_router.routing.counters import ArmCounters
from sealane_router.routing.leases import CandidateLeases
from sealane_router.routing.matcher import Matcher
from sealane_router.serving import Serving
from sealane_router.settings.groups import InvestigatorSettings
from sealane_telemetry.metrics import RouterMetrics
from tests.support.exchanges import ROUTE, means_of, provider_of, table_of


class Router:
    """What a report tells, as the test wants it."""

    name, replica_set, ready, draining = "router-0", "router-5d4f", True, False
    standing: Standing = "stays"

    def __init__(self, count: int = 1) -> None:
        self.leases = CandidateLeases()
        self.totals = ArmCounters()
        self.errors = ErrorReports(InvestigatorSettings(), RouterMetrics(CollectorRegistry()).reports)
        (route,) = table_of(provider_of("https://api.test/v1")).routes
        routes = [replace(route, name=f"r{number}", revision="3") for number in range(count)]
        self.serving = Serving(Matcher(RouteTable(tuple(routes), "hash")), means_of())
        #: One route cannot be had.
        self.route_problems: dict[str, str] = {"default/broken": "its Secret is missing"}


async def _asked(reporter: Reporter, poll: str) -> Any:
    return json.loads(await reporter.answer(poll.encode()))


def test_a_poll_is_read_as_the_operator_writes_it() -> None:
    """With what it leaves out."""
    assert read_poll(b'{"operator":"o"}') == Poll("o")
    body = b'{"operator":"o","candidates":[{"route":"a/b","revision":8,"weight":10}],"routes":["a/b"],"full":true}'
    assert read_poll(body) == Poll("o", (CandidateLease("a/b", 8, 10),), ("a/b",), full=True)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"\xff", b'{"operator":1}', b'{"operator":"o","routes":"a"}', b"[" * 100_000]
)
def test_what_is_no_poll_is_refused(body: bytes) -> None:
    """With the decoder's words, which repeat nothing long."""
    with pytest.raises(BadPollError) as refused:
        read_poll(body)
    assert str(refused.value).startswith("this is no poll: ")
    assert len(str(refused.value)) <= 220


def test_a_poll_names_so_many_routes_and_no_more() -> None:
    """Candidates and routes together."""
    routes = json.dumps(["a/b"] * MAX_POLLED_ROUTES)
    assert len(read_poll(f'{{"operator":"o","routes":{routes}}}'.encode()).routes) == MAX_POLLED_ROUTES
    candidate = '{"route":"a/b","revision":1,"weight":1}'
    with pytest.raises(BadPollError, match="at most 10000 routes"):
        read_poll(f'{{"operator":"o","routes":{routes},"candidates":[{candidate}]}}'.encode())


async def test_a_poll_renews_leases_and_is_answered() -> None:
    """Candidates and named routes, each once; what is not served says why where that is known."""
    router = Router()
    router.leases.point({"default/r0": (4, 10)})
    router.leases.confirm()
    candidate = '{"route":"default/r0","revision":4,"weight":5}'
    routes = '["default/r0","default/broken","default/unknown"]'
    told = await _asked(Reporter(router), f'{{"operator":"o","candidates":[{candidate}],"routes":{routes}}}')
    assert router.leases.weight("default/r0", 4) == 5
    assert (told["name"], told["replica_set"]) == ("router-0", "router-5d4f")
    assert (told["ready"], told["draining"]) == (True, False)
    assert list(told["routes"]) == ["default/r0", "default/broken", "default/unknown"]
    assert {name: route["problem"] for name, route in told["routes"].items()} == {
        "default/r0": None,
        "default/broken": "its Secret is missing",
        "default/unknown": None,
    }
    assert told["routes"]["default/r0"]["stable"]["revision"] == 3
    assert told["routes"]["default/unknown"]["stable"] is None


async def test_each_start_is_a_process_of_its_own() -> None:
    """So that counters that begin anew are no drop."""
    router = Router()
    one, other = Reporter(router), Reporter(router)
    assert one.process != other.process
    assert (await _asked(one, '{"operator":"o"}'))["process"] == one.process


async def test_thousands_of_routes_let_exchanges_have_their_turn() -> None:
    """A full report is written in pieces."""
    reporter, turns = Reporter(Router(500)), 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.ensure_future(others())
    told = await _asked(reporter, '{"operator":"o","full":true}')
    other.cancel()
    assert len(told["routes"]) == 501, "and the one that is not served"
    assert turns >= 10


async def test_facts_are_told_to_who_asks_for_them() -> None:
    """With the process that its events have as their epoch; no other report carries them."""
    router = Router()
    reporter = Reporter(router)
    rule = router.serving.rules["default/r0", "kimi"]
    attempt = Attempt(rule.rule.targets[0], rule.providers["moonshot"], fallback=False, retry=False)
    router.errors.facts.series(rule.route, attempt, "kimi-k3", "acme").failed("Timeout", "acme")
    told = json.loads(await reporter.facts())

    assert (told["process"], told["name"]) == (reporter.process, "router-0")
    assert [(fact["route"], fact["revision"], fact["failures"]) for fact in told["traffic"]] == [
        ("default/r0", 3, {"Timeout": 1})
    ]
    assert "traffic" not in await _asked(reporter, '{"operator":"o","full":true}')


async def test_thousands_of_facts_let_exchanges_have_their_turn() -> None:
    """As thousands of routes do."""
    router = Router()
    rule = router.serving.rules["default/r0", "kimi"]
    attempt = Attempt(rule.rule.targets[0], rule.providers["moonshot"], fallback=False, retry=False)
    for number in range(1000):
        router.errors.facts.series(replace(rule.route, name=f"r{number}"), attempt, "kimi-k3", "acme")
    writing, turns = asyncio.ensure_future(Reporter(router).facts()), 0
    while not writing.done():
        turns += 1
        await asyncio.sleep(0)

    assert len(json.loads(writing.result())["traffic"]) == 1000
    assert turns >= 20


async def test_peers_share_an_answer() -> None:
    """For a second: each of them asks every 2 s."""
    now = 100.0
    reporter = Reporter(Router(), lambda: now)
    first = await reporter.for_peers()
    now += 0.9
    assert await reporter.for_peers() is first
    now += 0.2
    second = await reporter.for_peers()
    assert second is not first
    assert json.loads(second)["routes"]["default/r0"] == {
        "stable": None,
        "candidate": None,
        "problem": None,
        "providers": {"moonshot": {"breaker": "closed", "success_age": None}},
    }
    assert ROUTE not in json.loads(second)["routes"]


async def test_what_a_peer_names_is_told_as_it_is_now() -> None:
    """Never from a second ago: whether a router leaves hangs on it. Naming none asks for the router alone."""
    router = Router(3)
    reporter = Reporter(router, lambda: 100.0)
    before = json.loads(await reporter.for_peers([]))
    router.standing = "leaving"
    after = json.loads(await reporter.for_peers(["default/r1", "default/r1", "default/gone"]))
    assert (before["standing"], before["routes"]) == ("stays", {})
    assert after["standing"] == "leaving"
    assert {name: list(route["providers"]) for name, route in after["routes"].items()} == {
        "default/r1": ["moonshot"],
        "default/gone": [],
    }
