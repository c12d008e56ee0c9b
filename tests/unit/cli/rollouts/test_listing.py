"""``list``: one line for each route, and one more for each change."""

import json

import pytest

from sealane_cli.cluster.failures import CommandFailed
from sealane_cli.rollouts.listing import show_list
from sealane_kube.errors import Forbidden, KubeError, Unavailable
from tests.support.desk import Desk
from tests.support.resources import Document
from tests.support.scripted_api import condition, served_route, settled, stepping


async def _list(desk: Desk, *, everywhere: bool = False, form: str = "", watch: bool = False) -> int:
    return await show_list(desk.routes, desk.screen, everywhere=everywhere, form=form, watch=watch)


def _event(kind: str, status: Document, version: str, name: str = "chat") -> Document:
    document = served_route(status, name)
    document["metadata"]["resourceVersion"] = version
    return {"type": kind, "object": document}


async def test_a_line_says_what_serves_and_what_is_on_trial() -> None:
    """The columns of kubectl get, with the step told of how many."""
    desk = Desk(stepping())
    desk.api.routes["code"] = served_route(name="code")

    assert await _list(desk) == 0

    assert desk.lines == [
        "NAME   READY   STABLE   CANDIDATE   WEIGHT   STEP   REASON            AGE",
        "chat   True    7        8           10       1/2    StepRunning       9d",
        "code   True    7        -           -        -      RolloutComplete   9d",
    ]


async def test_all_namespaces_have_a_column_of_their_own() -> None:
    """The whole cluster is asked then, and wide says more."""
    rollback = {"from": 8, "to": 7, "reason": "ErrorRateExceeded", "at": "2026-11-22T22:00:00Z", "by": "operator"}
    desk = Desk(settled(lastRollback=rollback))

    assert await _list(desk, everywhere=True, form="wide") == 0

    assert desk.api.calls == ["GET /apis/sealane.dev/v1alpha1/providerroutes"]
    assert desk.lines[0].split()[0] == "NAMESPACE"
    assert desk.lines[1].split()[0] == "team"
    assert "3/3" in desk.lines[1]
    assert "8→7 ErrorRateExceeded" in desk.lines[1]


async def test_a_route_that_nobody_looked_at_is_a_line_too() -> None:
    """Unknown, and dashes."""
    desk = Desk({})

    await _list(desk)

    assert desk.lines[1].split() == ["chat", "Unknown", "-", "-", "-", "-", "-", "9d"]


async def test_a_rollback_is_red_and_what_serves_is_green() -> None:
    """Colour says what the words say."""
    desk = Desk(settled(conditions=[condition("Ready"), condition("RolledBack")]), coloured=True)

    await _list(desk)

    assert "\x1b[32mTrue\x1b[0m" in desk.text


async def test_nothing_is_said_to_be_nothing() -> None:
    """An empty namespace is no error, and the sentence says where to look."""
    desk = Desk()
    desk.api.routes.clear()

    assert await _list(desk) == 0
    assert await _list(desk, everywhere=True) == 0

    assert desk.lines == [
        "No routes found in namespace team. See all with: kubectl sealane list -A",
        "No routes found in this cluster.",
    ]


async def test_json_is_the_objects() -> None:
    """A List of what the API server holds."""
    desk = Desk()

    await _list(desk, form="json")

    assert json.loads(desk.text)["items"] == [served_route()]


async def test_a_watch_prints_what_changed() -> None:
    """A line for each route that looks different; the rest is silence, and a watch that ended is begun again."""
    desk = Desk(stepping())
    desk.api.watches = [
        [_event("MODIFIED", stepping(), "101"), _event("MODIFIED", stepping(50, 2), "102")],
        [_event("DELETED", stepping(), "103"), _event("ADDED", settled(), "104", "code")],
    ]

    with pytest.raises(KeyboardInterrupt):
        await _list(desk, watch=True)

    assert [line.split()[:6] for line in desk.lines[1:]] == [
        ["chat", "True", "7", "8", "10", "1/2"],
        ["chat", "True", "7", "8", "50", "2/2"],
        ["code", "True", "7", "-", "-", "-"],
    ]
    assert [call.split()[-1] for call in desk.api.calls if call.startswith("WATCH")] == ["100", "102", "104"]


async def test_a_watch_that_breaks_off_goes_on() -> None:
    """Without an answer from where it was; after 410 from a new list."""
    desk = Desk(stepping())
    expired = {"type": "ERROR", "object": {"code": 410}}
    desk.api.watches = [[_event("MODIFIED", stepping(), "105"), Unavailable("reset", call="GET /")], [expired]]

    with pytest.raises(KeyboardInterrupt):
        await _list(desk, watch=True)

    watches = [call.split()[-1] for call in desk.api.calls if call.startswith("WATCH")]
    assert watches == ["100", "105", "100"]
    assert sum(call.startswith("GET") for call in desk.api.calls) == 2


@pytest.mark.parametrize("error", [Forbidden("no", 403, call="GET /"), KubeError("odd", 418)], ids=["forbidden", "odd"])
async def test_a_watch_that_is_refused_ends_the_command(error: KubeError) -> None:
    """It would be refused again."""
    desk = Desk()
    desk.api.watches = [[error]]

    with pytest.raises(CommandFailed):
        await _list(desk, watch=True)
