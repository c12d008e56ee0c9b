"""One route, from what is there to what should be: the only function that anything in the operator is done by.

The order is the proof that it may end anywhere: a revision exists before a pointer names it, routers may read its
Secrets before they are told of it, the pointer in the status is the truth, and labels, pruning and Events follow it.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from sealane_api.crd.status import ConditionType
from sealane_kube.errors import Conflict, Forbidden, NotFound
from sealane_kube.raw import mapping_at
from sealane_operator.judgement.claims import Grants, Standing
from sealane_operator.judgement.conditions import KEYLESS, Judged, conditions, judged, programmed
from sealane_operator.judgement.references import Need, names_of, refusal_of_number, refusal_of_references
from sealane_operator.judgement.refusal import Refusal
from sealane_operator.judgement.requests import pending_request, request_text
from sealane_operator.judgement.status import status_document
from sealane_operator.judgement.validation import ValidSpec, rollout_policy
from sealane_operator.reconciler.access import Access
from sealane_operator.reconciler.contents import Contents
from sealane_operator.reconciler.gathering import Gathering
from sealane_operator.reconciler.interfaces import Decide, Fleet, Kube, Mark, Metrics, Recorder, Seen
from sealane_operator.reconciler.policy import Policy
from sealane_operator.reconciler.secrets import Secrets
from sealane_operator.reconciler.snapshots import Snapshots
from sealane_operator.reconciler.statuses import CONFLICT_SECONDS, Statuses
from sealane_operator.reconciler.view import View, asked_standing, pointers_of, secrets_of
from sealane_operator.rollout.model import (
    Decision,
    ManualRequest,
    Note,
    Observation,
    RequestRecord,
    RolloutState,
    Routers,
    Wanted,
)
from sealane_operator.rollout.obstacles import LAG_SECONDS
from sealane_operator.rollout.rules.requests import user_of

#: Without any event a route is looked at again after so many seconds, give or take a third.
RESYNC_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything the reconciler works with; ``now`` is seconds since the epoch, ``chance`` a number from 0 to 1."""

    seen: Seen
    kube: Kube
    fleet: Fleet
    recorder: Recorder
    metrics: Metrics
    decide: Decide
    mark: Mark
    now: Callable[[], float]
    monotonic: Callable[[], float]
    grants: Grants = field(default_factory=Grants)
    chance: Callable[[], float] = random.random


@dataclass(frozen=True, slots=True)
class _Judgement:
    """A view, what was found about its spec, and the revision that holds it."""

    view: View
    verdict: Judged
    asked: Standing | None
    wanted: Wanted | None
    notes: tuple[Note, ...] = ()


class Reconciler:
    """Looks at one route at a time; it may be called for several routes at once, never twice for one."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._contents = Contents(around.kube)
        self._snapshots = Snapshots(around.kube, around.seen, self._contents, around.monotonic)
        self._access = Access(around.kube)
        self._gathering = Gathering(
            around.seen, self._snapshots, self._contents, self._access, around.grants, around.mark
        )
        self._secrets = Secrets(around.kube, around.monotonic)
        self._policy = Policy(around.kube, around.monotonic)
        self._statuses = Statuses(around.kube, around.monotonic)
        self._looked_at: set[str] = set()
        self._unreadable: dict[str, str] = {}
        self._begun = float("inf")

    async def reconcile(self, key: str) -> float | None:
        """Bring one route, ``namespace/name``, nearer to what it should be.

        Return the seconds until it wants to be looked at again; None when it is gone. Whatever the API raises comes
        out, and the caller tries again later; what was written until then stays and is not written a second time.
        """
        raw = self._statuses.newest(key, self._around.seen.routes.get(key))
        if raw is None:
            await self._forget(key)
            return None
        if mapping_at(raw, "metadata").get("deletionTimestamp"):
            return None  # what it owns goes with it; until then its routers serve it
        self._begun = min(self._begun, self._around.now())  # the first look, or less when the clock was set back
        await self._gathering.call_the_roll(lambda other, seen: self._statuses.newest(other, seen) or seen)
        view = await self._gathering.view(raw)
        if key not in self._looked_at and view.is_at_rest and self._has_its_stable(view):
            self._looked_at.add(key)  # one thorough look follows within minutes, spread over all routes
            self._tell_metrics(view, view.state, {each.type: each.status for each in view.status.conditions})
            return RESYNC_SECONDS * (0.1 + 0.9 * self._around.chance())
        self._looked_at.add(key)
        try:
            return await self._settle(await self._judge(view))
        except Conflict:
            return CONFLICT_SECONDS
        except NotFound:
            return None  # deleted meanwhile; the watch will tell

    def regrant(self, grants: Grants) -> None:
        """Namespaces may claim something else from now on: every route is judged again."""
        self._gathering.regrant(grants)
        for key in list(self._around.seen.routes):
            self._looked_at.add(key)
            self._around.mark(key)

    def _has_its_stable(self, view: View) -> bool:
        """Whether the revision that serves is there, and this route's: a backup or a hand may have seen to that."""
        stable = view.state.stable
        return stable is not None and stable.revision in self._snapshots.history(view.raw).own

    async def _judge(self, view: View) -> _Judgement:
        """Is the spec acceptable, is everything there that it refers to, which revision holds it?"""
        refused = self._gathering.judge_claims(view)
        routers, _ = self._around.fleet.observe(view.key, view.state)
        unresolved = None
        if refused is None and isinstance(view.spec, ValidSpec):
            unresolved = await self._unresolved(view, view.spec, routers)
        verdict = judged(refused, unresolved, keyless=await self._keyless(view, routers))
        asked = asked_standing(view, refused)
        notes = [*_complaint(view, ConditionType.ACCEPTED, refused, "Validate")]
        notes += _complaint(view, ConditionType.RESOLVED_REFS, unresolved, "Resolve")
        wanted = None
        # What stable holds is wanted whatever was refused: a spec that returns to it ends its rollout at once.
        acceptable = refused is None and unresolved is None
        if (acceptable or view.serves_this) and isinstance(view.spec, ValidSpec):
            snapshot = await self._snapshots.ensure(view.raw, view.spec.hash, view.state)
            wanted = Wanted(snapshot.facts.number, snapshot.facts.hash)
            if snapshot.created:
                message = f"revision {wanted.revision} holds the spec of generation {view.generation}"
                note = Note("Normal", "RevisionCreated", "Snapshot", message, wanted.revision)
                self._around.recorder.record(view.raw, note)  # now: should this look fail, the next one finds it made
        return _Judgement(view, verdict, asked, wanted, tuple(notes))

    async def _unresolved(self, view: View, spec: ValidSpec, routers: Routers) -> Refusal | None:
        names = names_of(spec.needs)
        # What serves keeps its own while the new revision is on trial.
        kept = self._access.others(view.namespace, view.key) | secrets_of(view.state, view.contents)
        number = refusal_of_number(view.namespace, kept, names)
        return number or await self._lacking(view, spec.needs, routers)

    async def _keyless(self, view: View, routers: Routers) -> str:
        """Say what stable lacks: after a rollback, and beside a spec that is refused, the spec does not tell."""
        if view.state.stable is None:
            return ""
        # The operator knows names of keys alone; what is in them routers know.
        told = "; ".join(routers.problems) if routers.keyless == routers.ready > 0 else ""
        return await self._lacks(view, view.state.stable.revision, routers) or told

    async def _lacks(self, view: View, number: int, routers: Routers) -> str:
        """Say which Secret a revision lacks for certain; empty when it lacks none, or nobody may look."""
        content = view.contents.get(number)
        lacking = await self._lacking(view, content.needs, routers) if content is not None else None
        return lacking.message if lacking is not None and lacking.reason in KEYLESS else ""

    async def _lacking(self, view: View, needs: Sequence[Need], routers: Routers) -> Refusal | None:
        try:
            # The operator does not watch Secrets. Routers do, and are the first to know that one has gone.
            present = await self._secrets.keys_of(view.namespace, needs, doubted=bool(routers.problems))
        except Forbidden as error:
            # Said in a condition, not raised: what serves must be rolled back whoever may read which Secret.
            words = f"the operator may not look at the Secrets of namespace {view.namespace} ({error}); let it get them"
            return Refusal("RefNotPermitted", words)
        return refusal_of_references(view.namespace, needs, present)

    async def _settle(self, judgement: _Judgement) -> float:
        """Decide, and write what was decided."""
        view = judgement.view
        history = self._snapshots.history(view.raw)
        view = replace(view, state=replace(view.state, highest=max(view.state.highest, history.highest)))
        routers, series = self._around.fleet.observe(view.key, view.state)
        request = await self._request(view)
        notes = [*judgement.notes, *([request] if isinstance(request, Note) else [])]
        observation = Observation(
            wanted=judgement.wanted,
            policy=view.spec.route.spec.rollout if isinstance(view.spec, ValidSpec) else rollout_policy(view.raw),
            suspended=mapping_at(view.raw, "spec").get("suspend") is True,
            why_not_wanted=judgement.verdict.why_not,
            request=request if isinstance(request, ManualRequest) else None,
            revisions=history.own,
            routers=routers,
            series=series,
            begun=self._begun,
        )
        view, decision = await self._decide(view, observation)
        wait = await self._write(replace(judgement, view=view), decision, routers)
        # Told before labels follow: should one of them fail, the next look finds the decision carried out.
        for note in (*notes, *decision.notes):
            self._around.recorder.record(view.raw, note)
        self._around.metrics.decided(view.key, decision)
        for note in await self._follow(view, decision, judgement.wanted):
            self._around.recorder.record(view.raw, note)
        waits = [RESYNC_SECONDS * (2 / 3 + 2 / 3 * self._around.chance())]
        waits += [each for each in (decision.check_after, wait) if each is not None]
        verdict = judgement.verdict
        missing = verdict.resolved.status == "False" or bool(verdict.keyless)
        waits += self._secrets.patience(view.key, missing=missing)
        waits += [LAG_SECONDS] if routers.lagging else []  # by then a condition says so
        return min(waits)

    async def _decide(self, view: View, observation: Observation) -> tuple[View, Decision]:
        """Ask the rollout; a request that would make a revision serve what belongs to another route is refused."""
        around = self._around
        decision = around.decide(view.state, observation, around.now())
        moved = {
            pointer.revision: pointer.hash
            for pointer in pointers_of(decision.state)
            if pointer.revision not in {each.revision for each in pointers_of(view.state)}
        }
        view = await self._with_contents(view, moved)
        request = observation.request
        accepted = observation.wanted.hash if observation.wanted is not None else None
        why_not = await self._why_not(view, moved, accepted, observation.routers) if request is not None else ""
        if request is None or not why_not:
            return view, decision
        user = user_of(request)
        record = RequestRecord(request.id, request.verb, user, around.now(), f"refused: {why_not}")
        note = Note("Warning", "RequestRefused", "Refuse", f"{request.verb} by {user}: {why_not}")
        state = replace(view.state, last_request=record)
        decision = around.decide(state, replace(observation, request=None), around.now())
        return view, replace(decision, notes=(note, *decision.notes))

    async def _with_contents(self, view: View, moved: dict[int, str]) -> View:
        """Read the revisions that are pointed at from now on, where they are not known."""
        contents = dict(view.contents)
        for number in moved.keys() - contents.keys():
            content = await self._contents.read(view.raw, number, moved[number])
            if content is not None:
                contents[number] = content
        return replace(view, contents=contents)

    async def _why_not(self, view: View, moved: dict[int, str], accepted: str | None, routers: Routers) -> str:
        """Say why a revision must not be pointed at; empty when it may. That of an ``accepted`` spec was judged."""
        for number, content in moved.items():
            if number not in view.contents:
                return f"revision {number} cannot be read, or is not what its hash says"
            if content == accepted:
                continue
            refusal = self._gathering.judge_revision(view, number)
            words = refusal.message if refusal is not None else await self._lacks(view, number, routers)
            if words:
                return f"revision {number} cannot serve: {words}"
        return ""

    async def _write(self, judgement: _Judgement, decision: Decision, routers: Routers) -> float | None:
        """Write the status, and around it what must be there before and may go after."""
        view, state = judgement.view, decision.state
        # Until it is written both are held: nobody else may be given what either pointer serves.
        self._gathering.hold(view, state, judgement.asked)
        before, after = (secrets_of(each, view.contents) for each in (view.state, state))
        if after - before:  # a rollback needs nothing new, and waits for nothing
            await self._access.cover(view.namespace, view.key, before | after)
        said = conditions(
            view.status.conditions,
            judgement.verdict,
            decision,
            programmed(routers, has_stable=state.stable is not None) if self._around.fleet.informed else None,
            generation=view.generation,
            now=self._around.now(),
        )
        document = status_document(
            state,
            said,
            before=view.status,
            generation=view.generation,
            routers=routers if self._around.fleet.informed else None,
            breakers=self._around.fleet.breakers(view.key),
        )
        wait = await self._statuses.write(view.key, view.raw, document)
        self._gathering.enter_pointers(view, state, judgement.asked)
        await self._access.settle(view.namespace, view.key, after)
        self._tell_metrics(view, state, {each.type: each.status for each in said})
        return wait

    async def _follow(self, view: View, decision: Decision, wanted: Wanted | None) -> list[Note]:
        """Make labels and history match the pointers; return what people are told about it."""
        number = wanted.revision if wanted is not None else None
        raw = self._statuses.newest(view.key, view.raw) or view.raw
        asked = decision.state.last_request
        carried_out = asked is not None and asked != view.state.last_request and not asked.was_refused
        by = asked.by if asked is not None and carried_out else None
        await self._snapshots.label(raw, decision.state, number, by)
        limit = view.spec.route.spec.revision_history_limit if isinstance(view.spec, ValidSpec) else None
        if limit is None:
            return []
        gone = await self._snapshots.prune(raw, decision.state, number, limit)
        message = f"beyond revisionHistoryLimit {limit}"
        return [
            Note("Normal", "RevisionPruned", "Prune", f"revision {each.number} is {message}", each.number)
            for each in gone
        ]

    async def _request(self, view: View) -> ManualRequest | Note | None:
        text = request_text(view.raw)
        if not text:
            return None
        found = pending_request(view.raw, view.state, verified=True)
        if isinstance(found, Note):
            told = self._unreadable.get(view.key) == text
            self._unreadable[view.key] = text
            return None if told else found
        return None if found is None else replace(found, verified=await self._policy.exists())

    def _tell_metrics(self, view: View, state: RolloutState, statuses: dict[str, str]) -> None:
        self._around.metrics.shows(view.key, state, statuses)

    async def _forget(self, key: str) -> None:
        self._looked_at.discard(key)
        self._unreadable.pop(key, None)
        self._secrets.forget(key)
        self._statuses.forget(key)
        self._around.fleet.forget(key)
        self._around.metrics.forget(key)
        await self._gathering.forget(key)


def _complaint(view: View, kind: ConditionType, refusal: Refusal | None, action: str) -> list[Note]:
    """Tell people of a refusal once, when it begins or its reason changes."""
    if refusal is None or view.condition(kind) == ("False", refusal.reason):
        return []
    return [Note("Warning", refusal.reason, action, refusal.message)]
