"""What people are told."""

import json
from dataclasses import replace

from sealane_api.diagnosis.error_class import Action, Cause, ErrorClass
from sealane_api.diagnosis.error_event import Origin
from sealane_investigator.incident.diagnosis import Diagnosis, Ground
from sealane_investigator.incident.incident import Incident, State
from sealane_investigator.incident.recommendation import Recommendation
from sealane_investigator.interfaces import ChangeOf, Notice
from sealane_investigator.notify.messages import slack_body, webhook_body

INCIDENT = Incident(
    id=7,
    title="Invalid Authentication",
    fingerprint="v1:x",
    subject="moonshot@api.moonshot.ai",
    origin=Origin.ROUTER,
    state=State.OPEN,
    episode=1,
    count=3,
    first_seen=1.0,
    last_seen=2.0,
    diagnosis=Diagnosis(
        error_class=ErrorClass.AUTH_INVALID_KEY, confidence=0.4, ground=Ground.MESSAGE, why="the text says so"
    ),
)


def _notice(incident: Incident = INCIDENT, kind: ChangeOf = ChangeOf.NEW) -> Notice:
    return Notice(id=5, kind=kind, incident=incident, attempts=1, fence=1, created_at=9.0)


def test_a_webhook_has_what_the_incident_has() -> None:
    """And an id by which a repetition is known."""
    shown = json.loads(webhook_body(_notice(), "https://sealane.test/#incident=7"))

    assert (shown["id"], shown["kind"], shown["at"]) == ("notice-5", "new", 9.0)
    assert shown["link"] == "https://sealane.test/#incident=7"
    assert shown["incident"]["class"] == "auth_invalid_key"
    assert shown["incident"]["action"] == "fix_credential"
    assert (shown["incident"]["unsure"], shown["incident"]["recommendation"]) == (True, None)


def test_the_recommendation_says_more_than_the_class() -> None:
    """Its action and its text are what is told."""
    advised = replace(
        INCIDENT,
        diagnosis=replace(INCIDENT.diagnosis, cause=Cause.BAD_BASE_URL, cause_why="revision 8 changed it"),
        recommendation=Recommendation(action=Action.ROLL_BACK, text="Go back to revision 7."),
    )

    shown = json.loads(webhook_body(_notice(advised), None))["incident"]
    said = json.loads(slack_body(_notice(advised), None))["blocks"][0]["text"]["text"]

    assert (shown["action"], shown["cause"], shown["recommendation"]) == (
        "roll_back",
        "bad_base_url",
        "Go back to revision 7.",
    )
    assert "revision 8 changed it" in said
    assert "→ Go back to revision 7." in said


def test_a_message_in_slacks_format_is_read_at_a_glance() -> None:
    """What happened, where, how often, what it is; and a link."""
    body = json.loads(
        slack_body(_notice(replace(INCIDENT, at_least=True), ChangeOf.REGRESSED), "https://s.test/#incident=7")
    )
    said = body["blocks"][0]["text"]["text"]

    assert body["text"] == "Came back: Invalid Authentication"
    assert said.splitlines()[:2] == [
        "*Came back: Invalid Authentication*",
        "moonshot@api.moonshot.ai · at least 3 times · `auth_invalid_key` (unsure)",
    ]
    assert said.endswith("<https://s.test/#incident=7|incident 7>")


def test_slack_makes_nothing_of_plain_text() -> None:
    """By itself it would turn an address in an error into a link, and ``@here`` into a mention."""
    shown = json.loads(slack_body(_notice(replace(INCIDENT, title="@here see https://evil.test")), None))

    assert shown["blocks"][0]["text"]["verbatim"] is True


def test_an_error_cannot_mention_anybody_or_make_a_link() -> None:
    """Its text is written by whoever caused it."""
    hostile = replace(INCIDENT, title="<!channel> <https://evil.test|log in> *now* `x` & more")

    said = slack_body(_notice(hostile), None).decode()

    assert "<!channel>" not in said
    assert "<https://evil.test" not in said
    assert "&lt;!channel&gt;" in said


def test_a_message_has_a_limit() -> None:
    """Slack refuses longer ones; the link is not cut."""
    long = replace(INCIDENT, title="x" * 10_000)

    body = json.loads(slack_body(_notice(long), "https://s.test/#incident=7"))

    assert len(body["blocks"][0]["text"]["text"]) < 3_000
    assert body["blocks"][0]["text"]["text"].endswith("incident 7>")
