"""How a rollout ended, told from the route alone."""

import pytest

from sealane_cli.rollouts.outcome import Code, outcome_of, progress_of
from sealane_cli.rollouts.view import view_of
from tests.support.resources import Document
from tests.support.scripted_api import condition, hash_of, served_route, settled, stepping


def _code(status: Document, *, promoted: bool = False) -> Code | None:
    outcome = outcome_of(view_of(served_route(status)), promoted=promoted)
    return None if outcome is None else outcome.code


_REFUSED = [condition("Accepted", "False", "Conflicted", "kimi- belongs to team/other")]
_KEYLESS = [condition("ResolvedRefs", "False", "SecretNotFound", "there is no Secret moonshot")]
_UNSERVED = [
    condition("Ready", "False", "NotProgrammed", "no router is known"),
    condition("Progressing", "False", "RolloutComplete"),
]
_SUSPENDED = [condition("Suspended"), condition("Progressing", "False", "Suspended")]
_GIVEN_UP = [condition("RolledBack", "True", "ManualRollback"), condition("Stalled", "True", "RolledBack")]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (settled(), Code.DONE),
        (settled(conditions=_REFUSED), Code.GIVEN_UP),
        (settled(conditions=_KEYLESS), Code.GIVEN_UP),
        (settled(conditions=[condition("RolledBack", "True", "LatencyExceeded")]), Code.GIVEN_UP),
        (settled(conditions=[condition("Stalled", "True", "RolledBack")]), Code.GIVEN_UP),
        (settled(rollout={"phase": "Baking"}, conditions=[condition("RolledBack")]), Code.GIVEN_UP),
        (settled(rollout={"phase": "Idle", "held": hash_of(3)}), Code.DONE),
        (settled(conditions=_UNSERVED), None),
        (settled(observedGeneration=0), None),
        (settled(rollout={"phase": "Waiting"}), None),
        (settled(rollout={"phase": "Baking"}), None),
        (settled(rollout={"phase": "Challenging"}), None),
        (settled(rollout={"phase": "FromAFutureVersion"}), None),
        (settled(stable=None, conditions=[condition("Progressing", "False", "Pending")]), None),
        (settled(conditions=_SUSPENDED), None),
        (stepping(), None),
        ({}, None),
    ],
    ids=str,
)
def test_the_end_of_a_rollout(status: Document, code: Code | None) -> None:
    """Done, given up, or still under way."""
    assert _code(status) is code


def test_a_bake_is_an_end_for_whoever_says_so() -> None:
    """Promotion ends it then; a step never does."""
    assert _code(settled(rollout={"phase": "Baking"}), promoted=True) is Code.DONE
    assert _code(stepping(), promoted=True) is None
    assert _code(settled(rollout={"phase": "Baking"}, conditions=_GIVEN_UP), promoted=True) is Code.GIVEN_UP


def test_what_no_router_serves_is_not_at_its_end() -> None:
    """A first revision is pointed at at once, whether there is a router or not; promotion is no end either."""
    baking = settled(rollout={"phase": "Baking"}, conditions=_UNSERVED)
    view = view_of(served_route(settled(conditions=_UNSERVED)))

    assert _code(baking, promoted=True) is None
    assert progress_of(view).startswith(
        "revision 7 is to serve, and does not (NotProgrammed: no router is known); RolloutComplete: "
    )


def test_a_request_that_waits_keeps_it_open() -> None:
    """``retry`` and then ``status`` does not end with the rollback before."""
    route = served_route(settled(conditions=_GIVEN_UP))
    route["metadata"]["annotations"] = {"sealane.dev/request": "jane retry id-1 2026-11-22T23:00:00Z"}
    view = view_of(route)

    assert outcome_of(view, promoted=False) is None
    assert progress_of(view).endswith("; retry by jane waits to be carried out")


def test_a_suspended_route_that_has_what_it_asks_for_is_done() -> None:
    """Nothing is left that could go on."""
    conditions = [condition("Suspended"), condition("Progressing", "False", "RolloutComplete")]

    assert _code(settled(conditions=conditions)) is Code.DONE


def test_a_refusal_says_what_still_serves() -> None:
    """Whoever reads it knows whether traffic is harmed."""
    outcome = outcome_of(view_of(served_route(settled(conditions=_REFUSED))), promoted=False)

    assert outcome is not None
    assert outcome.sentence == ("the spec is refused (Conflicted): kimi- belongs to team/other; revision 7 serves")


def test_the_first_revision_and_a_suspension_are_told() -> None:
    """A line is whole without either arm, and names what holds the rollout."""
    assert progress_of(view_of(served_route({}))) == "waiting for the operator to look at the route's newest spec"
    first = settled(stable=None, conditions=[condition("Suspended", message="spec.suspend is true")])
    assert progress_of(view_of(served_route(first))) == (
        "no revision serves yet; the operator said nothing yet (suspended: spec.suspend is true)"
    )
