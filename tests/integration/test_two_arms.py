"""A candidate revision beside stable in a running router: split, isolation, leases, promotion, report."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from pydantic import TypeAdapter

from sealane_api.report import MAX_POLLED_ROUTES, CandidateLease, RouterReport
from sealane_api.route_table import Pattern, PatternKind
from sealane_cli.stub.faults import Fault
from tests.support.two_arms import ROUTE, TwoArms, revisions, two_arms

#: Nothing listens there.
NOWHERE = "http://127.0.0.1:9/v1"
LEASE = CandidateLease(ROUTE, 8, 50)


@pytest.fixture
async def arms(tmp_path: Path) -> AsyncIterator[TwoArms]:
    """Revision 7 is stable."""
    async with two_arms(tmp_path) as running:
        yield running


async def test_exchanges_are_split_by_weight(arms: TwoArms) -> None:
    """Within five standard deviations, and each arm's provider gets its own exchanges only."""
    arms.serve(arms.revision(7), arms.revision(8, arms.new.base_url))
    arms.agree(25)
    count = 800
    found = Counter(revisions(await arms.ask(count)))
    assert abs(found["8"] - count / 4) < 5 * (count * 0.25 * 0.75) ** 0.5
    assert found["7"] + found["8"] == count
    assert (arms.served.moonshot.counters.total, arms.new.counters.total) == (found["7"], found["8"])
    report = (await arms.poll(CandidateLease(ROUTE, 8, 25)))["routes"][ROUTE]
    assert (report["stable"]["figures"]["exchanges"], report["candidate"]["figures"]["exchanges"]) == (
        found["7"],
        found["8"],
    )


async def test_a_bad_candidate_never_opens_stable_s_breaker(arms: TwoArms) -> None:
    """Not even where both revisions name the provider alike; the candidate's own opens."""
    arms.serve(arms.revision(7), arms.revision(8, NOWHERE))
    arms.agree(50)
    answers = await arms.ask(60)
    assert {(answer.get("x-sealane-revision"), answer.status) for answer in answers} == {
        ("7", 200),
        ("8", 502),
        ("8", 503),
    }
    assert arms.breakers() == {"stable": "closed", "candidate": "open"}
    metric = arms.served.gateway.metric
    labels = {"route": ROUTE, "provider": "moonshot"}
    assert metric("sealane_breaker_state", **labels, arm="candidate", state="open") == 1
    assert metric("sealane_breaker_state", **labels, arm="stable", state="closed") == 1
    assert metric("sealane_breaker_transitions_total", **labels, arm="candidate", to="open") == 1
    figures = (await arms.poll(LEASE))["routes"][ROUTE]["candidate"]["figures"]
    assert figures["exchanges"] == figures["bad"] == revisions(answers).count("8")
    assert figures["failures"] == {"Connect": 2, "BreakerOpen": figures["bad"] - 2}


async def test_the_same_provider_in_both_arms_has_two_breakers(arms: TwoArms) -> None:
    """Failures of the candidate's exchanges are not stable's, although it is one stub that fails."""
    arms.serve(arms.revision(7), arms.revision(8))
    arms.agree(100)
    arms.served.moonshot.fault = Fault("status", 500)
    await arms.ask(4)
    assert arms.breakers() == {"stable": "closed", "candidate": "open"}


async def test_a_lease_that_runs_out_leaves_stable_alone(arms: TwoArms) -> None:
    """A minute after the operator's last poll, or the API's last word; a poll without the candidate at once."""
    arms.serve(arms.revision(7), arms.revision(8, arms.new.base_url))
    arms.agree(100)
    arms.now += 59.0
    assert revisions(await arms.ask(3)) == ["8"] * 3
    arms.gateway.leases.confirm()
    arms.now += 1.0
    assert revisions(await arms.ask(3)) == ["7"] * 3
    await arms.poll(CandidateLease(ROUTE, 8, 100))
    assert revisions(await arms.ask(3)) == ["8"] * 3
    await arms.poll()
    assert revisions(await arms.ask(3)) == ["7"] * 3


async def test_promotion_carries_the_breaker(arms: TwoArms) -> None:
    """What was learned about the candidate's provider holds for the new stable; figures go on."""
    trial = arms.revision(8, NOWHERE)
    arms.serve(arms.revision(7), trial)
    arms.agree(100)
    await arms.ask(2)
    arms.serve(replace(trial))
    assert arms.breakers() == {"stable": "open"}
    (answer,) = await arms.ask()
    assert (answer.status, answer.get("x-sealane-revision")) == (503, "8")
    report = (await arms.poll(routes=[ROUTE]))["routes"][ROUTE]
    assert (report["stable"]["revision"], report["stable"]["figures"]["bad"]) == (8, 3)
    assert report["candidate"] is None
    assert report["providers"]["moonshot"] == {"breaker": "open", "success_age": None}


async def test_a_model_of_one_arm_is_served_by_it_and_not_compared(arms: TwoArms) -> None:
    """The totals know of it, the arms do not."""
    claimed = (Pattern(PatternKind.PREFIX, "kimi-"), Pattern(PatternKind.EXACT, "brand-new"))
    trial = arms.revision(8, arms.new.base_url)
    trial = replace(trial, rules=(replace(trial.rules[0], patterns=claimed), *trial.rules[1:]))
    arms.serve(arms.revision(7), trial)
    arms.agree(1)
    assert revisions(await arms.ask(3, "brand-new")) == ["8"] * 3
    assert revisions(await arms.ask(3, "moonshot-v1-8k")) == ["7"] * 3
    report = await arms.poll(CandidateLease(ROUTE, 8, 1))
    route = report["routes"][ROUTE]
    assert (route["stable"]["figures"]["exchanges"], route["candidate"]["figures"]["exchanges"]) == (0, 0)
    assert report["totals"]["exchanges"] == 6
    arms.agree(0)
    assert [answer.status for answer in await arms.ask(1, "brand-new")] == [404]


async def test_a_report_is_what_the_operator_reads(arms: TwoArms) -> None:
    """Every member, as the shared type; the routes asked for and no others."""
    arms.serve(arms.revision(7), arms.revision(8, arms.new.base_url))
    arms.agree(50)
    await arms.ask(10)
    answer = await arms.admin("POST", b'{"operator":"o","routes":["default/assistants","default/nobody"]}')
    report = TypeAdapter(RouterReport).validate_json(answer.body)
    assert (report.name, report.ready, report.draining) == (str(arms.gateway.addresses["admin"]), True, False)
    assert (len(report.process), report.replica_set, report.api_age) == (16, "", 0.0)
    assert report.totals.exchanges == 10
    assert set(report.routes) == {ROUTE, "default/nobody"}
    route = report.routes[ROUTE]
    assert route.stable is not None
    assert route.candidate is not None
    assert (route.stable.revision, route.stable.weight, route.stable.hash) == (7, 100, f"{7:064x}")
    assert (route.candidate.revision, route.candidate.weight) == (8, 0)
    assert route.problem is None
    assert {name: each.breaker for name, each in route.providers.items()} == {"moonshot": "closed", "zai": "closed"}
    assert route.providers["moonshot"].success_age is not None
    assert (await arms.poll())["routes"] == {}
    assert set((await arms.poll(full=True))["routes"]) == {ROUTE}
    assert (await arms.poll(LEASE))["routes"][ROUTE]["candidate"]["weight"] == 50


async def test_peers_read_breakers_of_stable(arms: TwoArms) -> None:
    """And no figures; a GET renews no lease."""
    arms.serve(arms.revision(7), arms.revision(8, NOWHERE))
    arms.agree(100)
    await arms.ask(3)
    answer = await arms.admin("GET")
    report = TypeAdapter(RouterReport).validate_json(answer.body)
    assert report.routes[ROUTE].stable is None
    assert report.routes[ROUTE].providers["moonshot"].breaker == "closed"
    assert report.process == (await arms.poll(LEASE))["process"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "this is no poll"),
        (b"[]", "this is no poll"),
        (b'{"operator":"o","candidates":[{"route":"a/b"}]}', "this is no poll"),
        (msgspec.json.encode({"operator": "o", "routes": ["a/b"] * (MAX_POLLED_ROUTES + 1)}), "at most 10000 routes"),
        (b" " * (1024 * 1024 + 1), "at most 1048576 bytes"),
    ],
)
async def test_what_is_no_poll_is_refused_in_words(arms: TwoArms, body: bytes, words: str) -> None:
    """And renews nothing."""
    arms.serve(arms.revision(7), arms.revision(8))
    arms.agree(100)
    answer = await arms.admin("POST", body)
    assert answer.status == 400
    assert words in msgspec.json.decode(answer.body)["error"]
    assert arms.gateway.leases.weight(ROUTE, 8) == 100


async def test_routes_of_files_have_no_revision_number(arms: TwoArms) -> None:
    """A router of files reports 0, and no age of an API."""
    arms.serve(arms._file)
    report = await arms.poll(full=True)
    assert (report["routes"][ROUTE]["stable"]["revision"], report["api_age"]) == (0, None)


async def test_explain_and_configuration_show_both_arms(arms: TwoArms) -> None:
    """With the candidate's revision, rule, weight and the state of its own providers."""
    arms.serve(arms.revision(7), arms.revision(8, NOWHERE))
    arms.agree(100)
    await arms.ask(2)
    arms.agree(30)
    told = msgspec.json.decode((await arms.admin("GET", path="/-/explain?model=kimi-k3")).body)
    candidate = told["candidate"]
    assert (told["revision"], told["targets"][0]["breaker"]) == ("7", "closed")
    assert (candidate["revision"], candidate["rule"], candidate["weight"]) == ("8", "kimi", 30)
    assert (candidate["targets"][0]["baseURL"], candidate["targets"][0]["breaker"]) == (NOWHERE, "open")
    shown = msgspec.json.decode((await arms.admin("GET", path="/-/config")).body)["table"]
    assert [(each["revision"], each["weight"]) for each in shown["candidates"]] == [("8", 30)]
    arms.agree(0)
    assert "candidate" not in msgspec.json.decode((await arms.admin("GET", path="/-/explain?model=kimi-k3")).body)
