"""Polls as routers read them, answers as routers write them, and what is neither."""

import json
from dataclasses import asdict, replace
from typing import Any

import msgspec
import pytest

from sealane_api.report import MAX_POLLED_ROUTES, CandidateLease, Figures, ProviderReport, RouteReport, RouterReport
from sealane_operator.fleet.polls import POLL_LIMIT, BadReportError, compose, read_report
from sealane_router.app.report import read_poll
from sealane_router.server import admin
from tests.support.fleets import KEY, arm, figures

REPORT = RouterReport(
    process="p1",
    name="router-0",
    ready=True,
    draining=False,
    version="0.1.0",
    replica_set="router-5d4f",
    uptime=12.5,
    api_age=0.25,
    totals=figures(10, 2),
    routes={
        KEY: RouteReport(
            arm(7, 90, figures(9)),
            arm(8, 10, figures(1, 1)),
            "its Secret is missing",
            {"moonshot": ProviderReport("half-open", 3.0), "zai": ProviderReport("closed")},
        ),
        "team/none": RouteReport(),
    },
)


def _changed(**members: Any) -> bytes:
    return json.dumps(asdict(REPORT) | members).encode()


def test_a_poll_is_what_a_router_reads() -> None:
    """Candidates, names and whether all are asked for."""
    composed = compose("operator-0", [CandidateLease(KEY, 8, 10)], ["team/other"], full=True)
    poll = read_poll(composed.body)

    assert composed.left_out == 0
    assert (poll.operator, poll.candidates, poll.routes, poll.full) == (
        "operator-0", (CandidateLease(KEY, 8, 10),), ("team/other",), True,
    )  # fmt: skip


def test_a_poll_names_so_many_routes_and_no_more() -> None:
    """Candidates first; the rest is left out and counted, and the router takes it."""
    leases = [CandidateLease(f"a/{number}", 8, 10) for number in range(MAX_POLLED_ROUTES - 1)]
    composed = compose("operator-0", leases, ["team/fits", "team/does-not"])
    poll = read_poll(composed.body)

    assert (len(poll.candidates), poll.routes, composed.left_out) == (MAX_POLLED_ROUTES - 1, ("team/fits",), 1)


def test_a_poll_is_as_long_as_a_router_reads_and_no_longer() -> None:
    """However long the names are."""
    longest = f"{'n' * 63}/{'r' * 253}"
    composed = compose("operator-0", [CandidateLease(longest, 10**6, 100)] * 5_000, [longest] * 5_000)

    assert 0.9 * POLL_LIMIT < len(composed.body) <= POLL_LIMIT
    assert composed.left_out == 10_000 - len(read_poll(composed.body).candidates)
    assert POLL_LIMIT == admin._MAX_POLL


def test_a_report_is_read_as_a_router_writes_it() -> None:
    """With msgspec, as all of it."""
    assert read_report(msgspec.json.encode(REPORT)) == REPORT


def test_what_a_newer_router_adds_is_left_out() -> None:
    """And what an older one leaves out is as if nothing were known of it."""
    assert read_report(_changed(mood="fine")) == REPORT
    least = b'{"process":"p","name":"","ready":false,"draining":true}'
    assert read_report(least) == RouterReport("p", "", ready=False, draining=True)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b"null",
        b"<html>not a router</html>",
        b"[" * 100_000,
        json.dumps(asdict(REPORT)).encode()[:-10],
        _changed(process=""),
        _changed(process=1),
        _changed(ready="true"),
        _changed(routes=[]),
        _changed(routes={KEY: {"stable": {"revision": "7", "hash": "", "weight": 1}}}),
        _changed(routes={KEY: {"providers": {"moonshot": {"breaker": "ajar"}}}}),
        _changed(totals=asdict(replace(figures(1), latency=(1, 2)))),
        _changed(routes={KEY: {"stable": asdict(arm(7, 1, Figures(latency=())))}}),
    ],
)
def test_what_is_no_report_is_refused(data: bytes) -> None:
    """In few words, which repeat nothing of it."""
    with pytest.raises(BadReportError) as refused:
        read_report(data)

    assert str(refused.value).startswith("this is no report: ")
    assert len(str(refused.value)) < 80
    assert "moonshot" not in str(refused.value)
