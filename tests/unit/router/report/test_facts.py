"""What a gateway knows of its traffic."""

from dataclasses import replace

import pytest

from sealane_api.report import (
    MAX_BREAKER_CHANGES,
    MAX_TRAFFIC,
    MAX_TRAFFIC_MODELS,
    MAX_TRAFFIC_TENANTS,
    OTHER,
    BreakerFact,
    TrafficFact,
)
from sealane_api.route_table import Route, RouteTable
from sealane_router.attempt.breaker import BreakerState
from sealane_router.exchange import Attempt
from sealane_router.report.credential_names import CredentialNames
from sealane_router.report.facts import Facts
from sealane_router.serving import RuleRuntime
from tests.support.exchanges import ROUTE, means_of, provider_of, serving_of, table_of

PROVIDER = provider_of("https://api.moonshot.test/v1")


class Scene:
    """One rule, and facts by a clock of the test's."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.facts = Facts(CredentialNames(b"key", lambda _: "sk-"), lambda: self.now)
        self.table = table_of(PROVIDER)
        means = means_of()
        self.rule: RuleRuntime = serving_of(self.table, means).rules[ROUTE, "kimi"]
        self.credentials = means.credentials

    def attempt(self) -> Attempt:
        """One attempt at the rule's provider."""
        return Attempt(self.rule.rule.targets[0], self.rule.providers["moonshot"], fallback=False, retry=False)

    def good(self, model: str = "kimi-k3", tenant: str = "acme", route: Route | None = None) -> None:
        """Count a good attempt."""
        self.facts.series(route or self.rule.route, self.attempt(), model, tenant).successes += 1

    def bad(self, failure: str = "Timeout", model: str = "kimi-k3", tenant: str = "acme") -> None:
        """Count a bad attempt."""
        self.facts.series(self.rule.route, self.attempt(), model, tenant).failed(failure, tenant)

    @property
    def traffic(self) -> tuple[TrafficFact, ...]:
        """What is reported."""
        return self.facts.report("p", "router-0", self.facts.traffic()).traffic


@pytest.fixture
def scene() -> Scene:
    """Nothing happened yet."""
    return Scene()


def test_attempts_are_counted_by_what_explains_them(scene: Scene) -> None:
    """Route, revision, provider, host, credential and model; errors by class, tenants by number."""
    scene.good()
    scene.now = 2_000.0
    scene.bad("Timeout")
    scene.bad("Timeout", tenant="other")
    scene.bad("RateLimited", model="kimi-x")
    k3, x = scene.traffic

    assert k3 == TrafficFact(
        ROUTE,
        7,
        "0" * 64,
        "moonshot",
        "api.moonshot.test",
        k3.credential,
        "sk-",
        "kimi-k3",
        1,
        {"Timeout": 2},
        2,
        2,
        1_000.0,
    )
    assert (x.model, x.successes, x.failures, x.failing_tenants, x.since) == (
        "kimi-x",
        0,
        {"RateLimited": 1},
        1,
        2_000.0,
    )
    assert k3.credential is not None
    assert len(k3.credential) == 16


def test_a_rotated_credential_counts_for_itself(scene: Scene) -> None:
    """Whether the new key works is what somebody wants to know."""
    scene.bad("Unauthorized")
    credential = scene.rule.providers["moonshot"].credential
    assert credential is not None
    credential.hold("here", b"sk-new")
    scene.good()
    old, new = scene.traffic

    assert (old.failures, old.successes, new.failures, new.successes) == ({"Unauthorized": 1}, 0, {}, 1)
    assert old.credential != new.credential


def test_a_report_is_a_copy(scene: Scene) -> None:
    """What is counted while it is written does not change it."""
    scene.bad()
    before = scene.traffic
    scene.bad()

    assert before[0].failures == {"Timeout": 1}


def test_so_many_models_of_one_credential_have_a_name(scene: Scene) -> None:
    """Clients choose them within a prefix; what is above is counted together."""
    for number in range(MAX_TRAFFIC_MODELS + 20):
        scene.good(f"kimi-{number}")
    traffic = scene.traffic

    assert [fact.model for fact in traffic] == [f"kimi-{n}" for n in range(MAX_TRAFFIC_MODELS)] + [OTHER]
    assert traffic[-1].successes == 20


def test_so_many_series_and_one_for_the_rest(scene: Scene) -> None:
    """Nothing is lost, it only has no name any more."""
    for number in range(MAX_TRAFFIC + 50):
        scene.good(route=replace(scene.rule.route, name=f"r{number}"))
    traffic = scene.traffic

    assert len(traffic) == MAX_TRAFFIC + 1
    assert (traffic[-1].route, traffic[-1].model, traffic[-1].successes) == (OTHER, OTHER, 50)


def test_so_many_tenants_are_told_apart(scene: Scene) -> None:
    """More are many."""
    for number in range(MAX_TRAFFIC_TENANTS + 20):
        scene.bad(tenant=f"t{number}")

    assert (scene.traffic[0].tenants, scene.traffic[0].failing_tenants) == (MAX_TRAFFIC_TENANTS,) * 2


def test_what_left_the_tables_is_forgotten_and_begins_anew(scene: Scene) -> None:
    """The place of a revision that is gone is free, and its return is told by ``since``."""
    old = replace(scene.rule.route, revision="6")
    scene.good(route=old)
    scene.good()
    for _ in scene.facts.forget_all_but(scene.table, RouteTable((), "x")):
        pass
    kept = [fact.revision for fact in scene.traffic]
    scene.now = 5_000.0
    scene.good(route=old)

    assert kept == [7]
    assert [(fact.revision, fact.successes, fact.since) for fact in scene.traffic] == [(7, 1, 1_000.0), (6, 1, 5_000.0)]


def test_room_comes_back_with_what_is_forgotten(scene: Scene) -> None:
    """A router that has seen a thousand rollouts still counts the next one."""
    for number in range(MAX_TRAFFIC):
        scene.good(route=replace(scene.rule.route, name=f"r{number}"))
    for _ in scene.facts.forget_all_but(RouteTable((), "x")):
        pass
    scene.good()

    assert [fact.route for fact in scene.traffic] == [ROUTE]


def test_changes_of_breakers_are_told_with_the_state_before(scene: Scene) -> None:
    """Each arm by itself."""
    states = (BreakerState.OPEN, BreakerState.HALF_OPEN, BreakerState.OPEN, BreakerState.HALF_OPEN, BreakerState.CLOSED)
    for state in states:
        scene.now += 1
        scene.facts.breaker_changed(PROVIDER, "stable", state)
    scene.facts.breaker_changed(PROVIDER, "candidate", BreakerState.OPEN)
    changes = scene.facts.report("p", "r").breakers

    assert changes[0] == BreakerFact(ROUTE, "moonshot", "stable", "closed", "open", 1_001.0)
    assert [(change.before, change.after) for change in changes] == [
        ("closed", "open"),
        ("open", "half-open"),
        ("half-open", "open"),
        ("open", "half-open"),
        ("half-open", "closed"),
        ("closed", "open"),
    ]


def test_so_many_changes_are_kept(scene: Scene) -> None:
    """The last ones."""
    for number in range(MAX_BREAKER_CHANGES + 10):
        scene.now = float(number)
        scene.facts.breaker_changed(PROVIDER, "stable", BreakerState.OPEN if number % 2 else BreakerState.CLOSED)
    changes = scene.facts.report("p", "r").breakers

    assert [change.at for change in changes] == [float(n) for n in range(10, MAX_BREAKER_CHANGES + 10)]


def test_breakers_of_routes_that_left_are_forgotten(scene: Scene) -> None:
    """Their state at least; what happened happened."""
    scene.facts.breaker_changed(PROVIDER, "stable", BreakerState.OPEN)
    for _ in scene.facts.forget_all_but(RouteTable((), "x")):
        pass
    scene.facts.breaker_changed(PROVIDER, "stable", BreakerState.OPEN)

    assert [change.before for change in scene.facts.report("p", "r").breakers] == ["closed", "closed"]


def test_a_report_names_its_process_and_router(scene: Scene) -> None:
    """So that it can be joined with the events, and counters that begin anew are no drop."""
    report = scene.facts.report("p", "router-0")

    assert (report.process, report.name, report.at) == ("p", "router-0", 1_000.0)
