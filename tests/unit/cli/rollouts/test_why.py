"""``why``: the evidence, and what to do about it."""

import json

from sealane_cli.rollouts.why import SHOWN_EVENTS, show_why
from sealane_kube.errors import Forbidden
from tests.support.desk import Desk
from tests.support.resources import Document
from tests.support.scripted_api import USER, condition, settled

_ROLLBACK = {
    "from": 8,
    "to": 7,
    "reason": "ErrorRateExceeded",
    "at": "2026-11-22T22:55:00Z",
    "by": "operator",
    "evidence": "31/420 errors (7.4 %) vs 0.3 %",
}


def _event(reason: str, at: str = "2026-11-22T22:59:00Z", **members: object) -> Document:
    return {"type": "Warning", "reason": reason, "message": "two\nlines", "lastTimestamp": at, **members}


async def _why(desk: Desk, form: str = "") -> str:
    assert await show_why(desk.routes, desk.screen, "chat", form=form) == 0
    return desk.text


async def test_a_rollback_is_told_with_its_evidence_and_what_to_type() -> None:
    """Who, when, why, the figures, and the diff that shows the change."""
    text = await _why(Desk(settled(lastRollback=_ROLLBACK, conditions=[condition("Stalled", "True", "RolledBack")])))

    assert "Last rollback: 8 → 7, ErrorRateExceeded, 5m ago by operator" in text
    assert "evidence: 31/420 errors (7.4 %) vs 0.3 %" in text
    assert "kubectl sealane diff chat 7 8" in text
    assert "  Stalled=True (RolledBack): as it should be\n    → correct the spec" in text


async def test_routers_that_lag_and_open_breakers_are_named() -> None:
    """How many of how many, and which condition names them."""
    lagging = condition("Programmed", "False", "PartiallyProgrammed", "2 of 3 ready routers: behind: router-b")
    breaker = {"name": "moonshot", "breaker": {"closed": 1, "halfOpen": 0, "open": 2}}
    calm = {"name": "zai", "breaker": {"closed": 3, "halfOpen": 0, "open": 0}}
    text = await _why(
        Desk(settled(programmed={"ready": 2, "desired": 3}, providers=[breaker, calm], conditions=[lagging]))
    )

    assert "Routers: 2 of 3 routers hold the stable revision" in text
    assert "behind: router-b\n    → the routers named as behind" in text
    assert "Provider moonshot: its breaker is open in 2 and half-open in 0 of 3 routers" in text
    assert "zai" not in text


async def test_requests_are_told_done_and_waiting() -> None:
    """The outcome of the last one, and the one that nobody has taken up."""
    last = {"id": "id-1", "verb": "undo", "by": USER, "at": "2026-11-22T22:50:00Z", "outcome": "refused: no"}
    desk = Desk(settled(lastRequest=last))
    desk.api.routes["chat"]["metadata"]["annotations"] = {"sealane.dev/request": "bob pause id-2 2026-11-22T22:59:30Z"}

    text = await _why(desk)

    assert "Last request: undo by jane doe, 10m ago: refused: no" in text
    assert "Waiting request: pause by bob, 30s ago" in text


async def test_events_are_told_newest_last_and_bounded() -> None:
    """On one line each, with how often; more than fit are left out from the oldest."""
    desk = Desk()
    desk.api.events = [_event(f"Reason{at}", f"2026-11-22T22:{at:02}:00Z") for at in range(SHOWN_EVENTS + 1)]
    desk.api.events.reverse()
    desk.api.events.append(
        _event("Counted", "", eventTime="2026-11-22T22:59:30.123456Z", series={"count": 3}, type="Normal")
    )

    lines = (await _why(desk)).splitlines()
    shown = lines[lines.index("Events") + 2 :]

    assert len(shown) == SHOWN_EVENTS
    assert shown[-1].split() == ["30s", "Normal", "Counted", "two", "lines", "(3", "times)"]
    assert "Reason1 " not in "\n".join(shown)
    assert "involvedObject.uid=" in desk.api.queries[-1]["fieldSelector"]


async def test_who_may_not_read_events_gets_the_rest() -> None:
    """The missing permission is named in its place."""
    desk = Desk()

    def refuse(_method: str, path: str) -> None:
        if path.endswith("/events"):
            raise Forbidden(
                'GET /: events is forbidden: User "jane" cannot list resource "events" in API group "" '
                'in the namespace "team"',
                403,
            )

    desk.api.refuse = refuse

    text = await _why(desk)

    assert "Ready=True" in text
    assert "not shown: jane may not list events in namespace team" in text


async def test_a_quiet_route_has_no_events() -> None:
    """And the sentence says why that means little."""
    assert "none; Kubernetes keeps them for an hour" in await _why(Desk())


async def test_json_is_the_status() -> None:
    """As the operator wrote it."""
    assert json.loads(await _why(Desk(), "json")) == settled()
