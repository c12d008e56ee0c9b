"""``status``: one line a change, and an exit code that says how it ended."""

import pytest

from sealane_cli.cluster.failures import CommandFailed
from sealane_cli.rollouts.status import show_status
from sealane_kube.errors import Unavailable
from tests.support.desk import Desk
from tests.support.scripted_api import condition, served_route, settled, stepping


async def _status(desk: Desk, *, limit: float = 60.0, promoted: bool = False, watch: bool = True) -> int:
    return await show_status(desk.routes, desk.screen, "chat", limit=limit, promoted=promoted, watch=watch)


async def test_a_settled_route_ends_at_once() -> None:
    """One look, one line, exit code 0."""
    desk = Desk()

    assert await _status(desk) == 0

    assert desk.lines == ["team/chat: revision 7 serves, and nothing is under way"]
    assert len(desk.api.calls) == 1


async def test_each_change_is_one_line_until_the_promotion_is_baked() -> None:
    """A look that shows nothing new prints nothing; the end says what serves."""
    desk = Desk(stepping())
    desk.then = [
        lambda: None,
        lambda: desk.api.set_status(stepping(50, 2)),
        lambda: desk.api.set_status(
            settled(8, rollout={"phase": "Baking"}, conditions=[condition("Progressing", "True", "Baking", "for 10m")])
        ),
        lambda: desk.api.set_status(settled(8)),
    ]

    assert await _status(desk) == 0

    assert desk.lines == [
        "team/chat: revision 7 serves; revision 8 has 10 %, step 1/2; StepRunning: 10 % of the traffic",
        "team/chat: revision 7 serves; revision 8 has 50 %, step 2/2; StepRunning: 50 % of the traffic",
        "team/chat: revision 8 serves; Baking: for 10m",
        "team/chat: revision 8 serves, and nothing is under way",
    ]


async def test_promotion_is_the_end_for_whoever_says_so() -> None:
    """With ``promoted`` the bake is not waited for."""
    desk = Desk(settled(8, rollout={"phase": "Baking"}))

    assert await _status(desk, promoted=True) == 0

    assert "revision 8 is promoted" in desk.text


async def test_a_rollback_is_exit_code_1() -> None:
    """The reason and its evidence are in the last line."""
    desk = Desk(stepping())
    rolled_back = condition("RolledBack", "True", "ErrorRateExceeded", "rev 8→7: 31/420 errors")
    desk.then = [lambda: desk.api.set_status(settled(7, conditions=[rolled_back]))]

    assert await _status(desk) == 1

    assert desk.lines[-1] == ("team/chat: rolled back (ErrorRateExceeded): rev 8→7: 31/420 errors; revision 7 serves")


async def test_a_rollout_that_does_not_end_is_exit_code_3() -> None:
    """The limit is kept to the second, and the line says where to look."""
    desk = Desk(stepping())
    begin = desk.clock

    assert await _status(desk, limit=5.0) == 3

    assert desk.clock - begin == 5.0
    assert desk.lines[-1] == "team/chat: not ended within 5s; what it waits for: kubectl sealane why chat"


async def test_one_look_is_enough_for_whoever_does_not_wait() -> None:
    """Without ``watch`` a rollout under way is exit code 3, with where it is."""
    desk = Desk(stepping())

    assert await _status(desk, watch=False) == 3

    assert len(desk.api.calls) == 1
    assert "revision 8 has 10 %" in desk.text


async def test_an_api_server_that_goes_away_is_waited_for() -> None:
    """Looks that get no answer are no end; one at the beginning is."""
    desk = Desk(stepping())
    desk.then = [lambda: setattr(desk.api, "refuse", _away), lambda: setattr(desk.api, "refuse", lambda *_: None)]
    desk.then.append(lambda: desk.api.set_status(settled(8)))

    assert await _status(desk) == 0

    desk.api.refuse = _away
    with pytest.raises(CommandFailed, match="does not answer"):
        await _status(desk)


async def test_a_route_that_is_deleted_ends_it() -> None:
    """Deleted is absent; another route of the same name is another story."""
    desk = Desk(stepping())
    desk.then = [lambda: desk.api.routes.clear()]
    with pytest.raises(CommandFailed, match="there is no route chat in namespace team"):
        await _status(desk)

    desk = Desk(stepping())
    other = served_route()
    other["metadata"]["uid"] = "another"
    desk.then = [lambda: desk.api.routes.update(chat=other)]

    assert await _status(desk) == 1
    assert "another one has its name" in desk.lines[-1]


async def test_a_spec_that_the_operator_has_not_seen_is_waited_for() -> None:
    """A status about an older generation says nothing about this spec."""
    desk = Desk(settled(observedGeneration=0))
    desk.then = [lambda: desk.api.set_status(settled(8))]

    assert await _status(desk) == 0

    assert desk.lines[0] == "team/chat: waiting for the operator to look at the route's newest spec"


def _away(_method: str, _path: str) -> None:
    raise Unavailable("no answer within 10 s", call="GET /")
