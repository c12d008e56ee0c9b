"""A new version of the routers: compared with the one it replaces, and people are told when it does worse."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from sealane_api.report import Figures, RouterReport
from sealane_kube.errors import KubeError, Unavailable
from sealane_operator.fleet.deployments import (
    COMPARE_SECONDS,
    GONE_SECONDS,
    RETRY_SECONDS,
    STANDS_SECONDS,
    DeploymentWatch,
    Suspicion,
)
from sealane_operator.fleet.discovery import Endpoint
from sealane_operator.fleet.replica_sets import ReplicaSet
from sealane_operator.fleet.roster import KnownRouter
from tests.support.fleets import FakeFleetMetrics, figures
from tests.support.waiting import until


def _set(name: str, revision: int, deployment: str = "sealane-router", created: str = "2026-11-29T10:00:00Z") -> Any:
    return ReplicaSet(name, revision, created, deployment, f"uid-{deployment}")


class _Sets:
    """ReplicaSets as the test has them."""

    namespace = "sealane-system"

    def __init__(self, *sets: ReplicaSet) -> None:
        self.known = {each.name: each for each in sets}
        self.asked = 0
        self.fails: KubeError | None = None

    async def find(self, name: str) -> ReplicaSet | None:
        self.asked += 1
        if self.fails is not None:
            raise self.fails
        return self.known.get(name)


class _Played:
    """Routers of ReplicaSets that count exchanges, a second at a time."""

    def __init__(self, *sets: ReplicaSet) -> None:
        self.now = 1_000.0
        self.sets = _Sets(*sets)
        self.metrics = FakeFleetMetrics()
        self.told: list[Suspicion] = []
        self.watch = DeploymentWatch(
            self.sets,  # type: ignore[arg-type]
            announce=self.told.append,
            metrics=self.metrics,
            clock=lambda: self.now,
            sleep=self._sleep,
        )
        self._totals: dict[str, tuple[int, int]] = {}

    async def _sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)

    def count(self, replica_set: str, exchanges: int, bad: int = 0) -> None:
        """One router of a ReplicaSet counts so many more, and says so."""
        before = self._totals.get(replica_set, (0, 0))
        self._totals[replica_set] = before[0] + exchanges, before[1] + bad
        totals: Figures = figures(*self._totals[replica_set])
        router = KnownRouter(Endpoint("a:9090"), "a", replica_set=replica_set)
        report = RouterReport(f"p-{replica_set}", "a", ready=True, draining=False, totals=totals, uptime=1e6)
        self.watch.heard(router, report)

    async def seconds(self, count: int, **each: tuple[int, int]) -> None:
        """Let every ReplicaSet named count that much in each second."""
        for _ in range(count):
            for name, (exchanges, bad) in each.items():
                self.count(name, exchanges, bad)
            await self.watch.look()
            self.now += 1.0


OLD, NEW = _set("old", 4), _set("new", 5)


async def test_new_routers_that_do_worse_are_told_of_once() -> None:
    """How much worse, against whom, and the command that goes back."""
    played = _Played(OLD, NEW)
    await played.seconds(30, old=(100, 1))
    assert (played.told, played.sets.asked) == ([], 0)

    await played.seconds(60, old=(100, 1), new=(20, 5))
    (told,) = played.told
    assert (told.namespace, told.deployment, told.deployment_uid) == (
        "sealane-system", "sealane-router", "uid-sealane-router",
    )  # fmt: skip
    assert told.command == "kubectl rollout undo deployment/sealane-router -n sealane-system"
    assert told.message.startswith("routers of revision 5 do worse: ")
    assert "of revision 4" in told.message
    assert told.message.endswith(f"; to go back: {told.command}")
    assert played.metrics.suspects == {"sealane-router": True}


async def test_what_hits_both_is_nobodys_fault() -> None:
    """A provider's outage during a rollout of routers."""
    played = _Played(OLD, NEW)
    await played.seconds(60, old=(100, 40), new=(100, 41))

    assert (played.told, played.metrics.suspects) == ([], {})


async def test_what_routers_counted_before_they_met_is_not_compared() -> None:
    """The old ones may have had their bad hour long ago."""
    played = _Played(OLD, NEW)
    played.count("old", 100_000, 60_000)
    await played.seconds(60, old=(100, 0), new=(100, 40))

    assert len(played.told) == 1


async def test_which_is_new_is_the_deployments_count() -> None:
    """After an undo the ReplicaSet made first is the new one."""
    played = _Played(_set("old", 6, created="2026-01-01T00:00:00Z"), _set("new", 5, created="2026-11-29T10:00:00Z"))
    await played.seconds(60, old=(100, 40), new=(100, 0))

    assert played.told[0].message.startswith("routers of revision 6 do worse")


async def test_without_a_count_the_time_of_making_tells() -> None:
    """They are told apart all the same."""
    played = _Played(_set("old", 0, created="2026-01-01T00:00:00Z"), _set("new", 0, created="2026-11-29T10:00:00Z"))
    await played.seconds(30, old=(100, 40), new=(100, 0))
    assert played.told == []
    await played.seconds(60, old=(100, 0), new=(100, 90))
    assert len(played.told) == 1


async def test_of_three_the_newest_is_compared_with_the_one_before() -> None:
    """The oldest is on its way out."""
    played = _Played(_set("older", 3), OLD, NEW)
    await played.seconds(60, older=(100, 0), old=(100, 40), new=(100, 40))

    assert played.told == []


async def test_deployments_are_compared_each_for_itself() -> None:
    """Two installations of routers in a namespace are no versions of each other."""
    played = _Played(_set("one", 1, "one"), _set("other", 1, "other"))
    await played.seconds(60, one=(100, 0), other=(100, 90))

    assert played.told == []


async def test_a_suspicion_ends_with_what_was_suspected() -> None:
    """After the undo the old ReplicaSet is the new one, and does well."""
    played = _Played(OLD, NEW)
    await played.seconds(30, old=(100, 0), new=(100, 40))
    assert played.metrics.suspects == {"sealane-router": True}
    played.sets.known["old"] = _set("old", 6)
    await played.seconds(5, old=(100, 0), new=(100, 40))
    assert played.metrics.suspects == {"sealane-router": False}

    await played.seconds(30, old=(100, 0))
    assert len(played.told) == 1


async def test_a_suspicion_ends_when_only_the_old_routers_are_left() -> None:
    """However they were brought back."""
    played = _Played(OLD, NEW)
    await played.seconds(30, old=(100, 0), new=(100, 40))
    await played.seconds(10, old=(100, 0))

    assert played.metrics.suspects == {"sealane-router": False}


async def test_a_suspicion_stands_for_an_hour_after_the_old_routers_are_gone() -> None:
    """Somebody may still want to go back; then the new version is the usual one."""
    played = _Played(OLD, NEW)
    await played.seconds(30, old=(100, 0), new=(100, 40))
    await played.seconds(int(STANDS_SECONDS) - 10, new=(100, 40))
    assert played.metrics.suspects == {"sealane-router": True}
    await played.seconds(20, new=(100, 40))
    assert played.metrics.suspects == {"sealane-router": False}


async def test_a_suspicion_ends_when_nobody_is_left() -> None:
    """Or the Deployment is gone."""
    played = _Played(OLD, NEW)
    await played.seconds(30, old=(100, 0), new=(100, 40))
    await played.seconds(int(GONE_SECONDS) + 10)

    assert played.metrics.suspects == {"sealane-router": False}


async def test_a_suspicion_outlives_a_moment_in_which_nobody_is_heard() -> None:
    """The old routers may be gone by then, and nothing would find it again."""
    played = _Played(OLD, NEW)
    await played.seconds(30, old=(100, 0), new=(100, 40))
    await played.seconds(int(GONE_SECONDS) - 20)
    await played.seconds(30, new=(100, 40))

    assert played.metrics.suspects == {"sealane-router": True}
    assert len(played.told) == 1


async def test_what_one_side_met_alone_is_not_compared() -> None:
    """New routers may be without traffic for minutes, for clients keep their connections; then the provider fails."""
    played = _Played(OLD, NEW)
    await played.seconds(300, old=(100, 0), new=(0, 0))
    await played.seconds(60, old=(100, 30), new=(20, 6))

    assert played.told == []


@pytest.mark.parametrize("silent", ["old", "new"])
async def test_without_traffic_on_one_side_nothing_is_compared(silent: str) -> None:
    """Whatever the other one does."""
    played = _Played(OLD, NEW)
    other = "new" if silent == "old" else "old"
    await played.seconds(120, **{silent: (0, 0), other: (100, 90)})

    assert (played.told, played.metrics.suspects) == ([], {})


async def test_routers_outside_of_a_cluster_are_not_compared() -> None:
    """They belong to no ReplicaSet, and one that cannot be found to no Deployment."""
    played = _Played()
    played.count("", 100)
    await played.seconds(20, unknown=(100, 0), foreign=(100, 90))

    assert (played.told, played.metrics.suspects) == ([], {})


async def test_while_the_api_is_away_nothing_is_compared() -> None:
    """It is asked again after some seconds, and then all goes on."""
    played = _Played(OLD, NEW)
    played.sets.fails = Unavailable("away")
    await played.seconds(int(RETRY_SECONDS) + 5, old=(100, 0), new=(100, 40))
    assert (played.sets.asked, played.told) == (2, [])

    played.sets.fails = None
    await played.seconds(40, old=(100, 0), new=(100, 40))
    assert len(played.told) == 1


async def test_it_compares_every_second_until_it_is_stopped() -> None:
    """A mistake comes out."""
    played = _Played(OLD, NEW)
    running = asyncio.ensure_future(played.watch.run())
    await until(lambda: played.now >= 1_005.0)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert (played.now - 1_000.0) % COMPARE_SECONDS == 0

    played.sets.known = None  # type: ignore[assignment]
    played.count("old", 1)
    played.count("new", 1)
    with pytest.raises(AttributeError):
        await played.watch.look()
