"""What was looked at, by id: the ids that diagnoses, recommendations and a model's answer may name.

An id says where its sentence comes from: ``text`` and ``event:…`` are of the error itself, ``fact:…`` of the gateway.
Facts are numbered as they lie in :class:`~sealane_investigator.incident.facts.Facts`, which is stored with them.
"""

import re

from sealane_api.diagnosis.error_event import ErrorEvent
from sealane_investigator.incident.facts import Facts, RevisionChange

#: The error's own words.
TEXT = "text"

#: What an event states about itself, by member; each becomes ``event:<member>`` where the event has it.
EVENT_MEMBERS = (
    "status",
    "code",
    "type",
    "exception",
    "failure_class",
    "provider",
    "dialect",
    "base_url_host",
    "model",
    "route",
    "revision",
    "credential_class",
    "workload",
    "attempt",
    "committed",
)

#: What is a name: whatever else stands where one belongs was chosen by somebody to be read, and is told by its length.
_NAME = re.compile(r"[\w.:/@+{}\[\]#-]{1,128}")

#: Facets whose values say who asked: only how many there are is evidence.
_PERSONAL = frozenset({"tenant"})

#: How many changes of one revision a sentence names; the rest is counted.
_SHOWN_CHANGES = 8


def revision_id(change: RevisionChange) -> str:
    """Return the id of a revision that began to serve: ``fact:revision:team/chat@8``."""
    return f"fact:revision:{change.route}@{change.revision}"


def traffic_id(at: int) -> str:
    """Return the id of the traffic at an index of the facts."""
    return f"fact:traffic:{at}"


def breaker_id(at: int) -> str:
    """Return the id of the breaker change at an index of the facts."""
    return f"fact:breaker:{at}"


def evidence_of(event: ErrorEvent, facts: Facts) -> dict[str, str]:
    """Return a sentence for each id; the text itself is not repeated, and what is not known has no id.

    Names come from strangers (a model's is the client's): one that is none is told by its length alone.
    """
    found = {TEXT: "the error's own words"}
    for member in EVENT_MEMBERS:
        value = getattr(event, member)
        if value is not None and value != "":
            found[f"event:{member}"] = f"{member.replace('_', ' ')} is {_named(value)}"
    for change in facts.revisions:
        found[revision_id(change)] = _revision(change, facts.at)
    for at, each in enumerate(facts.breakers):
        ago = max(facts.at - each.at, 0.0)
        where = f"{each.route} provider {each.provider} at router {each.router}"
        found[breaker_id(at)] = f"the breaker of {where} went from {each.before} to {each.after} {ago:.0f} s ago"
    for facet, counts in facts.facets.items():
        some = [] if facet in _PERSONAL else list(counts.items())[:_SHOWN_CHANGES]
        shown = ", ".join(f"{_named(value)} {number}" for value, number in some)
        found[f"fact:facet:{facet}"] = f"the incident by {facet}: {shown or 'not named'} ({len(counts)} in all)"
    for at, traffic in enumerate(facts.traffic):
        arm = f"{traffic.route} revision {traffic.revision}, provider {traffic.provider} at {traffic.base_url_host}"
        who = f"model {_named(traffic.model)}, credential {traffic.credential or 'none'}, tenants {traffic.tenants}"
        figures = f"{traffic.successes} successes and {traffic.errors} errors in {traffic.seconds:.0f} s"
        found[traffic_id(at)] = f"{arm}, {who}: {figures}"
    return found


def _named(value: object) -> str:
    text = str(value)
    return text if _NAME.fullmatch(text) else f"[{len(text)} characters]"


def _revision(change: RevisionChange, now: float) -> str:
    ago = max(now - change.at, 0.0)
    before = f" after revision {change.previous}" if change.previous is not None else ""
    shown = "; ".join(change.changed[:_SHOWN_CHANGES]) or "nothing that is known"
    more = len(change.changed) - _SHOWN_CHANGES
    rest = f" and {more} more" if more > 0 else ""
    return f"{change.route} revision {change.revision} began to serve {ago:.0f} s ago{before}; changed: {shown}{rest}"
