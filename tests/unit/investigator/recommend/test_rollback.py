"""Whether to go back to an earlier revision."""

from typing import Any

import pytest

from sealane_api.diagnosis.error_class import Cause
from sealane_api.request import Verb
from sealane_investigator.incident.recommendation import Rollback
from sealane_investigator.recommend.rollback import Step, Superseded, next_step, proposal
from tests.support.facts import change, diagnosis, facts
from tests.support.resources import route

_BACK = Rollback(route="team/chat", from_revision=8, to_revision=7)
_BLAMED = diagnosis(cause=Cause.BAD_BASE_URL, evidence=("text", "fact:revision:team/chat@8"))


def _live(stable: int | None, candidate: int | None = None) -> dict[str, Any]:
    status = {}
    if stable is not None:
        status["stable"] = {"revision": stable}
    if candidate is not None:
        status["candidate"] = {"revision": candidate, "weight": 10}
    return {**route("chat", "team"), "status": status}


@pytest.mark.parametrize(
    ("live", "wanted"),
    [
        (_live(8), Step(Verb.UNDO, ("7",))),
        (_live(8, 9), Step(Verb.UNDO, ("7",))),
        (_live(7, 8), Step(Verb.ABORT)),
    ],
)
def test_what_serves_or_is_on_trial_can_be_given_up(live: dict[str, Any], wanted: Step) -> None:
    """An undo for stable, an abort for a candidate."""
    assert next_step(live, _BACK) == wanted


@pytest.mark.parametrize(
    ("live", "words"),
    [
        (_live(7), "revision 7 of team/chat serves already: revision 8 was rolled back"),
        (_live(7, 9), "serves already"),
        (_live(9), "revision 9 of team/chat serves by now, neither 8 nor 7"),
        (_live(6, 8), "revision 6 of team/chat serves by now"),
        (_live(None), "no revision of team/chat serves"),
    ],
)
def test_what_happened_meanwhile_is_left_alone(live: dict[str, Any], words: str) -> None:
    """The operator or a person was faster, or chose something newer."""
    found = next_step(live, _BACK)

    assert isinstance(found, Superseded)
    assert words in found.why


def test_a_rollback_is_proposed_for_the_revision_that_is_blamed() -> None:
    """With or without the live route."""
    known = facts(revisions=(change("x"),))

    assert proposal(_BLAMED, known, None) == _BACK
    assert proposal(_BLAMED, known, _live(8)) == _BACK
    assert proposal(_BLAMED, known, _live(7)) is None


def test_nothing_is_proposed_without_a_revision_to_go_back_to() -> None:
    """Nobody is blamed, it was the first, or going back would not help."""
    assert proposal(diagnosis(cause=Cause.BAD_BASE_URL), facts(revisions=(change("x"),)), None) is None
    assert proposal(_BLAMED, facts(revisions=(change("x", previous=None),)), None) is None
    other = diagnosis(cause=Cause.PROVIDER_INCIDENT, evidence=_BLAMED.evidence)
    assert proposal(other, facts(revisions=(change("x"),)), None) is None
