"""An incident's news in the words of a webhook and of Slack's format; nothing in them that is not in the incident."""

from typing import Any

import msgspec

from sealane_investigator.incident.incident import Incident
from sealane_investigator.interfaces import ChangeOf, Notice

_MAX_TEXT = 1_500
_WORDS = {
    ChangeOf.NEW: "New",
    ChangeOf.REGRESSED: "Came back",
    ChangeOf.ESCALATING: "Escalating",
    ChangeOf.RESOLVED: "Resolved",
}
_SLACK_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


class WebhookMessage(msgspec.Struct, frozen=True):
    """The body that is posted. ``id`` is the same whenever the same message is tried again."""

    id: str
    kind: str
    at: float
    incident: dict[str, Any]
    link: str | None


def webhook_body(notice: Notice, link: str | None) -> bytes:
    """Return the JSON that is posted and signed."""
    incident = notice.incident
    message = WebhookMessage(
        id=f"notice-{notice.id}",
        kind=notice.kind.value,
        at=notice.created_at,
        incident={
            "id": incident.id,
            "title": incident.title,
            "subject": incident.subject,
            "state": incident.state.value,
            "episode": incident.episode,
            "count": incident.count,
            "at_least": incident.at_least,
            "first_seen": incident.first_seen,
            "last_seen": incident.last_seen,
            "class": incident.diagnosis.error_class.value,
            "cause": incident.diagnosis.cause.value if incident.diagnosis.cause is not None else None,
            "confidence": incident.diagnosis.confidence,
            "unsure": incident.diagnosis.unsure,
            "why": incident.diagnosis.why,
            "action": _action(incident),
            "recommendation": incident.recommendation.text if incident.recommendation is not None else None,
        },
        link=link,
    )
    return msgspec.json.encode(message)


def slack_body(notice: Notice, link: str | None) -> bytes:
    """Return a message in Slack's format; error text cannot mention anybody or make a link in it."""
    incident = notice.incident
    count = f"{'at least ' if incident.at_least else ''}{incident.count}"
    lines = [
        f"*{_WORDS.get(notice.kind, notice.kind.value)}: {_plain(incident.title)}*",
        f"{_plain(incident.subject)} · {count} times · `{incident.diagnosis.error_class.value}`"
        + (" (unsure)" if incident.diagnosis.unsure else ""),
        _plain(incident.diagnosis.cause_why or incident.diagnosis.why),
    ]
    if incident.recommendation is not None:
        lines.append(f"→ {_plain(incident.recommendation.text)}")
    text = "\n".join(line for line in lines if line)[:_MAX_TEXT]
    if link is not None:
        text += f"\n<{link}|incident {incident.id}>"
    return msgspec.json.encode(
        {
            "text": f"{_WORDS.get(notice.kind, notice.kind.value)}: {_plain(incident.title)}"[:_MAX_TEXT],
            # Verbatim: else Slack makes links of addresses and mentions of names, whoever wrote them.
            "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}],
        }
    )


def _action(incident: Incident) -> str:
    if incident.recommendation is not None:
        return incident.recommendation.action.value
    return (incident.diagnosis.cause_action or incident.diagnosis.action).value


def _plain(text: str) -> str:
    """Slack reads ``<…>`` as a link or a mention, and ``*_~` `` as style."""
    return text.translate(_SLACK_ESCAPES).replace("`", "'").replace("*", "∗")
