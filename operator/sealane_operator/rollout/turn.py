"""One turn of the machine: what was remembered, what is seen, and what has come of it so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sealane_api.resource.rollout import StepSpec
from sealane_operator.rollout.analysis.comparison import Analysis, compare, swapped
from sealane_operator.rollout.analysis.figures import together
from sealane_operator.rollout.model import Candidate, Note, Observation, Phase, RolloutState, Series, Wanted

#: Phases in which the candidate is the revision that the spec asks for.
TRIAL = frozenset({Phase.PROGRAMMING, Phase.STEPPING})

#: Phases in which a promoted revision is watched.
WATCHED = frozenset({Phase.BAKING, Phase.CHALLENGING})


#: What a challenge compares begins so many seconds after the routers served the previous revision again.
CHALLENGE_BEGINS = 2.0


@dataclass(frozen=True, slots=True)
class Turn:
    """``before`` is the state that the routers were asked about; ``state`` what it has become."""

    before: RolloutState
    state: RolloutState
    seen: Observation
    now: float
    notes: tuple[Note, ...] = ()
    finished: str | None = None
    detection: float | None = None
    verdicts: Mapping[str, str] = field(default_factory=dict)
    _analyses: dict[object, Analysis] = field(default_factory=dict)
    """What was compared in this turn already, by what it was about."""

    def become(self, *notes: Note, finished: str | None = None, **changes: Any) -> "Turn":
        """Return the turn with ``changes`` of the state, told by ``notes``; a change of phase is dated."""
        phase = changes.get("phase")
        if phase is not None and phase is not self.state.phase:
            changes.setdefault("phase_since", self.now)
        state = replace(self.state, **changes)
        return replace(self, state=state, notes=(*self.notes, *notes), finished=finished or self.finished)

    @property
    def trial(self) -> Candidate | None:
        """The candidate, unless it is the previous revision that challenges the promoted one."""
        return self.state.candidate if self.state.phase in TRIAL else None

    @property
    def given_up(self) -> Wanted | None:
        """What the spec asks for and does not get, because it failed or somebody holds it back."""
        wanted, state = self.seen.wanted, self.state
        if wanted is None or (state.stable is not None and state.stable.hash == wanted.hash):
            return None
        return wanted if wanted.hash in state.rejected or wanted.hash == state.held else None

    @property
    def steps(self) -> tuple[StepSpec, ...]:
        """The steps before everybody has the candidate.

        One of 100 % is the promotion: it leaves no stable arm to compare with, so the bake watches it.
        """
        policy = self.seen.policy
        return () if policy.strategy == "Immediate" else tuple(step for step in policy.steps if step.weight < 100)

    @property
    def step(self) -> StepSpec | None:
        """The step that the candidate is at; None before the first, and where there are none."""
        candidate = self.trial
        if candidate is None or not 0 < candidate.step <= len(self.steps):
            return None
        return self.steps[candidate.step - 1]

    def watched(self, since: float) -> float:
        """Return for how many seconds somebody has looked since a moment: this operator, not one before it."""
        return self.now - max(since, self.seen.begun)

    @property
    def hold_ends(self) -> float:
        """When the candidate has been watched long enough at its step."""
        return self.state.phase_since + (self.step.hold.seconds if self.step is not None else 0.0)

    @property
    def is_programmed(self) -> bool:
        """Whether every ready router holds the candidate as the state has it, and there is one."""
        routers = self.seen.routers
        return self._pointers_stand and routers.candidate == routers.ready > 0

    @property
    def is_stable_programmed(self) -> bool:
        """Whether every ready router holds stable, and there is one."""
        routers = self.seen.routers
        same = _which(self.before.stable) == _which(self.state.stable)
        return same and routers.stable == routers.ready > 0

    @property
    def series(self) -> Series | None:
        """The figures of these very pointers; None while there are only those of others."""
        series, state = self.seen.series, self.state
        candidate = state.candidate
        is_ours = (
            state.stable is not None
            and series.stable == state.stable.revision
            and series.candidate == (candidate.revision if candidate is not None else None)
            and (candidate is None or series.weight == candidate.weight)
        )
        return series if is_ours else None

    def analysis(self) -> Analysis:
        """Compare the two arms; in a challenge the promoted revision is the one that is judged."""
        about = (self.state.phase, _which(self.state.stable), _trial(self.state.candidate))
        if about not in self._analyses:
            self._analyses[about] = self._compare()
        return self._analyses[about]

    def _compare(self) -> Analysis:
        series = self.series or Series(sources=self.seen.series.sources)
        state, spec = self.state, self.seen.policy.analysis
        begun = together(series)
        if state.phase is Phase.CHALLENGING:
            # An outage may end as the challenge begins: what the promoted revision met alone proves nothing.
            since = None if begun is None else begun + CHALLENGE_BEGINS
            other = state.candidate.revision if state.candidate is not None else 0
            return compare(swapped(series), spec, other, since=since)
        # A weight reaches routers a moment after the series began: what stable met alone until then compares nothing.
        return compare(series, spec, state.stable.revision if state.stable is not None else 0, since=begun)

    @property
    def _pointers_stand(self) -> bool:
        """Whether the routers were asked about the pointers as they are now."""
        old, new = self.before, self.state
        return _which(old.stable) == _which(new.stable) and _trial(old.candidate) == _trial(new.candidate)


def _which(pointer: Any) -> tuple[int, str] | None:
    return None if pointer is None else (pointer.revision, pointer.hash)


def _trial(candidate: Candidate | None) -> tuple[int, str, int] | None:
    return None if candidate is None else (candidate.revision, candidate.hash, candidate.weight)
