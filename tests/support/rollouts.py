"""A rollout as a conversation: routers that obey, traffic that is counted, a clock that is moved by hand."""

import random
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from sealane_api.crd.status import ProviderRouteStatus
from sealane_api.report import LATENCY_BOUNDS, Figures
from sealane_api.resource.rollout import RolloutSpec
from sealane_operator.judgement.status import read_status, state_of, status_document
from sealane_operator.rollout.machine import decide
from sealane_operator.rollout.model import (
    Decision,
    ManualRequest,
    Note,
    Observation,
    Phase,
    Pointer,
    RevisionFacts,
    RolloutState,
    Routers,
    Sample,
    Series,
    Wanted,
)

BEGIN = 1_800_000_000.0


def policy(**fields: object) -> RolloutSpec:
    """Two steps of ten seconds and ten seconds of bake, with fields as YAML has them added or replaced."""
    quick = {
        "steps": [{"weight": 10, "hold": "10s"}, {"weight": 50, "hold": "10s"}],
        "analysis": {"minRequests": 20},
        "bakeTime": "10s",
        "progressDeadline": "5m",
    }
    return RolloutSpec.model_validate({**quick, **fields})


QUICK = policy()


def hash_of(revision: int) -> str:
    """The hash of a revision in these tests."""
    return f"{revision:064x}"


def wanted(revision: int) -> Wanted:
    """What a spec asks for that revision ``revision`` holds."""
    return Wanted(revision, hash_of(revision))


def pointer(revision: int, since: float = BEGIN) -> Pointer:
    """A pointer to a revision."""
    return Pointer(revision, hash_of(revision), since)


@dataclass(slots=True)
class Quality:
    """How a revision does: the share of bad exchanges, and seconds to first content.

    ``shut``: its breakers are open, and refuse all exchanges but so many in a second.
    """

    bad: float = 0.0
    latency: float = 0.2
    shut: float | None = None


@dataclass(slots=True)
class _Count:
    """One arm since the series began; fractions of exchanges are kept, so that counting needs no chance."""

    exchanges: float = 0.0
    bad: float = 0.0
    refused: float = 0.0
    latency: list[float] = field(default_factory=lambda: [0.0] * (len(LATENCY_BOUNDS) + 1))

    def add(self, exchanges: float, quality: Quality) -> None:
        self.exchanges += exchanges
        if quality.shut is not None:
            refused = max(0.0, exchanges - quality.shut)
            self.refused += refused
            self.bad += refused
            exchanges -= refused
        self.bad += exchanges * quality.bad
        self.latency[bisect_left(LATENCY_BOUNDS, quality.latency)] += exchanges * (1 - quality.bad)

    def figures(self) -> Figures:
        bad = int(self.bad + 1e-6)
        refused = min(bad, int(self.refused + 1e-6))
        counts = {"InvalidRequest": bad - refused, "BreakerOpen": refused}
        failures = {name: count for name, count in counts.items() if count}
        return Figures(int(self.exchanges + 1e-6), bad, tuple(int(each + 1e-6) for each in self.latency), failures)


class Rollout:
    """A route on which revision 7 serves; revision 8 is asked for by :meth:`ask_for`.

    Three routers hold what the status points at one second after it is written. With ``chance`` the exchanges are
    drawn; without, they are exactly as many as expected.
    """

    def __init__(
        self,
        policy: RolloutSpec = QUICK,
        *,
        stable: int | None = 7,
        per_second: float = 200.0,
        chance: random.Random | None = None,
    ) -> None:
        self.policy = policy
        self.now = BEGIN
        self.state = RolloutState(stable=None if stable is None else pointer(stable, BEGIN - 1_000))
        self.wanted: Wanted | None = None if stable is None else wanted(stable)
        self.why_not_wanted = ""
        self.suspended = False
        self.begun = 0.0
        self.per_second = per_second
        self.quality: dict[int, Quality] = {}
        self.ready = 3
        self.deaf: set[str] = set()
        """Routers that are ready and do not follow."""
        self.mute = False
        """No router tells its figures."""
        self.follows_after = 1.0
        """Seconds from a candidate's new weight until the routers have it."""
        self.decision: Decision | None = None
        self.notes: list[Note] = []
        self.finished: list[str] = []
        self.detections: list[float] = []
        self.revisions = {
            number: RevisionFacts(
                f"assistants-{number}", number, hash_of(number), None, "1", BEGIN, BEGIN - 9_000 + number
            )
            for number in range(1, (stable or 0) + 1)
        }
        self._request: ManualRequest | None = None
        self._requests = 0
        self._told = self._pointers()
        self._told_at = self._stable_told_at = BEGIN - 60
        self._behind = 0.0
        self._series = Series()
        self._counts = (_Count(), _Count())
        self._chance = chance

    # what people do

    def ask_for(self, revision: int) -> None:
        """The spec is edited: it asks for this revision now."""
        self.wanted = wanted(revision)
        self.revisions.setdefault(
            revision, RevisionFacts(f"assistants-{revision}", revision, hash_of(revision), None, "1", self.now)
        )

    def request(self, verb: str, *arguments: str, user: str = "anna", verified: bool = True) -> str:
        """Somebody asks by hand; returns what came of it, an empty text when nothing did yet."""
        self._requests += 1
        self._request = ManualRequest(f"id-{self._requests}", verb, arguments, user, self.now, verified)
        self.look()
        record = self.state.last_request
        return record.outcome if record is not None and record.id == self._request.id else ""

    def fails(self, revision: int, bad: float) -> None:
        """From now on this share of a revision's exchanges goes wrong."""
        self.quality[revision] = replace(self.quality.get(revision, Quality()), bad=bad)

    def shuts(self, revision: int, probes: float | None = 0.0) -> None:
        """Its breakers are open and let so many exchanges a second through; None: they are closed again."""
        self.quality[revision] = replace(self.quality.get(revision, Quality()), shut=probes)

    def slows(self, revision: int, latency: float) -> None:
        """From now on a revision needs so many seconds to its first content."""
        self.quality[revision] = replace(self.quality.get(revision, Quality()), latency=latency)

    # how time passes

    def look(self) -> Decision:
        """Look once, at this moment; whatever is told must have been written and read again by then."""
        decision = decide(self.state, self.observation(), self.now)
        self.state, self.decision = decision.state, decision
        self.notes += decision.notes
        self.finished += [decision.finished] if decision.finished is not None else []
        self.detections += [decision.detection] if decision.detection is not None else []
        stable = self.state.stable
        facts = self.revisions.get(stable.revision) if stable is not None else None
        if stable is not None and facts is not None and facts.promoted_at is None:
            self.revisions[facts.number] = replace(facts, promoted_at=stable.since)
        self._notice()
        return decision

    def seconds(self, count: int) -> Decision:
        """Let seconds pass, with one look each."""
        for _ in range(count):
            self.now += 1.0
            self.serve()
            self.look()
        assert self.decision is not None
        return self.decision

    def until(self, condition: Callable[["Rollout"], bool], limit: int = 600) -> int:
        """Let time pass until something is so; returns the seconds it took."""
        for second in range(limit):
            if condition(self):
                return second
            self.seconds(1)
        raise AssertionError(f"not within {limit} s: {self.told} {self.state}")

    def until_phase(self, phase: Phase, limit: int = 600) -> int:
        """Let time pass until a phase is reached; returns the seconds it took."""
        return self.until(lambda rollout: rollout.state.phase is phase, limit)

    def restart(self, away: float = 0.0) -> None:
        """The operator begins anew after a time: it has what the status holds, and no figures."""
        self.now += away
        self.begun = self.now
        before = ProviderRouteStatus()
        document = status_document(self.state, (), before=before, generation=1, routers=None, breakers={})
        self.state = state_of(read_status({"status": document}))
        self._series, self._counts = Series(), (_Count(), _Count())

    def set_back(self, seconds: float) -> None:
        """The clock of the machine is set back; the samples' own clock is monotonic and is not."""
        self.now -= seconds
        self.begun = min(self.begun, self.now)
        self._behind += seconds
        self._told_at -= seconds
        self._stable_told_at -= seconds

    def overwrite(self, **changes: Any) -> None:
        """Somebody else writes into the status."""
        self.state = replace(self.state, **changes)
        self._notice()

    # what is seen

    @property
    def told(self) -> list[str]:
        """The reasons of all Events so far."""
        return [note.reason for note in self.notes]

    def message(self, reason: str) -> str:
        """The words of the last Event of a reason."""
        return next(note.message for note in reversed(self.notes) if note.reason == reason)

    @property
    def stable(self) -> int | None:
        """The number of the stable revision."""
        return None if self.state.stable is None else self.state.stable.revision

    @property
    def candidate(self) -> tuple[int, int] | None:
        """Number and weight of the candidate."""
        candidate = self.state.candidate
        return None if candidate is None else (candidate.revision, candidate.weight)

    @property
    def conditions(self) -> dict[str, str]:
        """``status/reason`` of each condition that is there."""
        assert self.decision is not None
        named = {
            "Progressing": self.decision.progressing,
            "CandidateHealthy": self.decision.candidate_healthy,
            "RolledBack": self.decision.rolled_back,
            "Stalled": self.decision.stalled,
            "Suspended": self.decision.suspended,
        }
        return {name: f"{each.status}/{each.reason}" for name, each in named.items() if each is not None}

    def observation(self) -> Observation:
        """What the machine is shown at this moment."""
        return Observation(
            wanted=self.wanted,
            policy=self.policy,
            suspended=self.suspended,
            why_not_wanted=self.why_not_wanted,
            request=self._request,
            revisions=dict(self.revisions),
            routers=self._routers(),
            begun=self.begun,
            series=replace(self._series, sources=0 if self.mute or not self.ready else self.ready, now=self._monotonic),
        )

    def _notice(self) -> None:
        """Routers and operator see what the pointers are now; the series begins anew when they moved."""
        if self._pointers() != self._told:
            if self._pointers()[0] != self._told[0]:
                self._stable_told_at = self.now
            self._told, self._told_at = self._pointers(), self.now
            self._series, self._counts = Series(), (_Count(), _Count())

    def _routers(self) -> Routers:
        age = self.now - self._told_at
        following = max(0, self.ready - len(self.deaf))
        return Routers(
            ready=self.ready,
            desired=3,
            stable=following if self.now - self._stable_told_at >= 1 else 0,
            candidate=following if self.state.candidate is not None and age >= self.follows_after else 0,
            lagging=dict.fromkeys(sorted(self.deaf), age),
        )

    def _pointers(self) -> tuple[object, ...]:
        candidate = self.state.candidate
        return (self.stable, None if candidate is None else (candidate.revision, candidate.weight))

    def serve(self) -> None:
        """A second of traffic, counted by every router that tells."""
        if self.state.stable is None or self.mute or not self.ready:
            return
        candidate, weight = self.state.candidate, 0
        if candidate is not None and self.now - self._told_at >= self.follows_after:
            weight = candidate.weight
        stable_arm, candidate_arm = self._counts
        self._add(stable_arm, self.per_second * (100 - weight) / 100, self.state.stable.revision)
        if candidate is not None:
            self._add(candidate_arm, self.per_second * weight / 100, candidate.revision)
        sample = Sample(self._monotonic, stable_arm.figures(), candidate_arm.figures())
        self._series = Series(
            self.stable,
            None if candidate is None else candidate.revision,
            0 if candidate is None else candidate.weight,
            (*self._series.samples, sample)[-900:],
            self._monotonic,
        )

    @property
    def _monotonic(self) -> float:
        return self.now + self._behind

    def _add(self, arm: _Count, exchanges: float, revision: int) -> None:
        quality = self.quality.get(revision, Quality())
        if self._chance is None:
            arm.add(exchanges, quality)
            return
        count = _drawn(self._chance, exchanges)
        bad = sum(self._chance.random() < quality.bad for _ in range(count)) if quality.bad else 0
        arm.add(count - bad, replace(quality, bad=0.0))
        arm.add(bad, replace(quality, bad=1.0))


def _drawn(chance: random.Random, expected: float) -> int:
    """Draw a number of exchanges, about as Poisson has it."""
    return max(0, round(chance.gauss(expected, expected**0.5)))
