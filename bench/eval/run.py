"""``make eval``: measures the diagnosis and writes docs/evaluation.md."""

from collections.abc import Sequence
from pathlib import Path

from bench.eval.calibrating import brier, calibrate, expected_error, first_tries, outcomes
from bench.eval.grouping import grouping
from bench.eval.leaving_out import Judged, judge, judge_left_out, share, share_by_group
from bench.eval.messages import Message, labelled, own, tables
from bench.eval.page import Figures, Row, page
from sealane_investigator.classify.deciding import shipped_knowledge
from sealane_investigator.classify.rulebook import RULES

PAGE = Path(__file__).parents[2] / "docs" / "evaluation.md"


def main() -> None:
    """Measure, write the page, and print it."""
    text = page(measure())
    PAGE.write_text(text, encoding="utf-8")
    print(text)


def measure() -> Figures:
    """Return every figure of the page; takes about five minutes."""
    messages = labelled()
    known = shipped_knowledge()
    left_out = judge_left_out(messages, tables())
    without_rules = judge_left_out((*messages, *tables()), rules=False)
    bare = judge_left_out(messages, rules=False)
    sure = [(one.confidence(known.calibration), one.class_right) for one in left_out]
    halves = _halves()
    observed: list[Message] = [message for message in messages if message.kind == "observed"]
    return Figures(
        rows=(
            _row("Left out: rules written from the group are off, similarity trained without it", left_out),
            _row("Left out, and no message rule at all: codes, types, status, similarity", without_rules),
            _row("The same, learning from the 187 alone", bare),
            _row("**In sample**: the 187 that some rules were written from", judge(messages, known)),
            _row("**In sample**: our own wordings", judge(own("wordings"), known)),
            _row("**In sample**: the collected messages, after they were corrected by", judge(own("collected"), known)),
            _row("**In sample**: the second hand's, after rules were corrected by them", judge(own("threads"), known)),
            _row("**In sample**: the third hand's, likewise", judge(own("third_hand"), known)),
            _row("**In sample**: the fourth hand's, likewise", judge(own("fourth_hand"), known)),
            _row("**In sample**: the paraphrased ones, likewise", judge(own("paraphrased"), known)),
        ),
        grouping=grouping(observed),
        brier_left_out=brier(sure),
        expected_error_left_out=expected_error(sure),
        brier_first_tries=brier(halves),
        expected_error_first_tries=expected_error(halves),
        rules=len(RULES),
        patterns=sum(len(rule.patterns) for rule in RULES),
        rules_of_groups=sum(1 for rule in RULES if rule.groups),
        left_out_tries=len(first_tries()),
        left_out_outcomes=len(outcomes(left_out)),
    )


def _row(name: str, judged: Sequence[Judged]) -> Row:
    return Row(
        name=name,
        messages=len(judged),
        class_micro=share(judged, lambda one: one.class_right),
        class_macro=share_by_group(judged, lambda one: one.class_right),
        action_micro=share(judged, lambda one: one.action_right),
        action_macro=share_by_group(judged, lambda one: one.action_right),
    )


def _halves() -> list[tuple[float, bool]]:
    """Confidence and rightness of each first try, by a calibration that learnt from the other half."""
    tries = first_tries()
    halves = tries[::2], tries[1::2]
    judged = []
    for half, other in (halves, halves[::-1]):
        calibration = calibrate(other)
        judged += [(calibration.confidence(ground, agreement), right) for ground, agreement, right in half]
    return judged


if __name__ == "__main__":
    main()
