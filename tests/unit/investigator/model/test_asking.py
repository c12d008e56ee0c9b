"""Whether a model is asked, one call and one repair, and what becomes of failures."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from sealane_api.diagnosis.error_class import Cause, ErrorClass
from sealane_api.diagnosis.error_event import Origin
from sealane_investigator.errors import StoreUnavailable
from sealane_investigator.incident.diagnosis import Ground
from sealane_investigator.incident.incident import Trigger
from sealane_investigator.model.asking import LEAST, OUTCOMES, TOTAL, Asker, Opinion
from sealane_investigator.model.endpoint import ModelFailed, StubAnswered
from sealane_investigator.model.limits import Limits
from sealane_investigator.model.question import Question
from sealane_investigator.recommend.exact_change import Parameters
from tests.support.facts import change, diagnosis, event, facts, incident

_UNSURE = diagnosis(ErrorClass.RATE_LIMIT, confidence=0.3, ground=Ground.SIMILARITY)
_GOOD = {
    "class": "timeout_read",
    "cause": "config_change",
    "action": "roll_back",
    "evidence": ["fact:revision:team/chat@8"],
    "seconds": 120,
    "concurrency": None,
}


class _World:
    """A model that answers what the test wrote down, and the limits of the day."""

    def __init__(self, *answers: str | Exception, takes: float = 1.0) -> None:
        self.answers = list(answers)
        self.takes = takes
        self.now = 0.0
        self.asked: list[tuple[Sequence[Mapping[str, str]], float]] = []
        self.spent = 0
        self.away = False
        self.outcomes: list[str] = []
        self.schemas: list[bool] = []

    async def spend(self, limit: int) -> bool:
        if self.away:
            raise StoreUnavailable("away")
        self.spent += 1
        return self.spent <= limit

    async def complete(
        self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any] | None, seconds: float
    ) -> str:
        self.asked.append((messages, seconds))
        self.schemas.append(schema is not None)
        self.now += self.takes
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def asker(self, *, per_day: int = 100, per_minute: int = 100, at_once: int = 2) -> Asker:
        limits = Limits(
            self, per_day=per_day, per_minute=per_minute, at_once=at_once, patience=0.0, clock=lambda: self.now
        )
        return Asker(self, limits, count=self.outcomes.append, clock=lambda: self.now)


def _question(**other: Any) -> Question:
    plain: dict[str, Any] = {
        "incident": incident(),
        "event": event(),
        "trigger": Trigger.NEW,
        "diagnosis": _UNSURE,
        "facts": facts(revisions=(change("x"),)),
    }
    return Question(**plain | other)


async def test_a_good_answer_makes_a_better_opinion() -> None:
    """Class, cause, and the numbers that were chosen."""
    world = _World(json.dumps(_GOOD))
    found = await world.asker().ask(_question())

    assert (found.diagnosis.error_class, found.diagnosis.cause) == (ErrorClass.TIMEOUT_READ, Cause.CONFIG_CHANGE)
    assert found.diagnosis.ground is Ground.MODEL
    assert found.parameters == Parameters(seconds=120)
    assert (world.spent, world.outcomes) == (1, ["answered"])


async def test_an_answer_that_cannot_be_used_is_repaired_once() -> None:
    """Each call is recorded; the second one has what is left of the time."""
    world = _World("hm", json.dumps(_GOOD), takes=5.0)
    found = await world.asker().ask(_question())

    assert found.diagnosis.error_class is ErrorClass.TIMEOUT_READ
    assert [seconds for _, seconds in world.asked] == [TOTAL, TOTAL - 5]
    assert "not one JSON object" in world.asked[1][0][2]["content"]
    assert (world.spent, world.outcomes) == (2, ["repaired"])


async def test_a_model_that_knows_no_schemas_is_asked_without_one() -> None:
    """That is its second call; the answer is judged all the same."""
    world = _World(ModelFailed("refused"), json.dumps(_GOOD))
    found = await world.asker().ask(_question())

    assert found.diagnosis.error_class is ErrorClass.TIMEOUT_READ
    assert (world.schemas, world.spent, world.outcomes) == ([True, False], 2, ["repaired"])
    assert world.asked[0][0] == world.asked[1][0]

    world = _World(ModelFailed("refused"), ModelFailed("refused"))
    assert await world.asker().ask(_question()) == Opinion(diagnosis=_UNSURE)
    assert world.outcomes == ["refused"]


async def test_a_second_bad_answer_ends_it() -> None:
    """The rules' diagnosis stands."""
    forged = json.dumps(_GOOD | {"evidence": ["fact:revision:team/chat@99"]})
    world = _World(forged, forged, forged)
    found = await world.asker().ask(_question())

    assert found == Opinion(diagnosis=_UNSURE)
    assert (len(world.asked), world.outcomes) == (2, ["unusable"])


async def test_a_slow_model_is_not_asked_again() -> None:
    """Both calls together have their time, which is below half a minute."""
    world = _World("hm", json.dumps(_GOOD), takes=TOTAL - LEAST + 0.1)
    found = await world.asker().ask(_question())

    assert found == Opinion(diagnosis=_UNSURE)
    assert (len(world.asked), world.outcomes) == (1, ["unusable"])
    assert TOTAL < 30


@pytest.mark.parametrize("kind", ["timeout", "connect", "status", "oversized", "garbage"])
async def test_a_model_that_fails_leaves_the_diagnosis_as_it_is(kind: str) -> None:
    """It is not tried again."""
    world = _World(ModelFailed(kind))
    found = await world.asker().ask(_question())

    assert found == Opinion(diagnosis=_UNSURE)
    assert (len(world.asked), world.outcomes) == (1, [kind])


async def test_the_stub_provider_is_never_asked_again() -> None:
    """It knows nothing, whatever it says."""
    world = _World(StubAnswered(), json.dumps(_GOOD))
    asker = world.asker()
    found = [await asker.ask(_question()), await asker.ask(_question())]

    assert found == [Opinion(diagnosis=_UNSURE)] * 2
    assert (len(world.asked), world.outcomes) == (1, ["stub", "stub"])


@pytest.mark.parametrize("limit", ["budget", "rate"])
async def test_a_limit_holds_before_the_call_and_before_its_repair(limit: str) -> None:
    """No call is made that was not recorded."""
    bounds = {"per_day": 1} if limit == "budget" else {"per_minute": 1}
    world = _World("hm", json.dumps(_GOOD), json.dumps(_GOOD))
    asker = world.asker(**bounds)
    repaired = await asker.ask(_question())
    asked = await asker.ask(_question())

    assert [repaired, asked] == [Opinion(diagnosis=_UNSURE)] * 2
    assert (len(world.asked), world.outcomes) == (1, [limit, limit])


async def test_a_store_that_is_away_means_no_call() -> None:
    """Nobody could count it."""
    world = _World(json.dumps(_GOOD))
    world.away = True
    found = await world.asker().ask(_question())

    assert found == Opinion(diagnosis=_UNSURE)
    assert (world.asked, world.outcomes) == ([], ["store"])


async def test_a_question_for_which_no_place_comes_free_is_not_asked() -> None:
    """The incident keeps its diagnosis."""
    world = _World(json.dumps(_GOOD))
    asker = world.asker(at_once=1)
    async with asker._limits.turn():
        found = await asker.ask(_question())

    assert (found, world.outcomes) == (Opinion(diagnosis=_UNSURE), ["busy"])


@pytest.mark.parametrize(
    "other",
    [
        {"incident": incident(origin=Origin.SELF)},
        {"event": event(origin=Origin.SELF)},
        {"incident": incident(origin=Origin.SELF), "trigger": Trigger.ASKED},
        {"diagnosis": diagnosis(cause=Cause.PROVIDER_INCIDENT), "trigger": Trigger.ASKED},
        {"diagnosis": diagnosis(ground=Ground.CODE)},
        {"diagnosis": diagnosis(ground=Ground.PERSON)},
    ],
    ids=["our own incident", "our own event", "our own on request", "an outage", "a code", "a person"],
)
async def test_some_things_are_not_asked(other: dict[str, Any]) -> None:
    """A model is never told of our own troubles, and needed for nothing that is settled."""
    world = _World()
    question = _question(**other)

    assert await world.asker().ask(question) == Opinion(diagnosis=question.diagnosis)
    assert (world.asked, world.outcomes) == ([], ["not_worth_it"])


@pytest.mark.parametrize("trigger", list(Trigger))
async def test_each_trigger_asks_about_what_is_open(trigger: Trigger) -> None:
    """And on request also about a code, whose class then stays."""
    world = _World(json.dumps(_GOOD), json.dumps(_GOOD))
    await world.asker().ask(_question(trigger=trigger))
    coded = await world.asker().ask(_question(trigger=Trigger.ASKED, diagnosis=diagnosis(ground=Ground.CODE)))

    assert world.outcomes == ["answered", "answered"]
    assert coded.diagnosis.error_class is ErrorClass.AUTH_INVALID_KEY


def test_every_outcome_is_one_of_the_list() -> None:
    """A metric has it as its label."""
    assert len(OUTCOMES) == len(set(OUTCOMES)) == 15
