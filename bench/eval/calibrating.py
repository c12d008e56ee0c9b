"""The calibration: for each ground, how often left-out verdicts were right, by how much the other evidence agreed.

The wordings of the rules are tuned on the tables, so that verdicts on them say too much about a rule. What counts for
the grounds of rules is ``first_tries.json``: the verdicts on the collected messages when they were first measured,
before anything was corrected by them. For the grounds that are learnt, it is the verdicts
with groups left out and rules off.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.isotonic import IsotonicRegression

from bench.eval.leaving_out import Judged
from sealane_investigator.classify.calibration import Calibration, Steps
from sealane_investigator.incident.diagnosis import Ground

#: Where the agreement of the other evidence is cut into steps.
CUTS = (0.0, 0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9)

FIRST_TRIES = Path(__file__).parent / "data" / "first_tries.json"

Outcome = tuple[Ground, float, bool]


def first_tries() -> list[Outcome]:
    """Return ground, agreement and rightness of each verdict on a collected message at its first measurement."""
    return [
        (Ground(ground), agreement, right)
        for ground, agreement, right in json.loads(FIRST_TRIES.read_text(encoding="utf-8"))
    ]


def outcomes(judged: Sequence[Judged]) -> list[Outcome]:
    """Return ground, agreement and rightness of each verdict."""
    return [(one.verdict.ground, one.verdict.agreement, one.class_right) for one in judged]


def calibrate(seen: Sequence[Outcome]) -> Calibration:
    """Return the calibration that these outcomes teach."""
    grounds = sorted({ground for ground, _, _ in seen} - {Ground.NOTHING})
    return Calibration({ground: _steps([one for one in seen if one[0] is ground]) for ground in grounds})


def _steps(seen: Sequence[Outcome]) -> Steps:
    """Isotonic regression over the cuts, with half a right and half a wrong answer added to each."""
    starts, shares, weights = [], [], []
    for low, high in zip(CUTS, (*CUTS[1:], 1.01), strict=True):
        rights = [right for _, agreement, right in seen if low <= agreement < high]
        if rights:
            starts.append(low)
            shares.append((sum(rights) + 0.5) / (len(rights) + 1))
            weights.append(len(rights) + 1)
    fitted = IsotonicRegression(y_min=0, y_max=1).fit(np.arange(len(starts)), shares, sample_weight=weights)
    values = fitted.predict(np.arange(len(starts)))
    return Steps((0.0, *starts[1:]), tuple(round(float(value), 3) for value in values))


def brier(judged: Sequence[tuple[float, bool]]) -> float:
    """Return the mean squared distance of confidence and rightness."""
    return sum((confidence - right) ** 2 for confidence, right in judged) / len(judged)


def expected_error(judged: Sequence[tuple[float, bool]], bins: int = 5) -> float:
    """Return the expected calibration error: the mean distance of confidence and rightness over equal bins."""
    total = 0.0
    for number in range(bins):
        inside = [
            one
            for one in judged
            if number / bins <= one[0] < (number + 1) / bins or (number == bins - 1 and one[0] == 1)
        ]
        if inside:
            confidence = sum(one[0] for one in inside) / len(inside)
            right = sum(one[1] for one in inside) / len(inside)
            total += abs(confidence - right) * len(inside) / len(judged)
    return total
