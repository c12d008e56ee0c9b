"""The vote of known messages: TF-IDF of words and of runs of characters, and one linear model over both.

Trained by scikit-learn (``make train``), which no run needs: what it learned ships as gzipped JSON and is applied by
the lines below. The message is read without numbers, ids and hosts, so that only its wording votes.
"""

import gzip
import json
import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_investigator.classify.wording import Wording

#: Characters of a message that vote.
MAX_VOTING = 600

_ADDRESS = re.compile(r"https?://\S{1,300}")
_NUMBER = re.compile(r"\d[\d.,:]*")
_ID = re.compile(r"\b(?=[a-z_-]{0,40}#)[a-z#_-]{12,}\b")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[a-z_#']{2,40}|[\u4e00-\u9fff]")
_CHARACTERS = 4


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like the messages of each class a message is; ``best`` is None when no feature of it is known."""

    best: ErrorClass | None
    probability: float
    probabilities: dict[ErrorClass, float]


NOTHING_ALIKE = Likeness(None, 0.0, {})


@dataclass(frozen=True, slots=True)
class Similarity:
    """What was learned: ``weights`` by feature are its inverse document frequency and its votes.

    A vote is the place of a class in ``classes`` and a coefficient; votes that hardly count were dropped.
    """

    classes: tuple[ErrorClass, ...]
    intercepts: tuple[float, ...]
    weights: dict[str, tuple[float, tuple[tuple[int, float], ...]]]

    def likeness(self, wording: Wording) -> Likeness:
        """Return how like each class's messages this one is."""
        counted = Counter(feature for feature in features(wording) if feature in self.weights)
        if not counted:
            return NOTHING_ALIKE
        values = {name: (1 + math.log(count)) * self.weights[name][0] for name, count in counted.items()}
        norm = math.sqrt(sum(value * value for value in values.values()))
        scores = list(self.intercepts)
        for name, value in values.items():
            scaled = value / norm
            for at, coefficient in self.weights[name][1]:
                scores[at] += scaled * coefficient
        return _likeness(self.classes, scores)


def features(wording: Wording) -> list[str]:
    """Return the features of a message in the order in which they stand: words, pairs of words, runs of characters."""
    message = wording.message if len(wording.message) >= 8 else wording.text
    text = _ID.sub("#", _NUMBER.sub("#", _ADDRESS.sub("@", message[:MAX_VOTING])))
    words = _WORD.findall(text)
    found = [f"w:{word}" for word in words]
    found += [f"p:{first} {second}" for first, second in pairwise(words)]
    for word in words:
        if len(word) > _CHARACTERS and not _CHINESE.match(word):
            found += [f"c:{word[at : at + _CHARACTERS]}" for at in range(len(word) - _CHARACTERS + 1)]
    if wording.status is not None:
        found += [f"s:{wording.status}"]
    if wording.peeled.type:
        found += [f"t:{wording.peeled.type.lower()[:40]}"]
    return found


def _likeness(classes: tuple[ErrorClass, ...], scores: list[float]) -> Likeness:
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    total = sum(powers)
    probabilities = {one: power / total for one, power in zip(classes, powers, strict=True)}
    best = max(classes, key=lambda one: (probabilities[one], one))
    return Likeness(best, probabilities[best], probabilities)


def read_similarity(data: bytes) -> Similarity:
    """Return the model that :func:`write_similarity` wrote; numbers are stored in hundredths."""
    stored = json.loads(gzip.decompress(data))
    return Similarity(
        tuple(ErrorClass(name) for name in stored["classes"]),
        tuple(value / 100 for value in stored["intercepts"]),
        {
            name: (idf / 100, tuple((votes[at], votes[at + 1] / 100) for at in range(0, len(votes), 2)))
            for name, (idf, *votes) in stored["weights"].items()
        },
    )


def write_similarity(model: Similarity) -> bytes:
    """Return a model as gzipped JSON, the same bytes for the same model."""
    stored = {
        "classes": list(model.classes),
        "intercepts": [round(value * 100) for value in model.intercepts],
        "weights": {
            name: [round(idf * 100), *(part for at, vote in votes for part in (at, round(vote * 100)))]
            for name, (idf, votes) in sorted(model.weights.items())
        },
    }
    return gzip.compress(json.dumps(stored, separators=(",", ":"), ensure_ascii=False).encode(), mtime=0)


@lru_cache(maxsize=1)
def shipped_similarity() -> Similarity:
    """Return the model of the package."""
    return read_similarity((files(__package__) / "data" / "similarity.json.gz").read_bytes())
