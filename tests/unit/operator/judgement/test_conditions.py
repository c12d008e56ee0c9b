"""Conditions say what is true, since when, and keep quiet about what nobody knows yet."""

from dataclasses import replace

from sealane_api.crd.status import PENDING, ConditionStatus
from sealane_operator.judgement.conditions import Judged, conditions, judged, programmed
from sealane_operator.judgement.refusal import Refusal
from sealane_operator.rollout.model import Aspect, Decision, Pointer, RolloutState, Routers

NOW = 1_800_000_000.0
LATER = NOW + 100.0
STABLE = RolloutState(stable=Pointer(7, "a" * 64, NOW))
DONE = Decision(STABLE, Aspect("False", "RolloutComplete", "revision 7 serves"))
ALL = Routers(ready=3, desired=3, stable=3)
GOOD = judged(None, None)


def _said(
    judgement: Judged = GOOD,
    decision: Decision = DONE,
    routers: Routers | None = ALL,
    before: tuple[ConditionStatus, ...] = PENDING,
    now: float = NOW,
) -> tuple[ConditionStatus, ...]:
    aspect = None if routers is None else programmed(routers, has_stable=decision.state.stable is not None)
    return conditions(before, judgement, decision, aspect, generation=4, now=now)


def _short(said: tuple[ConditionStatus, ...]) -> dict[str, str]:
    return {each.type: f"{each.status}/{each.reason}" for each in said}


def test_a_route_that_serves() -> None:
    """The five that are always there; those of a trial only during one."""
    assert _short(_said()) == {
        "Ready": "True/Serving",
        "Accepted": "True/Accepted",
        "ResolvedRefs": "True/ResolvedRefs",
        "Programmed": "True/Programmed",
        "Progressing": "False/RolloutComplete",
    }


def test_every_condition_has_its_generation_and_time() -> None:
    """Both are what people and kstatus look at."""
    assert {(each.observed_generation, each.last_transition_time) for each in _said()} == {(4, "2027-01-15T08:00:00Z")}


def test_the_time_changes_with_the_status_alone() -> None:
    """Another reason is no transition."""
    first = _said()
    again = _said(decision=replace(DONE, progressing=Aspect("False", "Paused", "by anna")), before=first, now=LATER)

    assert [each.last_transition_time for each in again] == [each.last_transition_time for each in first]


def test_a_transition_has_its_time() -> None:
    """Only what changed is new."""
    again = _said(judged(Refusal("Conflicted", "taken"), None), before=_said(), now=LATER)
    changed = {each.type for each in again if each.last_transition_time == "2027-01-15T08:01:40Z"}

    assert changed == {"Accepted", "ResolvedRefs"}


def test_a_refused_spec_takes_nothing_from_stable() -> None:
    """Ready stays true; Accepted says why the new spec does not go live."""
    said = _said(judged(Refusal("Conflicted", "taken by x"), None), before=_said())

    assert _short(said)["Ready"] == "True/Serving"
    assert _short(said)["Accepted"] == "False/Conflicted"
    assert next(each.message for each in said if each.type == "Accepted") == "taken by x"


def test_a_refused_first_spec_is_not_ready() -> None:
    """There is nothing else that could serve."""
    nothing = Decision(RolloutState(), Aspect("False", "Pending", "nothing to roll out"))

    assert _short(_said(judged(Refusal("InvalidSpec", "x"), None), nothing))["Ready"] == "False/NotAccepted"
    assert _short(_said(judged(None, Refusal("SecretNotFound", "x")), nothing))["Ready"] == "False/RefsNotResolved"
    assert _short(_said(GOOD, nothing))["Ready"] == "False/Pending"
    assert _short(_said(GOOD, nothing))["Programmed"] == "Unknown/Pending"


def test_stables_own_secret_matters() -> None:
    """When what serves has lost its key, the route is not ready; a new spec's missing Secret changes nothing."""
    missing = Refusal("SecretNotFound", "x")

    assert _short(_said(judged(None, missing, keyless="x"), before=_said()))["Ready"] == "False/RefsNotResolved"
    assert _short(_said(judged(None, missing), before=_said()))["Ready"] == "True/Serving"


def test_routers_that_lag_serve_what_was_there_before() -> None:
    """Once served, a route stays ready while its routers take over a new stable revision."""
    lagging = Routers(ready=3, desired=3, stable=1, lagging={"r2": 1.0, "r1": 2.0})

    assert _short(_said(routers=lagging))["Ready"] == "False/NotProgrammed"
    assert _short(_said(routers=lagging, before=_said()))["Ready"] == "True/Serving"
    assert _short(_said(routers=lagging, before=_said()))["Programmed"] == "False/PartiallyProgrammed"


def test_a_revision_that_no_router_has_held_for_minutes_does_not_serve() -> None:
    """Until then routers serve the one before, and while one of them holds it the route is ready."""
    nobody = Routers(ready=2, desired=2, stable=0, lagging={"r1": 121.0, "r2": 120.0})
    fresh = replace(nobody, lagging={"r1": 121.0, "r2": 119.0})
    one = replace(nobody, stable=1, lagging={"r1": 500.0})

    said = _short(_said(routers=nobody, before=_said()))
    assert (said["Ready"], said["Programmed"]) == ("False/NotProgrammed", "False/NotProgrammed")
    assert programmed(nobody, has_stable=True).message == (
        "no router has held the stable revision for minutes: behind: r1, r2"
    )
    for routers in (fresh, one):
        said = _short(_said(routers=routers, before=_said()))
        assert (said["Ready"], said["Programmed"]) == ("True/Serving", "False/PartiallyProgrammed")


def test_without_routers_nothing_serves() -> None:
    """Nobody ready, or nobody known."""
    assert _short(_said(routers=Routers(desired=2), before=_said()))["Ready"] == "False/NotProgrammed"
    assert programmed(Routers(desired=2), has_stable=True).message == "none of 2 routers is ready"
    assert programmed(Routers(), has_stable=True).message == "no router is known"
    assert programmed(Routers(), has_stable=True).reason == "RouterUnreachable"


def test_a_router_that_is_not_ready_does_not_count() -> None:
    """A restart of one router changes no condition of any route."""
    assert programmed(Routers(ready=2, desired=3, stable=2), has_stable=True).status == "True"


def test_words_hold_no_seconds() -> None:
    """A message that changed each second would be a write each second."""
    lagging = Routers(ready=2, desired=2, stable=1, lagging={"r1": 12.5})

    assert programmed(lagging, has_stable=True).message == "1 of 2 ready routers hold the stable revision: behind: r1"


def test_nothing_new_is_said_before_the_routers_were_asked() -> None:
    """A new leader keeps what the one before had seen."""
    assert _short(_said(routers=None, before=_said())) == _short(_said())
    assert _short(_said(routers=None))["Programmed"] == "Unknown/Pending"


def test_what_is_there_only_while_true_goes_again() -> None:
    """RolledBack, Stalled and Suspended are absent otherwise."""
    stalled = replace(
        DONE, stalled=Aspect("True", "RolledBack", "x"), rolled_back=Aspect("True", "ErrorRateExceeded", "x")
    )

    assert {"Stalled", "RolledBack"} <= set(_short(_said(decision=stalled)))
    assert "Stalled" not in _short(_said(before=_said(decision=stalled)))


def test_why_a_spec_is_not_wanted() -> None:
    """The rollout repeats it."""
    assert GOOD.why_not == ""
    assert judged(None, Refusal("KeyNotFound", "no key")).why_not == "no key"
    assert judged(Refusal("Conflicted", "owned by b"), None).why_not == "owned by b"
