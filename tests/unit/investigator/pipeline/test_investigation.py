"""Investigations: once each, given back when they fail, never by somebody whose lease is gone."""

import asyncio
from dataclasses import replace

from prometheus_client import CollectorRegistry

from sealane_api.diagnosis.error_class import Action, Cause
from sealane_api.diagnosis.error_event import Origin
from sealane_investigator.incident.diagnosis import Diagnosis
from sealane_investigator.incident.facts import Facts
from sealane_investigator.incident.incident import Trigger
from sealane_investigator.incident.recommendation import Recommendation
from sealane_investigator.interfaces import ChangeOf
from sealane_investigator.model.asking import Opinion
from sealane_investigator.pipeline.investigation import Investigations, Stages, Subject
from sealane_telemetry.investigator_metrics import InvestigatorMetrics
from tests.support.fake_store import FakeStore
from tests.support.reported import AT, analysed, event
from tests.support.waiting import until


class _Played:
    """Every stage after the count, and what it was asked."""

    def __init__(self, error: Exception | None = None) -> None:
        self.gathered: list[Subject] = []
        self.asked: list[Diagnosis] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self._error = error

    async def gather(self, subject: Subject) -> Facts:
        self.gathered.append(subject)
        await self.gate.wait()
        if self._error is not None:
            raise self._error
        return Facts(at=AT)

    def judge(self, subject: Subject, facts: Facts) -> Diagnosis:
        return replace(subject.incident.diagnosis, cause=Cause.BAD_BASE_URL, cause_why=str(sorted(facts.facets)))

    async def ask(self, subject: Subject, diagnosis: Diagnosis, facts: Facts) -> Opinion:
        self.asked.append(diagnosis)
        return Opinion(diagnosis=replace(diagnosis, why="the model agrees"))

    async def recommend(self, subject: Subject, opinion: Opinion, facts: Facts) -> Recommendation:
        diagnosis = opinion.diagnosis
        return Recommendation(action=diagnosis.cause_action or Action.NONE, text=diagnosis.why)


def _investigations(store: FakeStore, played: _Played, *, at_once: int = 2, owner: str = "one") -> Investigations:
    stages = Stages(gather=played, judge=played.judge, ask=played, recommend=played.recommend)
    return Investigations(
        store,
        stages,
        InvestigatorMetrics(CollectorRegistry()),
        owner=owner,
        at_once=at_once,
        lease_seconds=60,
        now=lambda: AT + 5,
    )


async def _with_incidents(*messages: str, origin: Origin = Origin.ROUTER) -> FakeStore:
    store = FakeStore()
    for number, message in enumerate(messages):
        await store.record([analysed(event(number, message=message, origin=origin))], {})
    return store


async def test_what_waits_is_investigated_and_written_back() -> None:
    """Facts, cause, the model's word and the recommendation, in this order."""
    store, played = await _with_incidents("a"), _Played()
    investigations = _investigations(store, played)

    assert await investigations.begin() == 1
    await investigations.finish(60)

    incident = store.rows[1]
    assert (incident.diagnosis.cause, incident.diagnosis.cause_why) == (Cause.BAD_BASE_URL, "['route']")
    assert incident.recommendation == Recommendation(action=Action.FIX_BASE_URL, text="the model agrees")
    assert played.gathered[0].newest.event == event(0, message="a")
    assert store.stream[-1].kind is ChangeOf.DIAGNOSED


async def test_of_two_replicas_one_investigates() -> None:
    """Whoever takes the lease first."""
    store = await _with_incidents("a")
    first, second = _Played(), _Played()
    one, two = _investigations(store, first), _investigations(store, second, owner="two")

    await asyncio.gather(one.begin(), two.begin())
    await asyncio.gather(one.finish(60), two.finish(60))

    assert len(first.gathered) + len(second.gathered) == 1


async def test_no_more_than_so_many_run_at_once() -> None:
    """The rest waits its turn."""
    store, played = await _with_incidents("a", "b", "c"), _Played()
    played.gate.clear()
    investigations = _investigations(store, played)

    assert (await investigations.begin(), await investigations.begin()) == (2, 0)
    played.gate.set()
    await investigations.finish(60)
    assert await investigations.begin() == 1
    await investigations.finish(60)
    assert all(row.recommendation for row in store.rows.values())


async def test_one_that_fails_is_given_back() -> None:
    """To be tried again."""
    store = await _with_incidents("a")
    investigations = _investigations(store, _Played(ValueError("no")))

    await investigations.begin()
    await investigations.finish(60)

    assert (store.leases, len(store.work)) == ({}, 1)


async def test_nothing_is_written_by_who_lost_its_lease() -> None:
    """Another replica has it."""
    store, played = await _with_incidents("a"), _Played()
    played.gate.clear()
    investigations = _investigations(store, played)
    await investigations.begin()
    await until(lambda: played.gathered)
    store.leases[1, 1, Trigger.NEW] += 1
    played.gate.set()
    await investigations.finish(60)

    assert store.rows[1].recommendation is None


async def test_sealanes_own_trouble_is_never_told_to_a_model() -> None:
    """Facts and advice it gets all the same."""
    store, played = await _with_incidents("a", origin=Origin.SELF), _Played()
    investigations = _investigations(store, played)

    await investigations.begin()
    await investigations.finish(60)

    assert played.asked == []
    assert store.rows[1].recommendation is not None


async def test_a_change_wakes_it_and_a_database_that_is_away_does_not_end_it() -> None:
    """It looks again."""
    store, played = FakeStore(), _Played()
    store.away = True
    investigations = _investigations(store, played)
    running = asyncio.ensure_future(investigations.run())
    await asyncio.sleep(0)
    store.away = False
    recorded = await store.record([analysed(event(1))], {})
    investigations.hear(recorded.changes)
    await until(lambda: store.rows and store.rows[1].recommendation)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert len(played.gathered) == 1


async def test_at_the_end_what_takes_too_long_is_left_to_others() -> None:
    """Its lease runs out."""
    store, played = await _with_incidents("a"), _Played()
    played.gate.clear()
    investigations = _investigations(store, played)
    await investigations.begin()

    await investigations.finish(0)

    assert store.rows[1].recommendation is None
