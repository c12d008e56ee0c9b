"""How often a verdict of a kind was right on messages that were left out: its confidence.

For each ground a non-decreasing step function of the agreement of the rest of the evidence (isotonic regression with
half a right and half a wrong answer added to each step), shipped as data.
"""

import json
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from sealane_investigator.incident.diagnosis import Ground

#: What a ground is worth that was never seen on a left-out message.
UNSEEN = {Ground.NOTHING: 0.1, Ground.STATUS: 0.4, Ground.SIMILARITY: 0.4}
_UNSEEN = 0.6


@dataclass(frozen=True, slots=True)
class Steps:
    """A non-decreasing step function: ``values[i]`` holds from ``starts[i]`` on."""

    starts: tuple[float, ...]
    values: tuple[float, ...]

    def at(self, agreement: float) -> float:
        """Return the value for an agreement of 0 to 1."""
        return self.values[max(0, bisect_right(self.starts, agreement) - 1)]


@dataclass(frozen=True, slots=True)
class Calibration:
    """The step functions by ground."""

    steps: dict[Ground, Steps]

    def confidence(self, ground: Ground, agreement: float) -> float:
        """Return how often such a verdict is right, 0 to 1."""
        steps = self.steps.get(ground)
        return UNSEEN.get(ground, _UNSEEN) if steps is None else steps.at(agreement)


def read_calibration(text: str) -> Calibration:
    """Return the calibration that :func:`write_calibration` wrote."""
    return Calibration(
        {Ground(ground): Steps(tuple(starts), tuple(values)) for ground, (starts, values) in json.loads(text).items()}
    )


def write_calibration(calibration: Calibration) -> str:
    """Return a calibration as JSON."""
    data = {ground.value: [steps.starts, steps.values] for ground, steps in sorted(calibration.steps.items())}
    return json.dumps(data, indent=1) + "\n"


@lru_cache(maxsize=1)
def shipped_calibration() -> Calibration:
    """Return the calibration of the package."""
    return read_calibration((files(__package__) / "data" / "calibration.json").read_text(encoding="utf-8"))
