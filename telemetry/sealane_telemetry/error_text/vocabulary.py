"""Which words an error template may be made of, and how familiar a sequence of them is."""

import re
from functools import cache
from importlib import resources
from itertools import pairwise

from sealane_telemetry.error_text.words import WORDS

_LATIN = re.compile(r"[a-z]{1,40}")
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")


def is_word(word: str) -> bool:
    """Return whether ``word``, in lower case, is a word of error templates."""
    return word in WORDS


def documented() -> str:
    """Return the documented wordings of errors, in the form that the file explains at its beginning."""
    return resources.files("sealane_telemetry.error_text").joinpath("documented.txt").read_text("utf-8")


def familiarity(words: list[str]) -> float:
    """Return which part of the neighbouring pairs of ``words`` stand side by side in a documented wording, 0 to 1.

    Fewer than two words are as familiar as they can be.
    """
    count = len(words) - 1
    return sum(map(_pairs().__contains__, pairwise(words))) / count if count > 0 else 1.0


def in_known_triples(words: list[str]) -> list[bool]:
    """Return of each of ``words`` whether it is one of three in a row that stand so in a documented wording."""
    known = _triples()
    found = [False] * len(words)
    for at, triple in enumerate(zip(words, words[1:], words[2:], strict=False)):
        if triple in known:
            found[at : at + 3] = True, True, True
    return found


def chinese_familiarity(run: str) -> float:
    """Return which part of the neighbouring characters of ``run`` stand side by side in documented wordings, 0 to 1."""
    pairs = list(pairwise(run))
    if not pairs:
        return float(any(run in pair for pair in _chinese_pairs()))
    return sum(pair in _chinese_pairs() for pair in pairs) / len(pairs)


@cache
def _lines() -> tuple[str, ...]:
    phrases = resources.files("sealane_telemetry.error_text").joinpath("phrases.txt").read_text("utf-8")
    lines = [line.partition(": ")[2] for line in documented().splitlines() if not line.startswith("#")]
    return (*lines, *(line for line in phrases.splitlines() if not line.startswith("#")))


@cache
def _pairs() -> frozenset[tuple[str, str]]:
    return frozenset(pair for line in _lines() for pair in pairwise(_LATIN.findall(line.lower())))


@cache
def _triples() -> frozenset[tuple[str, str, str]]:
    found = [_LATIN.findall(line.lower()) for line in _lines()]
    return frozenset(triple for words in found for triple in zip(words, words[1:], words[2:], strict=False))


@cache
def _chinese_pairs() -> frozenset[tuple[str, str]]:
    return frozenset(pair for line in _lines() for run in _CHINESE.findall(line) for pair in pairwise(run))
