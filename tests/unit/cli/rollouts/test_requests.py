"""A request by hand: who asks, what is written, who came first, and what came of it."""

import pytest

from sealane_api.request import Request, Verb
from sealane_cli.cluster.failures import CommandFailed
from sealane_cli.rollouts.requests import MAX_ATTEMPTS, Asked, announcement, new_id, send_request
from sealane_cli.rollouts.view import view_of
from sealane_kube.errors import Conflict, Invalid
from tests.support.desk import Desk
from tests.support.resources import Document
from tests.support.scripted_api import BEGIN, USER, pointer, served_route, settled, stepping

_PROMOTE = Asked(Verb.PROMOTE)
_WAITED = Asked(Verb.PROMOTE, wait=30.0)
_OTHER = "bob abort other-1 2026-11-22T22:59:00Z"


async def _send(desk: Desk, asked: Asked) -> int:
    return await send_request(desk.routes, desk.screen, "chat", asked, make_id=lambda: "id-1")


def _with_request(desk: Desk, text: str) -> None:
    desk.api.routes["chat"]["metadata"]["annotations"] = {"sealane.dev/request": text}


def _done(identity: str, outcome: str) -> Document:
    return stepping(lastRequest={"id": identity, "verb": "promote", "by": USER, "outcome": outcome})


async def test_a_request_is_one_annotation_of_whoever_the_api_server_says() -> None:
    """User, verb, argument, id and time: readable by the operator, spaces in the name included."""
    desk = Desk(stepping())

    assert await _send(desk, Asked(Verb.UNDO, ("5",))) == 0

    assert desk.api.request_on() == "jane doe undo 5 id-1 2026-11-22T23:00:00Z"
    assert Request.parse(desk.api.request_on()) == Request(USER, Verb.UNDO, ("5",), "id-1", BEGIN)
    assert desk.lines == [
        "team/chat: undo goes back from revision 7 to revision 5 at once, until the spec changes or retry",
        "team/chat: undo requested as jane doe, id id-1",
        "team/chat: the operator may refuse it; what became of it: kubectl sealane why chat",
    ]


async def test_a_request_that_waits_is_not_replaced() -> None:
    """Whoever comes second learns who was first; the annotation stays."""
    desk = Desk(stepping())
    _with_request(desk, _OTHER)

    with pytest.raises(CommandFailed, match=r"not carried out yet: abort by bob \(other-1\).*--force"):
        await _send(desk, _PROMOTE)
    with pytest.raises(CommandFailed, match="--force"):
        await _send(desk, Asked(Verb.PROMOTE, dry_run="client"))

    assert desk.api.request_on() == _OTHER


async def test_force_replaces_it() -> None:
    """Who means it can."""
    desk = Desk(stepping())
    _with_request(desk, _OTHER)

    assert await _send(desk, Asked(Verb.PROMOTE, force=True)) == 0

    assert desk.api.request_on().startswith("jane doe promote id-1 ")


@pytest.mark.parametrize("text", ["nonsense", "bob abort other-1 2026-11-22T22:59:00Z"], ids=["unreadable", "done"])
async def test_what_will_never_be_carried_out_is_replaced(text: str) -> None:
    """A request that was carried out, and one that nobody can read, wait for nothing."""
    desk = Desk(_done("other-1", "given up"))
    _with_request(desk, text)

    assert await _send(desk, _PROMOTE) == 0


async def test_two_who_write_at_once_do_not_overwrite_each_other() -> None:
    """The copy that was read has changed: it is read again, and then holds the other's request."""
    desk = Desk(stepping())

    def bob_is_faster(method: str, _path: str) -> None:
        if method == "PATCH" and not desk.api.request_on():
            _with_request(desk, _OTHER)
            desk.api.set_status(stepping())

    desk.api.refuse = bob_is_faster

    with pytest.raises(CommandFailed, match="abort by bob"):
        await _send(desk, _PROMOTE)
    assert desk.api.request_on() == _OTHER


async def test_a_status_write_in_between_costs_another_attempt() -> None:
    """The operator writes on the same object; that is no reason to give up, until it is."""
    desk = Desk(stepping())
    conflicts = [MAX_ATTEMPTS - 1]

    def busy(method: str, _path: str) -> None:
        if method == "PATCH" and conflicts[0]:
            conflicts[0] -= 1
            raise Conflict("it changed", 409)

    desk.api.refuse = busy
    assert await _send(desk, _PROMOTE) == 0

    conflicts[0] = MAX_ATTEMPTS
    desk.api.set_status(_done("id-1", "done"))
    with pytest.raises(CommandFailed, match=f"with each of {MAX_ATTEMPTS} attempts"):
        await _send(desk, _PROMOTE)


@pytest.mark.parametrize("kind", ["client", "server"])
async def test_a_dry_run_writes_nothing(kind: str) -> None:
    """Client: no write is sent; server: it is sent, and marked."""
    desk = Desk(stepping())

    assert await _send(desk, Asked(Verb.ABORT, dry_run=kind)) == 0

    assert desk.api.request_on() == ""
    assert [
        query.get("dryRun") for call, query in zip(desk.api.calls, desk.api.queries, strict=True) if "PATCH" in call
    ] == (["All"] if kind == "server" else [])
    assert f"would be requested as jane doe ({kind} dry run)" in desk.text


async def test_the_outcome_is_waited_for() -> None:
    """What the operator wrote about this very id is printed; exit code 0."""
    desk = Desk(stepping())
    desk.then = [lambda: None, lambda: desk.api.set_status(_done("id-1", "step 2 of 2"))]

    assert await _send(desk, _WAITED) == 0

    assert desk.lines[-1] == "team/chat: promote step 2 of 2"


async def test_a_refused_request_is_exit_code_1() -> None:
    """The operator's reason is the last line."""
    desk = Desk(stepping())
    desk.then = [lambda: desk.api.set_status(_done("id-1", "refused: nothing is on trial"))]

    assert await _send(desk, _WAITED) == 1

    assert desk.lines[-1] == "team/chat: promote refused: nothing is on trial"


async def test_an_outcome_that_somebody_elses_request_hides_is_exit_code_1() -> None:
    """It is not known what became of ours, and the line says where to look."""
    desk = Desk(stepping())
    desk.then = [lambda: _with_request(desk, _OTHER)]

    assert await _send(desk, _WAITED) == 1

    assert "another request took the place of promote" in desk.lines[-1]


async def test_an_operator_that_does_not_come_is_exit_code_3() -> None:
    """The request stays, and the line says so."""
    desk = Desk(stepping())
    begin = desk.clock

    assert await _send(desk, _WAITED) == 3

    assert desk.clock - begin == 30.0
    assert "promote is not carried out within 30s; it stays asked for" in desk.lines[-1]
    assert desk.api.request_on()


async def test_the_api_servers_own_refusal_is_passed_on() -> None:
    """An admission policy explains itself."""
    desk = Desk(stepping())

    def refuse(method: str, _path: str) -> None:
        if method == "PATCH":
            raise Invalid("the annotation must begin with your name", 422, call="PATCH /x")

    desk.api.refuse = refuse

    with pytest.raises(CommandFailed, match="refuses it: the annotation must begin with your name"):
        await _send(desk, _PROMOTE)


async def test_a_user_whose_name_cannot_stand_in_a_request_is_told() -> None:
    """A name of 500 characters would be cut, and a cut name is another's."""
    desk = Desk(stepping())
    desk.api.user = "x" * 500

    with pytest.raises(CommandFailed, match="cannot be written: found 5"):
        await _send(desk, _PROMOTE)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Asked(Verb.PROMOTE), "takes revision 8 (10 %) to its next step"),
        (Asked(Verb.PROMOTE, ("full",)), "lets revision 8 (10 %) serve everybody"),
        (Asked(Verb.PAUSE), "keeps revision 8 (10 %) where it is"),
        (Asked(Verb.ABORT), "gives revision 8 (10 %) up at once; revision 7 serves everybody"),
        (Asked(Verb.RESUME), "goes on from where"),
        (Asked(Verb.RETRY), "start again"),
        (Asked(Verb.UNDO), "undo gives revision 8 (10 %) up at once"),
        (Asked(Verb.UNDO, ("5",)), "from revision 7 to revision 5"),
    ],
    ids=lambda value: str(getattr(value, "verb", "")),
)
def test_each_verb_says_what_it_will_do(asked: Asked, said: str) -> None:
    """Judged by the route as it is."""
    assert said in announcement(view_of(served_route(stepping())), asked)


@pytest.mark.parametrize(
    ("phase", "asked", "said"),
    [
        ("Idle", Asked(Verb.UNDO), "from revision 8 to revision 7"),
        ("Idle", Asked(Verb.ABORT), "abort: revision 8 serves, Idle; the operator decides"),
        ("Waiting", Asked(Verb.PROMOTE), "starts what waits now"),
        ("Baking", Asked(Verb.PROMOTE), "ends the bake of revision 8"),
        ("Challenging", Asked(Verb.PAUSE), "the operator decides"),
    ],
)
def test_without_a_candidate_it_says_what_the_phase_makes_of_it(phase: str, asked: Asked, said: str) -> None:
    """Undo names what the bake would fall back to; what means nothing promises nothing."""
    view = view_of(served_route(settled(8, rollout={"phase": phase, "previous": pointer(7)})))

    assert said in announcement(view, asked)


def test_ids_are_never_the_same() -> None:
    """A thousand ids are a thousand, and each may stand in a request."""
    found = {new_id() for _ in range(1_000)}

    assert len(found) == 1_000
    assert all(Request("jane", Verb.PAUSE, (), each, BEGIN).text() for each in found)
