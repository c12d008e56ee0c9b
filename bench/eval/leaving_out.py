"""Verdicts on messages whose whole group was left out.

Groups are left out in tenths: the rules that were written from the groups of a tenth are off, the similarity model is
trained without them, and their messages are judged.
"""

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bench.eval.messages import Message
from bench.eval.training import train
from sealane_investigator.classify.calibration import Calibration
from sealane_investigator.classify.deciding import Knowledge, Verdict, decide

TENTHS = 10


@dataclass(frozen=True, slots=True)
class Judged:
    """A message and what was said about it."""

    message: Message
    verdict: Verdict

    @property
    def class_right(self) -> bool:
        """Whether the class is the labelled one."""
        return self.verdict.error_class is self.message.error_class

    @property
    def action_right(self) -> bool:
        """Whether the action is that of the labelled class."""
        return self.verdict.error_class.action is self.message.error_class.action

    def confidence(self, calibration: Calibration) -> float:
        """How sure the verdict is."""
        return calibration.confidence(self.verdict.ground, self.verdict.agreement)


def judge(messages: Sequence[Message], knowledge: Knowledge) -> list[Judged]:
    """Return the verdicts with the same knowledge for all."""
    return [Judged(message, decide(message.peeled, knowledge)) for message in messages]


def judge_left_out(
    messages: Sequence[Message],
    others: Sequence[Message] = (),
    *,
    rules: bool = True,
    tenths: Iterable[int] = range(TENTHS),
) -> list[Judged]:
    """Return the verdicts on ``messages``, each with its group left out; ``others`` are always learnt from.

    Each of the ``tenths`` that are judged costs a training.
    """
    judged: list[Judged] = []
    for tenth in tenths:
        out = [message for message in messages if _tenth(message.group) == tenth]
        if not out:
            continue
        kept = [message for message in messages if _tenth(message.group) != tenth]
        off = frozenset(message.group for message in out)
        knowledge = Knowledge(similarity=train([*kept, *others]), calibration=Calibration({}), off=off, rules=rules)
        judged += judge(out, knowledge)
    return judged


def share(judged: Sequence[Judged], right: Callable[[Judged], bool]) -> float:
    """Return the share of right verdicts over all messages (micro)."""
    return sum(map(right, judged)) / len(judged)


def share_by_group(judged: Sequence[Judged], right: Callable[[Judged], bool]) -> float:
    """Return the mean over groups of the share of right verdicts (macro)."""
    groups: dict[str, list[bool]] = {}
    for one in judged:
        groups.setdefault(one.message.group, []).append(right(one))
    return sum(sum(group) / len(group) for group in groups.values()) / len(groups)


def _tenth(group: str) -> int:
    return zlib.crc32(group.encode()) % TENTHS
