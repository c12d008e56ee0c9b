"""The vote of known messages, with a model small enough to reckon by hand."""

import math

import pytest

from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_investigator.classify.similarity import (
    NOTHING_ALIKE,
    Similarity,
    features,
    read_similarity,
    shipped_similarity,
    write_similarity,
)
from sealane_investigator.classify.wording import Wording, wording_of
from sealane_investigator.peel.peeling import peel

_SMALL = Similarity(
    (C.RATE_LIMIT, C.TIMEOUT_READ),
    (0.0, 0.0),
    {"w:slow": (1.0, ((0, 2.0),)), "w:late": (2.0, ((0, -1.0), (1, 1.0)))},
)


def _wording(text: str) -> Wording:
    return wording_of(peel(text))


def test_the_vote_is_a_softmax_of_normed_features() -> None:
    """By hand: one feature of norm 1 gives scores of 2 and 0."""
    likeness = _SMALL.likeness(_wording("slow"))

    assert likeness.best is C.RATE_LIMIT
    assert likeness.probability == pytest.approx(math.exp(2) / (math.exp(2) + 1))


def test_two_features_share_the_norm() -> None:
    """By hand: 1 and 2 over the root of 5."""
    likeness = _SMALL.likeness(_wording("slow late"))

    scores = (2 / math.sqrt(5) - 2 / math.sqrt(5), 2 / math.sqrt(5))
    assert likeness.probability == pytest.approx(math.exp(scores[1]) / (math.exp(scores[0]) + math.exp(scores[1])))


def test_a_message_without_a_known_feature_is_like_nothing() -> None:
    """No class is guessed from nothing."""
    assert _SMALL.likeness(_wording("qwx")) is NOTHING_ALIKE


def test_numbers_ids_and_addresses_do_not_vote() -> None:
    """Only the wording does."""
    one = features(_wording("limit 10 for org-a1b2c3d4e5f6 see https://a.example/x"))
    other = features(_wording("limit 99 for org-z9y8x7w6v5u4 see https://b.example/y"))

    assert one == other


def test_a_model_survives_being_written_and_read() -> None:
    """To the hundredth that is kept, and to the byte when written twice."""
    assert read_similarity(write_similarity(_SMALL)) == _SMALL
    assert write_similarity(_SMALL) == write_similarity(_SMALL)


def test_the_shipped_model_knows_every_class() -> None:
    """But the one that nothing fits."""
    assert set(shipped_similarity().classes) == set(C) - {C.UNKNOWN}
