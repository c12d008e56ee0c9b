"""All parts together: what the API says becomes the next route table, whatever the order in which it comes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from sealane_api.report import CandidateLease
from sealane_api.route_table import SecretRef
from sealane_kube.errors import Unavailable
from sealane_router.cluster import following as module
from sealane_router.cluster.choice import Choice, Known, choose
from sealane_router.cluster.following import FIRST_TABLE_AFTER, PACE, SNAPSHOT_AFTER, Follower
from sealane_router.cluster.kube.reflector import Surroundings
from sealane_router.cluster.snapshot import Snapshot
from sealane_router.routing.leases import LEASE, CandidateLeases
from sealane_router.routing.matcher import Matcher
from sealane_telemetry.metrics import RouterMetrics
from tests.support.followed import revision, spec_of
from tests.support.played_cluster import PlayedCluster
from tests.support.waiting import until

ONE, TWO = revision(1, spec_of()), revision(2, spec_of(base="b"))
OTHER = revision(1, spec_of({"prefix": "glm-"}), "b")


class Router:
    """A follower whose clock the test moves, and the table that it has come to."""

    def __init__(self, cluster: PlayedCluster, *namespaces: str, snapshot: Path | None = None) -> None:
        self.now = 1000.0
        self.again = asyncio.Event()
        self.leases = CandidateLeases(lambda: self.now)
        around = Surroundings(cluster, RouterMetrics(CollectorRegistry()).cluster, lambda: self.now, self.sleep)
        kept = None if snapshot is None else Snapshot(snapshot, None, namespaces)
        self.follower = Follower(cluster, around, self.leases, namespaces, kept)
        self.tables: list[Matcher] = []

    async def sleep(self, _: float) -> None:
        """Failures are tried again when the test says so."""
        await self.again.wait()

    async def look(self) -> bool:
        """Look once; True when there is a new table."""
        matcher = await self.follower.next(self._make)
        if matcher is not None:
            self.tables.append(matcher)
        return matcher is not None

    async def until(self, true: Callable[[], bool]) -> None:
        """Look whenever there may be something new until it is so."""
        while not true():
            await self.look()
            await asyncio.sleep(0.001)

    def serves(self, **revisions: str) -> bool:
        """Whether the table has just these stable revisions, by name of the route."""
        routes = self.tables[-1].table.routes if self.tables else ()
        return {route.name: route.revision for route in routes} == revisions

    def trials(self) -> list[str]:
        """The revisions of the table's candidates."""
        return [route.revision for route in self.tables[-1].table.candidates]

    def _make(self, table: object) -> Matcher:
        return Matcher(table, self.tables[-1] if self.tables else None)  # type: ignore[arg-type]


@pytest.fixture
def cluster() -> PlayedCluster:
    """A cluster with one route, its revision and its Secret."""
    cluster = PlayedCluster()
    cluster.revision(ONE)
    cluster.secret(api_key="sk-1")
    cluster.route(ONE)
    return cluster


@pytest.fixture
async def router(cluster: PlayedCluster) -> AsyncIterator[Router]:
    """A router that follows it."""
    router = Router(cluster)
    await router.follower.open()
    yield router
    await router.follower.close()


async def test_the_first_table_is_whole(cluster: PlayedCluster, router: Router) -> None:
    """It waits for every revision and every Secret, and is one table."""
    cluster.revision(OTHER)
    cluster.route(OTHER)
    await router.until(lambda: router.serves(a="1", b="1"))

    assert len(router.tables) == 1
    assert router.follower.credentials.credential("team", SecretRef("moonshot", "api-key")).value == b"sk-1"
    assert router.leases.api_age == 0.0


async def test_what_is_listed_while_the_first_table_is_made_is_not_left_out(
    cluster: PlayedCluster, router: Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look that began before the list must not take nothing for everything."""
    loop = asyncio.get_running_loop()

    def slow(known: Known) -> Choice:
        choice = choose(known)
        asyncio.run_coroutine_threadsafe(_synced(router), loop).result(10.0)
        return choice

    with monkeypatch.context() as patch:
        patch.setattr(module, "choose", slow)
        await router.look()
    begun = router.follower._begun
    await router.until(lambda: router.serves(a="1"))

    assert begun is False


async def _synced(router: Router) -> None:
    """Wait until the routes were listed."""
    await until(lambda: router.follower._routes[None].synced)


async def test_the_first_table_does_not_wait_for_ever(cluster: PlayedCluster, router: Router) -> None:
    """What is still awaited is left out after a while, and comes later."""
    late = revision(1, spec_of({"prefix": "glm-"}, secret="late"), "b")
    cluster.denied.add("late")
    cluster.revision(late)
    cluster.route(late)
    while "list metadata.name=late" not in cluster.asked:
        assert not await router.look()
        await asyncio.sleep(0.001)
    router.now += FIRST_TABLE_AFTER
    await router.until(lambda: router.serves(a="1"))
    cluster.denied.clear()
    cluster.secret("late", api_key="sk-2")
    router.again.set()
    await router.until(lambda: router.serves(a="1", b="1"))

    assert len(router.tables) == 2


async def test_a_change_is_followed_and_nothing_else_looked_at(cluster: PlayedCluster, router: Router) -> None:
    """The other route's object is the same one in both tables."""
    cluster.revision(OTHER)
    cluster.route(OTHER)
    await router.until(lambda: router.serves(a="1", b="1"))
    before = router.tables[-1].table.routes[1]
    cluster.revision(TWO)
    cluster.route(TWO)
    await router.until(lambda: router.serves(a="2", b="1"))
    cluster.remove("a")
    await router.until(lambda: router.serves(b="1"))

    assert router.tables[-1].table.routes[0] is before
    assert not await router.look()


async def test_a_candidate_is_pointed_at_leased_and_confirmed(cluster: PlayedCluster, router: Router) -> None:
    """Its weight is known before its table is; and it ends when the API has been silent for a minute."""
    await router.until(lambda: router.serves(a="1"))
    router.leases.renew([CandidateLease("team/a", 2, 50)])
    cluster.revision(TWO)
    cluster.route(ONE, TWO, weight=30)
    await router.until(lambda: router.trials() == ["2"])
    granted = router.leases.weight("team/a", 2)
    cluster.route(ONE, TWO, weight=5)
    await router.until(lambda: router.leases.weight("team/a", 2) == 5)
    tables = len(router.tables)
    cluster.fail(Unavailable("away"))
    router.now += LEASE
    router.leases.renew([CandidateLease("team/a", 2, 50)])
    cut_off = router.leases.weight("team/a", 2)

    assert (granted, cut_off) == (30, 0)
    assert tables == 2, "a weight is no new table"
    assert router.serves(a="1")


async def test_problems_are_told_and_go(cluster: PlayedCluster, router: Router) -> None:
    """A revision that cannot be had, and two routes that claim the same."""
    await router.until(lambda: router.serves(a="1"))
    rival = revision(1, spec_of(), "b", created="2026-12-01T00:00:00Z")
    cluster.revision(rival)
    cluster.route(rival)
    cluster.route(TWO)
    await router.until(lambda: len(router.follower.problems) == 2)
    told = dict(router.follower.problems)
    cluster.revision(TWO)
    router.again.set()
    cluster.remove("b")
    await router.until(lambda: router.serves(a="2"))

    assert told == {
        "team/a": "revision a-2 does not exist",
        "team/b": "prefix kimi- belongs to the older route team/a",
    }
    assert router.follower.problems == {}


async def test_a_key_that_changes_is_noticed(cluster: PlayedCluster, router: Router) -> None:
    """Without a new table."""
    await router.until(lambda: router.serves(a="1"))
    handle = router.follower.credentials.credential("team", SecretRef("moonshot", "api-key"))
    cluster.secret(api_key="sk-2")
    changed: set[object] = set()
    while not changed:
        changed |= router.follower.credentials.refresh()
        await asyncio.sleep(0)

    assert changed == {handle}
    assert handle.value == b"sk-2"
    assert not await router.look()


async def test_a_start_without_the_api_serves_the_snapshot(cluster: PlayedCluster, tmp_path: Path) -> None:
    """After some seconds, and stable alone; what the API says when it is back counts."""
    first = Router(cluster, snapshot=tmp_path)
    await first.follower.open()
    cluster.revision(TWO)
    cluster.route(ONE, TWO)
    await first.until(lambda: bool(first.tables) and first.trials() == ["2"])
    await first.follower.close()
    cluster.error = Unavailable("away")
    second = Router(cluster, snapshot=tmp_path)
    await second.follower.open()
    await until(lambda: second.follower.trouble is not None)
    early = await second.look()
    second.now += SNAPSHOT_AFTER
    await second.until(lambda: second.serves(a="1"))
    trials = second.trials()
    cluster.route(TWO)
    cluster.fail(None)
    second.again.set()
    await second.until(lambda: second.serves(a="2"))
    cluster.remove("a")
    await second.until(second.serves)
    await second.follower.close()

    assert (early, trials) == (False, [])
    assert cluster.opened == 0


async def test_what_is_kept_is_not_replaced_by_nothing(cluster: PlayedCluster, tmp_path: Path) -> None:
    """Before the first table there is nothing to keep, whatever else is known by then."""
    first = Router(cluster, snapshot=tmp_path)
    await first.follower.open()
    await first.until(lambda: first.serves(a="1"))
    await first.follower.close()
    late = revision(1, spec_of({"prefix": "glm-"}, secret="late"), "b")
    cluster.denied.add("late")
    cluster.revision(late)
    cluster.route(late)
    second = Router(cluster, snapshot=tmp_path)
    await second.follower.open()
    while second.follower.secrets.state(("team", "moonshot")).values is None:
        assert not await second.look()
        await asyncio.sleep(0.001)
    keeper = second.follower.keeper
    assert keeper is not None
    await keeper.finish()
    kept, _ = await keeper.read()
    await second.follower.close()

    assert [each.wanted for each in kept] == [ONE.wanted]


async def test_a_snapshot_is_not_served_when_the_api_is_there(cluster: PlayedCluster, tmp_path: Path) -> None:
    """But spares the fetching of what has not changed."""
    first = Router(cluster, snapshot=tmp_path)
    await first.follower.open()
    await first.until(lambda: first.serves(a="1"))
    await first.follower.close()
    cluster.asked.clear()
    second = Router(cluster, snapshot=tmp_path)
    await second.follower.open()
    await second.until(lambda: second.serves(a="1"))
    await second.follower.close()

    assert len(second.tables) == 1
    assert "get a-1" not in cluster.asked


async def test_one_namespace_that_is_denied_does_not_blind_the_others() -> None:
    """Its routes come when it may be read; candidates wait for all, because nobody knows how old the rest is."""
    cluster = PlayedCluster()
    router = Router(cluster, "team", "other")
    paths = [each.resource.path for each in router.follower._routes.values()]

    assert paths == [
        "/apis/sealane.dev/v1alpha1/namespaces/team/providerroutes",
        "/apis/sealane.dev/v1alpha1/namespaces/other/providerroutes",
    ]
    router.now += 1000.0
    await router.look()
    router.follower._routes["team"].synced = True
    begun = []
    for _ in range(3):
        await router.look()
        begun.append(router.follower._begun)
        router.now += FIRST_TABLE_AFTER / 2
    assert begun == [False, False, True], "time without the API does not count"
    router.follower._confirm()
    assert router.leases.api_age is None


async def test_an_unforeseen_failure_is_tried_again(
    cluster: PlayedCluster, router: Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was noticed is not forgotten."""
    monkeypatch.setattr(module, "_AGAIN", 0.0)
    await router.until(lambda: router.serves(a="1"))

    def broken(*_: object) -> None:
        raise RuntimeError("unforeseen")

    cluster.revision(TWO)
    cluster.route(TWO)
    with monkeypatch.context() as patch:
        patch.setattr(module, "choose", broken)
        with pytest.raises(RuntimeError, match="unforeseen"):
            await router.until(lambda: False)
    await router.until(lambda: router.serves(a="2"))


async def test_tables_are_not_made_as_fast_as_events_come(cluster: PlayedCluster) -> None:
    """A wait ends with the next event, but not sooner than the pace allows; and after its time without one."""
    router = Router(cluster)
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    router.follower._notice()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio, "sleep", sleep)
        await router.follower.wait(30.0)
        router.now += PACE / 2
        await router.follower.wait(30.0)
        router.now += PACE * 2
        await router.follower.wait(30.0)
    router.follower._noticed.clear()
    await router.follower.wait(0.001)

    assert slept == [pytest.approx(PACE), pytest.approx(PACE / 2), 0.0]
