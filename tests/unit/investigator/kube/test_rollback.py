"""The request for a rollback that a person has confirmed."""

from typing import Any

import pytest

from sealane_api.request import REQUEST_ANNOTATION, Request, Verb
from sealane_investigator.errors import RollbackRefused
from sealane_investigator.incident.recommendation import Rollback
from sealane_investigator.kube.rollback import MAX_ATTEMPTS, MAX_PERSON, Asked, Outcome, Rollbacks
from sealane_investigator.recommend.rollback import Superseded
from sealane_kube.errors import Conflict, NotFound, Unavailable
from tests.support.facts import NOW
from tests.support.resources import route

_BACK = Rollback(route="team/chat", from_revision=8, to_revision=7)
_ACCOUNT = "system:serviceaccount:sealane-system:sealane-investigator"
_USER = f"jane doe via {_ACCOUNT}"


class _Api:
    """One route, and whoever else writes on it."""

    def __init__(self, stable: int = 8, candidate: int | None = None) -> None:
        status: dict[str, Any] = {"stable": {"revision": stable}}
        if candidate is not None:
            status["candidate"] = {"revision": candidate}
        self.live: dict[str, Any] | None = {**route("chat", "team"), "status": status}
        self.live["metadata"]["resourceVersion"] = "1"
        self.patches: list[dict[str, Any]] = []
        self.conflicts = 0
        self.away = False

    async def call(self, method: str, path: str, body: Any = None, **_: Any) -> dict[str, Any]:
        if path.endswith("/selfsubjectreviews"):
            return {"status": {"userInfo": {"username": _ACCOUNT}}}
        if self.away:
            raise Unavailable("no answer")
        if self.live is None:
            raise NotFound("gone", 404)
        if method == "PATCH":
            if self.conflicts:
                self.conflicts -= 1
                raise Conflict("changed", 409)
            self.patches.append(body)
            self.live["metadata"].setdefault("annotations", {}).update(body["metadata"]["annotations"])
        return self.live

    @property
    def written(self) -> Request:
        assert self.live is not None
        return Request.parse(self.live["metadata"]["annotations"][REQUEST_ANNOTATION])

    def carries_out(self, outcome: str | None = "revision 7 serves everybody", identity: str = "abc") -> None:
        assert self.live is not None
        self.live["status"]["lastRequest"] = {"id": identity, "outcome": outcome}


def _rollbacks(api: _Api, *, enabled: bool = True) -> Rollbacks:
    clock = [NOW]

    async def sleep(seconds: float) -> None:
        clock[0] += seconds

    return Rollbacks(api, enabled=enabled, make_id=lambda: "abc", now=lambda: clock[0], sleep=sleep)


async def test_a_confirmed_rollback_is_what_undo_writes() -> None:
    """On the very copy that was read, in the name of who confirmed it via our own account."""
    api = _Api()
    found = await _rollbacks(api).ask(_BACK, "jane doe")

    assert found == Asked("team/chat", "abc", Verb.UNDO, _USER)
    assert api.written == Request(_USER, Verb.UNDO, ("7",), "abc", NOW)
    assert api.patches[0]["metadata"]["resourceVersion"] == "1"


async def test_a_candidate_is_given_up() -> None:
    """It is on trial; stable serves already."""
    api = _Api(stable=7, candidate=8)
    await _rollbacks(api).ask(_BACK, "jane")

    assert (api.written.verb, api.written.arguments) == (Verb.ABORT, ())


@pytest.mark.parametrize(("stable", "words"), [(7, "was rolled back"), (9, "serves by now")])
async def test_what_happened_meanwhile_is_not_asked_for(stable: int, words: str) -> None:
    """The live route is read again before the write."""
    api = _Api(stable)
    found = await _rollbacks(api).ask(_BACK, "jane")

    assert isinstance(found, Superseded)
    assert words in found.why
    assert api.patches == []


async def test_a_route_that_is_gone_supersedes_it_too() -> None:
    """There is nothing to go back to."""
    api = _Api()
    api.live = None

    assert await _rollbacks(api).ask(_BACK, "jane") == Superseded("the route team/chat is gone")


async def test_it_is_off_by_default() -> None:
    """Whoever installs it has to want it; the refusal says how."""
    api = _Api()
    with pytest.raises(RollbackRefused, match="SEALANE_ROLLBACKS=true"):
        await _rollbacks(api, enabled=False).ask(_BACK, "jane")

    assert api.patches == []


@pytest.mark.parametrize("person", ["", " jane", "jane\nundo", "x" * (MAX_PERSON + 1)])
async def test_a_name_that_cannot_be_written_is_refused(person: str) -> None:
    """It would not be read again as one."""
    with pytest.raises(RollbackRefused, match="write the name"):
        await _rollbacks(_Api()).ask(_BACK, person)


async def test_another_request_is_not_replaced() -> None:
    """Somebody else's is carried out first; one that is done is replaced."""
    api = _Api()
    assert api.live is not None
    waiting = Request("bob", Verb.PAUSE, (), "older", NOW).text()
    api.live["metadata"]["annotations"] = {REQUEST_ANNOTATION: waiting}
    with pytest.raises(RollbackRefused, match=r"pause by bob \(older\)"):
        await _rollbacks(api).ask(_BACK, "jane")
    api.carries_out(identity="older")
    await _rollbacks(api).ask(_BACK, "jane")

    assert api.written.id == "abc"


async def test_a_route_that_changed_is_read_and_judged_again() -> None:
    """The operator writes all the time; a route that never holds still is given up."""
    api = _Api()
    api.conflicts = MAX_ATTEMPTS - 1
    await _rollbacks(api).ask(_BACK, "jane")
    assert api.written.id == "abc"

    api = _Api()
    api.conflicts = MAX_ATTEMPTS
    with pytest.raises(RollbackRefused, match="try again"):
        await _rollbacks(api).ask(_BACK, "jane")


async def test_the_outcome_is_what_the_operator_says() -> None:
    """Done, or refused with its words."""
    api = _Api()
    rollbacks = _rollbacks(api)
    asked = await rollbacks.ask(_BACK, "jane")
    assert isinstance(asked, Asked)
    api.carries_out()
    done = await rollbacks.outcome(asked)
    api.carries_out("refused: there is no revision 7")
    refused = await rollbacks.outcome(asked)

    assert done == Outcome(True, "revision 7 serves everybody")
    assert refused == Outcome(False, "refused: there is no revision 7")


async def test_an_operator_that_is_silent_is_waited_for_a_while() -> None:
    """The request stays asked for."""
    api = _Api()
    rollbacks = _rollbacks(api)
    asked = await rollbacks.ask(_BACK, "jane")
    assert isinstance(asked, Asked)

    assert await rollbacks.outcome(asked) == Outcome(None, "the operator has not carried it out yet")
    api.away = True
    assert await rollbacks.outcome(asked) == Outcome(None, "the outcome cannot be read (Unavailable)")


async def test_a_request_that_another_one_replaced_has_no_outcome() -> None:
    """Nor has one whose route is gone."""
    api = _Api()
    rollbacks = _rollbacks(api)
    asked = await rollbacks.ask(_BACK, "jane")
    assert isinstance(asked, Asked)
    assert api.live is not None
    api.live["metadata"]["annotations"][REQUEST_ANNOTATION] = "nonsense"
    replaced = await rollbacks.outcome(asked)
    api.live = None
    gone = await rollbacks.outcome(asked)

    assert (replaced.done, gone) == (False, Outcome(False, "the route team/chat is gone"))
