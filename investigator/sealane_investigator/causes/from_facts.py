"""The cause of an error, from what the gateway knows beside its words.

The rules stand in :data:`RULES`, the first that finds something decides. What is certain comes first: a key field that
holds no key is wrong whatever else is true. Then what changed just before, because it says who can undo it; then the
form of the key, which says where it belongs; then what happens elsewhere at the same time. The text's own cause stands
between: numbers in it are facts as well. A cause needs a fact that names it, and the fact's id is its evidence.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sealane_api.diagnosis.error_class import Cause, ErrorClass
from sealane_api.diagnosis.error_event import ErrorEvent
from sealane_investigator.incident.diagnosis import Diagnosis, Ground
from sealane_investigator.incident.facts import Facts, RevisionChange

from .changes import telling
from .endpoints import MISFILLED, mismatch, right_hosts
from .evidence import revision_id, traffic_id
from .outage import RECENT, outage_at

#: A revision that began to serve so many seconds before the first occurrence can have brought the error about.
SHORTLY = 1800.0

#: A revision was well that had so many successes, and at most a tenth as many errors.
_WELL = 10

#: Clocks of routers and API server may differ by so many seconds.
SKEW = 30.0

#: What the ids of evidence begin with that a cause named by facts rests on.
_OF_FACTS = ("fact:", "event:")

_C = ErrorClass

#: Errors in which a provider refuses who asks; ``unknown`` counts where the status says the same.
_REFUSALS = frozenset({
    _C.AUTH_INVALID_KEY, _C.AUTH_MISSING_KEY, _C.AUTH_TOKEN_EXPIRED, _C.PERMISSION_DENIED, _C.CLIENT_NOT_ALLOWED,
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is judged: the newest event, its class, when the incident began (seconds since 1970), and the facts."""

    event: ErrorEvent
    error_class: ErrorClass
    began: float
    facts: Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A cause, in a sentence for a person, with the ids of what names it; ``change`` is the revision to blame."""

    cause: Cause
    why: str
    evidence: tuple[str, ...]
    change: RevisionChange | None = None


def misfilled_key(case: Case) -> Found | None:
    """Find a URL, a placeholder or words where the key belongs."""
    what = MISFILLED.get(case.event.credential_class or "")
    if what is None or not _is_refused(case):
        return None
    why = f"where the key belongs there is {what}"
    return Found(cause=Cause.KEY_FIELD_MISFILLED, why=why, evidence=("event:credential_class",))


def changed_address(case: Case) -> Found | None:
    """Find a base URL that a revision changed shortly before."""
    return _changed(case, Cause.BAD_BASE_URL)


def foreign_key(case: Case) -> Found | None:
    """Find a key whose form belongs to another platform than the host it is sent to."""
    key_class, host = case.event.credential_class, case.event.base_url_host
    if not key_class or not host or not _is_refused(case):
        return None
    why = mismatch(key_class, host)
    if why is None:
        return None
    hosts = " or ".join(right_hosts(key_class))
    return Found(
        cause=Cause.AUTH_WRONG_ENDPOINT,
        why=f"{why}; it belongs to {hosts}" if hosts else why,
        evidence=("event:credential_class", "event:base_url_host"),
    )


def changed_name(case: Case) -> Found | None:
    """Find a model's name that a revision changed shortly before."""
    return _changed(case, Cause.ALIAS_NOT_MAPPED)


def key_works_elsewhere(case: Case) -> Found | None:
    """Find the same key in good health at another host: then the key is right, and the address is not."""
    key, host = case.event.credential, case.event.base_url_host
    if not key or not host or not _is_refused(case):
        return None
    rows = [(at, each) for at, each in enumerate(case.facts.traffic) if each.seconds > RECENT]
    same = [(at, each) for at, each in rows if each.credential == key and each.successes > 0]
    if any(each.base_url_host == host for _, each in same):
        return None
    elsewhere = [(at, each) for at, each in same if each.base_url_host != host]
    if not elsewhere:
        return None
    _, best = max(elsewhere, key=lambda each: each[1].successes)
    why = f"the same key works at {best.base_url_host} ({best.successes} successes) and is refused at {host}"
    return Found(cause=Cause.AUTH_WRONG_ENDPOINT, why=why, evidence=tuple(traffic_id(at) for at, _ in elsewhere))


def provider_fails(case: Case) -> Found | None:
    """Find a provider that fails for many at once."""
    outage = outage_at(case.event.base_url_host, case.event.provider, case.error_class, case.facts)
    if outage is None:
        return None
    return Found(cause=Cause.PROVIDER_INCIDENT, why=outage.why, evidence=outage.evidence)


def changed_configuration(case: Case) -> Found | None:
    """Find any other change that a revision brought shortly before."""
    return _changed(case, Cause.CONFIG_CHANGE)


Rule = Callable[[Case], Found | None]

#: Rules whose finding beats a cause that the text states.
BEFORE_TEXT: tuple[Rule, ...] = (misfilled_key, changed_address, foreign_key)

#: Rules that are asked where the text states no cause.
AFTER_TEXT: tuple[Rule, ...] = (changed_name, key_works_elsewhere, provider_fails, changed_configuration)

RULES: tuple[Rule, ...] = BEFORE_TEXT + AFTER_TEXT


def cause_of(case: Case, *, stated: bool = False) -> Found | None:
    """Return the first finding; ``stated`` says that the text names a cause already, which weaker facts leave alone."""
    rules = BEFORE_TEXT if stated else RULES
    return next((found for rule in rules if (found := rule(case)) is not None), None)


def with_cause(diagnosis: Diagnosis, found: Found | None) -> Diagnosis:
    """Return the diagnosis with what was found; without a finding it stays as it is."""
    if found is None:
        return diagnosis
    evidence = (*diagnosis.evidence, *(each for each in found.evidence if each not in diagnosis.evidence))
    return replace(diagnosis, cause=found.cause, cause_why=found.why, evidence=evidence)


def judged(diagnosis: Diagnosis, event: ErrorEvent, facts: Facts, began: float) -> Diagnosis:
    """Return the diagnosis with the cause that the facts name, if they name one.

    A cause that facts named in an earlier investigation is judged anew: they are other facts now.
    """
    fresh = _without_facts(diagnosis)
    case = Case(event=event, error_class=fresh.error_class, began=began, facts=facts)
    return with_cause(fresh, cause_of(case, stated=fresh.cause is not None))


def _without_facts(diagnosis: Diagnosis) -> Diagnosis:
    kept = tuple(each for each in diagnosis.evidence if not each.startswith(_OF_FACTS))
    if diagnosis.cause is None or diagnosis.ground is Ground.PERSON or kept == diagnosis.evidence:
        return diagnosis
    return replace(diagnosis, cause=None, cause_why=None, evidence=kept)


def blamed(diagnosis: Diagnosis, facts: Facts) -> RevisionChange | None:
    """Return the revision that a diagnosis names as its cause; None where it names none."""
    return next((each for each in facts.revisions if revision_id(each) in diagnosis.evidence), None)


def _is_refused(case: Case) -> bool:
    return case.error_class in _REFUSALS or (case.error_class is _C.UNKNOWN and case.event.status in {401, 403})


def _changed(case: Case, wanted: Cause) -> Found | None:
    change = _suspect(case)
    if change is None:
        return None
    found = telling(change.changed, case.event.provider, case.error_class)
    if found is None or found[1] is not wanted:
        return None
    entry = found[0]
    began = case.began if _came_with(case.began, change) else case.event.occurred_at
    minutes = max(began - change.at, 0.0) / 60
    what = entry.text if len(entry.text) <= _LONGEST_ENTRY else f"{entry.kind} of {change.route}"
    when = "at once" if minutes < 1 else f"{minutes:.0f} min later"
    back = f"; revision {change.previous} did not have it" if change.previous is not None else ""
    why = f"revision {change.revision} of {change.route} changed {what}, and the error began {when}{back}"
    return Found(cause=wanted, why=why, evidence=(revision_id(change), *_figures(case, change)), change=change)


_LONGEST_ENTRY = 400


def _suspect(case: Case) -> RevisionChange | None:
    """The revision that the error came with: of this route, the event's own, and it began shortly before the error."""
    event = case.event
    if event.route is None:
        return None
    mine = [
        each
        for each in case.facts.revisions
        if each.route == event.route
        and each.changed
        and event.revision in {None, 0, each.revision}
        and (_came_with(case.began, each) or _is_new_since(case, each))
        and not _was_there_before(case, each)
    ]
    return max(mine, key=lambda each: each.at, default=None)


def _came_with(moment: float, change: RevisionChange) -> bool:
    return -SKEW <= moment - change.at <= SHORTLY


def _is_new_since(case: Case, change: RevisionChange) -> bool:
    """Whether an error that somebody had before came anew: at this very revision, while the one before was well."""
    event = case.event
    if event.revision != change.revision or not _came_with(event.occurred_at, change):
        return False
    errors, successes = _before(case, change)
    return successes >= _WELL and errors * 10 <= successes


def _was_there_before(case: Case, change: RevisionChange) -> bool:
    """Whether the revision before fails as well, in the same time: then the change is not to blame."""
    errors, successes = _before(case, change)
    return errors > 0 and errors >= successes


def _before(case: Case, change: RevisionChange) -> tuple[int, int]:
    """Errors and successes of the revision before, at this provider and for this model."""
    rows = [
        each
        for each in case.facts.traffic
        if each.route == change.route
        and each.seconds > RECENT
        and each.revision == change.previous
        and each.provider == case.event.provider
        and each.model == (case.event.model or each.model)
    ]
    return sum(each.errors for each in rows), sum(each.successes for each in rows)


def _figures(case: Case, change: RevisionChange) -> tuple[str, ...]:
    """The traffic of the blamed revision, and of the one before, at this provider."""
    arms = {change.revision, change.previous}
    return tuple(
        traffic_id(at)
        for at, each in enumerate(case.facts.traffic)
        if each.route == change.route
        and each.seconds > RECENT
        and each.revision in arms
        and each.provider == case.event.provider
    )
