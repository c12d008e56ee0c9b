"""A route, read for people."""

from sealane_api.crd.status import ConditionType
from sealane_api.request import Verb
from sealane_cli.rollouts.view import view_of
from sealane_operator.rollout.model import Phase
from tests.support.resources import Document
from tests.support.scripted_api import served_route, settled, stepping


def _asking(status: Document, text: str) -> Document:
    document = served_route(status)
    document["metadata"]["annotations"] = {"sealane.dev/request": text}
    return document


def test_the_step_is_told_with_their_number() -> None:
    """One of two; a dash while nothing is on trial; a bare number where the policy has no steps."""
    assert view_of(served_route(stepping())).step == "1/2"
    assert view_of(served_route(settled())).step == "-"
    whole = {"steps": [{"weight": 10}, {"weight": 50}, {"weight": 100}]}
    assert view_of(served_route(stepping(), rollout=whole)).step == "1/2"
    assert view_of(served_route(stepping(), rollout={"strategy": "Immediate", "steps": [{"weight": 1}]})).step == "1"


def test_a_request_waits_until_its_id_is_in_the_status() -> None:
    """Then it is done; what cannot be read never waits."""
    text = "bob pause id-9 2026-11-22T22:59:00Z"

    pending = view_of(_asking(settled(), text)).pending
    assert pending is not None
    assert (pending.user, pending.verb) == ("bob", Verb.PAUSE)
    assert view_of(_asking(settled(lastRequest={"id": "id-9"}), text)).pending is None
    assert view_of(_asking(settled(), "pause please")).pending is None
    assert view_of(served_route()).pending is None


def test_a_route_that_nobody_looked_at_is_readable() -> None:
    """Without a status everything is unknown, and nothing is under way that could be named."""
    view = view_of(served_route({}))

    assert (view.title, view.seen, view.phase) == ("team/chat", False, Phase.IDLE)
    assert (view.word(ConditionType.READY), view.reason(ConditionType.READY)) == ("Unknown", "")
    assert view.status.stable is None
