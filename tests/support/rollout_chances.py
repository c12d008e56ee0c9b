"""The analysis against chance: how often it blames the innocent, and how soon it finds the guilty.

``python -m tests.support.rollout_chances 3000`` measures the figures of docs/rollout.md.
"""

import math
import random
import sys
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from sealane_api.report import LATENCY_BOUNDS, Figures
from sealane_api.resource.rollout import AnalysisSpec
from sealane_operator.rollout.analysis.comparison import Verdict, compare
from sealane_operator.rollout.model import Sample, Series

SPEC = AnalysisSpec()

#: The steps of a route that says nothing: weight in percent, hold in seconds.
STEPS = ((10, 60), (50, 120))

#: Of a latency: its median in seconds, and the spread of its logarithm; a model's first token is about so.
_MEDIAN, _SPREAD = 0.6, 0.7


@dataclass(frozen=True, slots=True)
class Traffic:
    """Exchanges a second of both arms together, and the share of them that goes wrong whichever arm serves."""

    per_second: float
    bad: float = 0.001


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a candidate: the share of bad exchanges, how much slower it is, and from which second on."""

    bad: float = 0.0
    slower: float = 1.0
    begins: int = 0


class _Arm:
    """One revision's counters."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._exchanges = self._bad = 0
        self._latency = [0] * (len(LATENCY_BOUNDS) + 1)

    def serve(self, expected: float, bad: float, slower: float) -> None:
        for _ in range(_poisson(self._chance, expected)):
            self._exchanges += 1
            if self._chance.random() < bad:
                self._bad += 1
            else:
                seconds = slower * _MEDIAN * math.exp(_SPREAD * self._chance.gauss(0.0, 1.0))
                self._latency[bisect_left(LATENCY_BOUNDS, seconds)] += 1

    def figures(self) -> Figures:
        return Figures(self._exchanges, self._bad, tuple(self._latency))


def seconds_to_fail(
    chance: random.Random, traffic: Traffic, fault: Fault | None = None, steps: Sequence[tuple[int, int]] = STEPS
) -> int | None:
    """Return the second of a rollout, from the fault's beginning, in which its analysis fails; None: in none."""
    fault = fault or Fault()
    second = 0
    for weight, hold in steps:
        stable, candidate = _Arm(chance), _Arm(chance)
        samples = [Sample(0.0, Figures(), Figures())]
        for at in range(1, hold + 1):
            second += 1
            faulty = second > fault.begins
            stable.serve(traffic.per_second * (100 - weight) / 100, traffic.bad, 1.0)
            candidate.serve(
                traffic.per_second * weight / 100,
                max(traffic.bad, fault.bad) if faulty else traffic.bad,
                fault.slower if faulty else 1.0,
            )
            samples.append(Sample(float(at), stable.figures(), candidate.figures()))
            if compare(Series(7, 8, weight, tuple(samples), float(at), 3), SPEC, 7).verdict is Verdict.FAIL:
                return second - fault.begins
    return None


def _poisson(chance: random.Random, expected: float) -> int:
    if expected > 50:
        return max(0, round(chance.gauss(expected, math.sqrt(expected))))
    limit, count, product = math.exp(-expected), -1, 1.0
    while product >= limit:
        count += 1
        product *= chance.random()
    return count


def _measure(rollouts: int) -> None:
    for per_second in (5, 20, 100, 200):
        for bad in (0.001, 0.05, 0.2, 0.5):
            chance = random.Random(f"{per_second} {bad}")
            traffic = Traffic(per_second, bad)
            wrong = sum(seconds_to_fail(chance, traffic) is not None for _ in range(rollouts))
            _tell(f"healthy, {per_second}/s, {bad:.1%} bad on both: {wrong} of {rollouts} failed")
    faults = (Fault(bad=1.0), Fault(bad=0.2), Fault(bad=1.0, begins=30), Fault(bad=0.2, begins=30), Fault(slower=3.0))
    for fault in faults:
        chance = random.Random(repr(fault))
        steps = ((10, 90),)
        found = sorted(
            seconds_to_fail(chance, Traffic(200), fault, steps) or 999 for _ in range(max(100, rollouts // 10))
        )
        half, most = found[len(found) // 2], found[math.ceil(len(found) * 0.99) - 1]
        _tell(f"{fault}: half within {half} s, 99 of 100 within {most} s")


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _measure(int(sys.argv[1]))
