"""The facts of one error, and what is missing."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from sealane_api.report import BreakerFact, RouterFacts, TrafficFact
from sealane_investigator.errors import StoreUnavailable
from sealane_investigator.gather.file_routes import FileRoutes
from sealane_investigator.gather.gatherer import BEFORE, MAX_RECENT, MAX_ROWS, Gatherer
from sealane_investigator.gather.routers import Answers
from sealane_investigator.incident.facts import BreakerChange, Facts, RevisionChange
from sealane_kube.errors import Unavailable
from tests.support.facts import NOW, breaker, change, event, facts


class _World:
    """Routers, routes and the store's timeline, all of one test."""

    def __init__(self) -> None:
        self.now = NOW
        self.answers = Answers((_report(),), ())
        self.asked = 0
        self.revisions: tuple[RevisionChange, ...] = ()
        self.kept = facts()
        self.noted_down: list[RevisionChange | BreakerChange] = []
        self.broken: Exception | None = None
        self.away: Exception | None = None

    async def facts(self) -> Answers:
        self.asked += 1
        return self.answers

    async def config(self) -> None:
        return None

    async def changes(self, route: str) -> tuple[RevisionChange, ...]:
        if self.away is not None:
            raise self.away
        return tuple(each for each in self.revisions if each.route == route)

    async def live(self, route: str) -> Mapping[str, Any] | None:
        return None

    async def note(self, changes: Sequence[RevisionChange | BreakerChange]) -> None:
        if self.broken is not None:
            raise self.broken
        self.noted_down += changes

    async def noted(self, since: float, until: float, route: str | None) -> Facts:
        if self.broken is not None:
            raise self.broken
        return self.kept


def _report(**other: Any) -> RouterFacts:
    fact = TrafficFact(
        route="team/chat",
        revision=8,
        hash="h",
        provider="moonshot",
        base_url_host="api.moonshot.ai",
        credential="key-1",
        credential_class="sk-",
        model="kimi-k3",
        successes=1,
        failures={"Unauthorized": 9},
        tenants=1,
        failing_tenants=1,
        since=NOW - 30,
    )
    plain: dict[str, Any] = {"process": "p1", "name": "router-a", "at": NOW, "traffic": (fact,)}
    return RouterFacts(**plain | other)


@pytest.fixture
def world() -> _World:
    return _World()


def _gatherer(world: _World, *, routes: Any = None, alone: bool = False) -> Gatherer:
    stop = asyncio.CancelledError

    async def sleep(_: float) -> None:
        raise stop

    timeline = None if alone else world
    return Gatherer(
        world,  # type: ignore[arg-type]
        None if alone else routes or world,
        timeline,
        now=lambda: world.now,
        sleep=sleep,
    )


async def test_what_is_known_is_gathered(world: _World) -> None:
    """Figures, revisions and breakers of the error's route."""
    world.revisions = (change("x"),)
    world.answers = Answers(
        (_report(breakers=(BreakerFact("team/chat", "moonshot", "stable", "closed", "open", NOW - 10),)),), ()
    )
    found = await _gatherer(world).facts(event(), NOW)

    assert [(row.successes, row.errors, row.seconds) for row in found.traffic] == [(1, 9, 600.0), (1, 9, 60.0)]
    assert found.revisions == world.revisions
    assert found.breakers == (breaker(),)
    assert found.missing == ()


async def test_what_is_noticed_is_kept_for_the_timeline_once(world: _World) -> None:
    """A router tells its last changes each time it is asked."""
    told = BreakerFact("team/chat", "moonshot", "stable", "closed", "open", NOW - 10)
    world.answers = Answers((_report(breakers=(told,)),), ())
    gatherer = _gatherer(world)
    await gatherer.look()
    await gatherer.look()

    assert world.noted_down == [breaker()]


async def test_the_timeline_remembers_what_routers_forgot(world: _World) -> None:
    """A change that two sources tell of is one."""
    old = change("y", revision=7, previous=6, at=NOW - 500)
    world.kept = facts(revisions=(old, change("x")), breakers=(breaker(), breaker(router="gone", at=NOW - 60)))
    world.revisions = (change("x"),)
    found = await _gatherer(world).facts(event(), NOW)

    assert found.revisions == (old, change("x"))
    assert [each.router for each in found.breakers] == ["gone", "router-a"]


async def test_what_is_too_old_is_left_out(world: _World) -> None:
    """It began an hour before the error."""
    world.revisions = (change("x", at=NOW - BEFORE - 1),)

    assert (await _gatherer(world).facts(event(), NOW)).revisions == ()


async def test_a_fresh_look_is_not_repeated(world: _World) -> None:
    """Many investigations at once ask the routers once."""
    gatherer = _gatherer(world)
    await gatherer.facts(event(), NOW)
    await gatherer.facts(event(), NOW)
    once = world.asked
    world.now += 3
    await gatherer.facts(event(), NOW)

    assert (once, world.asked) == (1, 2)


async def test_a_look_before_the_error_is_none(world: _World) -> None:
    """What changed between the two would be missed."""
    gatherer = _gatherer(world)
    await gatherer.look()
    world.now += 1
    await gatherer.facts(event(occurred_at=NOW + 0.5), NOW)

    assert world.asked == 2


async def test_many_that_wait_for_one_look_share_it(world: _World) -> None:
    """They ask at the same time, and the routers are asked once."""
    gatherer = _gatherer(world)
    await asyncio.gather(*(gatherer.facts(event(), NOW) for _ in range(5)))

    assert world.asked == 1


async def test_where_the_same_key_works_is_never_cut_off(world: _World) -> None:
    """However much fails at the host of the error."""
    (fact,) = _report().traffic
    failing = [replace(fact, model=f"m{n}", route=f"a/b{n}", credential="other") for n in range(MAX_ROWS + 50)]
    elsewhere = replace(fact, base_url_host="api.moonshot.cn", route="a/c", successes=3, failures={})
    world.answers = Answers((_report(traffic=(*failing, elsewhere)),), ())
    found = await _gatherer(world).facts(event(), NOW)

    assert len(found.traffic) == MAX_ROWS + MAX_RECENT
    assert found.traffic[0].base_url_host == "api.moonshot.cn"


@pytest.mark.parametrize("error", [StoreUnavailable("away"), TimeoutError()])
async def test_nothing_that_is_away_fails_an_investigation(world: _World, error: Exception) -> None:
    """It is said to be missing."""
    world.broken, world.away = error, Unavailable("away")
    world.answers = Answers((), ("no router answered",))
    found = await _gatherer(world).facts(event(), NOW)
    kind = type(error).__name__

    assert found.missing == (
        "no router answered",
        "what revisions of team/chat changed (Unavailable)",
        f"what was noticed before ({kind})",
    )


async def test_a_timeline_that_cannot_be_written_stops_nobody(world: _World) -> None:
    """The change is remembered here all the same."""
    told = BreakerFact("team/chat", "moonshot", "stable", "closed", "open", NOW - 10)
    world.answers = Answers((_report(breakers=(told,)),), ())
    world.broken = StoreUnavailable("away")
    found = await _gatherer(world).facts(event(), NOW)

    assert found.breakers == (breaker(),)


async def test_without_a_cluster_that_is_said(world: _World) -> None:
    """And an error without a route has no revision to ask for."""
    gatherer = _gatherer(world, alone=True)

    assert (await gatherer.facts(event(), NOW)).missing == ("what revisions changed: no cluster is followed",)
    assert (await gatherer.facts(event(route=None), NOW)).missing == ()


async def test_no_figures_at_all_are_said_to_be_missing(world: _World) -> None:
    """Rather than being read as zero errors."""
    found = await _gatherer(world).facts(event(route="a/b", base_url_host="x", credential=None), NOW)

    assert found.missing == ("no router counted anything of this route, host or key in the last 10 min",)


async def test_file_routes_are_looked_at_with_the_routers(world: _World) -> None:
    """Their changes are the difference of two looks."""
    looked: list[float] = []

    class Watched(FileRoutes):
        async def look(self, now: float) -> None:
            looked.append(now)

    gatherer = _gatherer(world, routes=Watched(world.config))
    with pytest.raises(asyncio.CancelledError):
        await gatherer.run()

    assert looked == [NOW]
