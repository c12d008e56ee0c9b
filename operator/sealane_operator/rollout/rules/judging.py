"""The figures judge, in every phase that is not at rest: paused, suspended and lagging are no protection."""

from dataclasses import replace

from sealane_operator.rollout.analysis.comparison import MIN_EXCHANGES, Verdict
from sealane_operator.rollout.analysis.figures import age, bad_share, rate_of, sent, stretch
from sealane_operator.rollout.analysis.suspicion import suspect
from sealane_operator.rollout.model import Phase, Series
from sealane_operator.rollout.phases import challenge, end_challenge, fall_back, lose_challenge
from sealane_operator.rollout.turn import Turn

#: Both arms are compared for so many seconds before the promoted revision is exonerated.
CHALLENGE_SECONDS = 30.0

#: A challenge without routers that follow, or without traffic, ends after so many seconds.
CHALLENGE_DEADLINE = 180.0

#: Over so many seconds it is seen that breakers keep the promoted revision from being judged.
_REFUSING_SECONDS = 60.0


def judge(turn: Turn) -> Turn:
    """Roll back what fails; challenge what is under suspicion."""
    if turn.trial is not None:
        return _judge_trial(turn)
    if turn.state.phase is Phase.BAKING:
        return _judge_bake(turn)
    return _judge_challenge(turn) if turn.state.phase is Phase.CHALLENGING else turn


def _judge_trial(turn: Turn) -> Turn:
    analysis = turn.analysis()
    turn = replace(turn, verdicts=analysis.checks)
    candidate, failure = turn.trial, analysis.failure
    if candidate is None or failure is None:
        return turn
    since = f", {turn.now - candidate.since:.0f} s after {candidate.weight} %"
    evidence = f"{failure.words}{since}{failure.classes}"
    moved = fall_back(turn, failure.reason, evidence, cause="the candidate failed its analysis")
    return replace(moved, detection=failure.seconds)


def _judge_bake(turn: Turn) -> Turn:
    """Without a stable arm worse figures prove nothing; without a previous revision nothing can be compared."""
    series = turn.series
    if series is None or turn.state.previous is None:
        return turn
    suspicion = suspect(series, turn.state.baseline, turn.seen.policy.analysis)
    seen = stretch(series).stable.exchanges >= MIN_EXCHANGES
    verdict = Verdict.FAIL if suspicion is not None else Verdict.PASS if seen else Verdict.NO_DATA
    turn = replace(turn, verdicts={"bake": verdict})
    return turn if suspicion is None else challenge(turn, suspicion)


def _judge_challenge(turn: Turn) -> Turn:
    analysis = turn.analysis()
    turn = replace(turn, verdicts=analysis.checks)
    elapsed = turn.watched(turn.state.phase_since)
    if analysis.verdict is Verdict.FAIL and analysis.failure is not None:
        # The first bad exchange came before the challenge, so its beginning is the least that is known.
        return replace(lose_challenge(turn, analysis.failure), detection=elapsed)
    series = turn.series or Series()
    both = stretch(series)
    # Breakers that are open keep the two from being compared: then it takes longer.
    enough = min(sent(both.stable).whole, sent(both.candidate).whole) >= MIN_EXCHANGES
    if enough and age(series) >= CHALLENGE_SECONDS:
        return end_challenge(turn, rate_of(both.stable), "the previous revision does no better")
    patient = _is_shut_out(series) and not _is_awaited(turn)
    if elapsed >= (turn.seen.policy.progress_deadline.seconds if patient else CHALLENGE_DEADLINE):
        return end_challenge(turn, rate_of(both.stable), "there was too little to compare it with in time")
    return turn


def _is_shut_out(series: Series) -> bool:
    """Whether breakers refuse most of what the promoted revision gets, while the previous one serves.

    It broke, or an outage ended and its breakers did not notice: the next probe tells. Until then the half that the
    previous one serves is better off than if the promoted one had everything.
    """
    last = stretch(series, _REFUSING_SECONDS)
    ours, theirs = last.stable, last.candidate
    if min(ours.exchanges, theirs.exchanges) < MIN_EXCHANGES:
        return False
    return sent(ours).whole < ours.exchanges / 2 and bad_share(theirs).value < 0.5


def _is_awaited(turn: Turn) -> bool:
    """Whether the spec asks for another revision, which waits for the end of the challenge."""
    wanted, stable = turn.seen.wanted, turn.state.stable
    return wanted is not None and (stable is None or wanted.hash != stable.hash)
