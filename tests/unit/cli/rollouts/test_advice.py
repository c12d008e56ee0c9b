"""What to do, by reason."""

import pytest

from sealane_api.crd.status import ConditionStatus
from sealane_cli.rollouts.advice import advice_on, is_as_wished
from sealane_cli.rollouts.view import view_of
from tests.support.scripted_api import condition, served_route, stepping

_VIEW = view_of(served_route())


def _condition(kind: str, status: str, reason: str = "") -> ConditionStatus:
    return ConditionStatus.model_validate(condition(kind, status, reason))


@pytest.mark.parametrize(
    ("kind", "status", "reason", "words"),
    [
        ("Accepted", "False", "Conflicted", "another route owns the model"),
        ("Accepted", "False", "NotPermitted", "routes.namespaces"),
        ("ResolvedRefs", "False", "SecretNotFound", "make the Secret"),
        ("ResolvedRefs", "False", "KeyNotFound", "add the key"),
        ("Programmed", "False", "RouterUnreachable", "sealane-router-admin"),
        ("Programmed", "False", "PartiallyProgrammed", "behind"),
        ("Progressing", "Unknown", "RouterLagging", "delete their pods"),
        ("Progressing", "False", "SpecRefused", "see Accepted"),
        ("RolledBack", "True", "ErrorRateExceeded", "kubectl sealane retry chat"),
        ("Stalled", "True", "RolledBack", "kubectl sealane retry chat"),
    ],
)
def test_what_is_not_as_wished_comes_with_what_to_do(kind: str, status: str, reason: str, words: str) -> None:
    """A command to type, or the thing to change."""
    assert words in advice_on(_condition(kind, status, reason), _VIEW)


@pytest.mark.parametrize(
    ("kind", "status", "reason"),
    [
        ("Ready", "True", ""),
        ("Progressing", "True", "StepRunning"),
        ("Progressing", "False", "RolloutComplete"),
        ("CandidateHealthy", "True", "ChecksPassed"),
        ("RolledBack", "False", ""),
        ("Suspended", "False", ""),
    ],
)
def test_what_is_as_wished_comes_alone(kind: str, status: str, reason: str) -> None:
    """Nobody is told to do anything."""
    found = _condition(kind, status, reason)

    assert is_as_wished(found)
    assert advice_on(found, _VIEW) == ""


def test_a_message_that_says_what_to_do_comes_alone() -> None:
    """The operator's own words are not said twice."""
    assert advice_on(_condition("Progressing", "False", "Paused"), _VIEW) == ""


def test_a_route_that_the_operator_never_saw_points_at_the_operator() -> None:
    """The conditions are the CRD's defaults then, which are about no generation."""
    unseen = ConditionStatus.model_validate({**condition("Ready", "Unknown", "Pending"), "observedGeneration": None})

    assert "see whether it runs" in advice_on(unseen, _VIEW)


def test_a_route_that_waits_for_its_secret_does_not_accuse_the_operator() -> None:
    """It has looked, and its message says what is missing."""
    assert advice_on(_condition("Progressing", "False", "Pending"), _VIEW) == ""


def test_a_failing_candidate_is_compared_only_while_it_is_on_trial() -> None:
    """Afterwards ``diff`` alone would show what served before and stable, which is something else."""
    failing = _condition("CandidateHealthy", "False", "ChecksFailed")

    assert "kubectl sealane diff chat" in advice_on(failing, view_of(served_route(stepping())))
    assert advice_on(failing, _VIEW) == ""


def test_a_reason_that_nobody_knows_has_its_message() -> None:
    """No advice is better than a wrong one."""
    assert advice_on(_condition("Accepted", "False", "FromAFutureVersion"), _VIEW) == ""
