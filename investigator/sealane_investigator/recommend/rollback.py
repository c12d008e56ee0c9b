"""Whether to go back to an earlier revision: proposed with a diagnosis, decided anew before it is asked for."""

from dataclasses import dataclass

from sealane_api.diagnosis.error_class import Cause
from sealane_api.request import Verb
from sealane_investigator.causes.from_facts import blamed
from sealane_investigator.incident.diagnosis import Diagnosis
from sealane_investigator.incident.facts import Facts
from sealane_investigator.incident.recommendation import Rollback
from sealane_kube.raw import Raw

from .live_route import key_of, pointers_of

#: Causes that a revision brought and that going back takes away.
REVERSIBLE = frozenset({Cause.BAD_BASE_URL, Cause.ALIAS_NOT_MAPPED, Cause.MODEL_RETIRED, Cause.CONFIG_CHANGE})


@dataclass(frozen=True, slots=True)
class Step:
    """What has to be asked of the operator: ``arguments`` are those of the verb."""

    verb: Verb
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Superseded:
    """Nothing has to be asked any more; ``why`` says what happened meanwhile."""

    why: str


def proposal(diagnosis: Diagnosis, facts: Facts, live: Raw | None) -> Rollback | None:
    """Return the rollback that takes the named cause away; None where there is none, or it has happened already."""
    change = blamed(diagnosis, facts)
    if change is None or change.previous is None or diagnosis.cause not in REVERSIBLE:
        return None
    found = Rollback(route=change.route, from_revision=change.revision, to_revision=change.previous)
    if live is not None and isinstance(next_step(live, found), Superseded):
        return None
    return found


def next_step(live: Raw, rollback: Rollback) -> Step | Superseded:
    """Return what to ask for, judging by the route as it is now.

    A candidate is given up; what serves already is gone back from. Whatever else serves by now was chosen later, by
    the operator or by a person, and is left alone.
    """
    stable, candidate = pointers_of(live)
    route, bad, good = key_of(live), rollback.from_revision, rollback.to_revision
    if candidate == bad and stable == good:
        return Step(Verb.ABORT)
    if stable == bad:
        return Step(Verb.UNDO, (str(good),))
    if stable == good:
        return Superseded(f"revision {good} of {route} serves already: revision {bad} was rolled back")
    if stable is None:
        return Superseded(f"no revision of {route} serves")
    return Superseded(f"revision {stable} of {route} serves by now, neither {bad} nor {good}")
