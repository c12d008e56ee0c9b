"""The message beats the code, the code the type, the type the status."""

import math

import pytest

from sealane_api.diagnosis.error_class import Action
from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_investigator.classify.calibration import Calibration
from sealane_investigator.classify.deciding import Knowledge, classify, decide
from sealane_investigator.classify.similarity import Similarity, shipped_similarity
from sealane_investigator.incident.diagnosis import Diagnosis, Ground
from sealane_investigator.peel.peeling import peel

_UNLEARNED = Knowledge(similarity=Similarity((), (), {}), calibration=Calibration({}))


def _diagnosis(text: str, status: int | None = None, provider: str | None = None) -> Diagnosis:
    return classify(peel(text, http_status=status, provider=provider))


@pytest.mark.parametrize(
    ("text", "status", "error_class", "ground"),
    [
        ('{"error":{"code":"1302","message":"High concurrency usage"}}', 429, C.RATE_LIMIT_CONCURRENCY, Ground.MESSAGE),
        ('{"error":{"code":"1302","message":"xyzzy"}}', 429, C.RATE_LIMIT, Ground.CODE),
        ('{"error":{"type":"too_many_requests_error","message":"xyzzy"}}', 429, C.RATE_LIMIT, Ground.TYPE),
        ('{"error":{"message":"xyzzy"}}', 503, C.UPSTREAM_5XX, Ground.STATUS),
        ("httpx.PoolTimeout: timed out", None, C.POOL_EXHAUSTED, Ground.EXCEPTION),
        ("java.net.ConnectException: xyzzy", None, C.CONNECTION_REFUSED, Ground.EXCEPTION),
        ("xyzzy", None, C.UNKNOWN, Ground.NOTHING),
        ("xyzzy", 200, C.NONE, Ground.STATUS),
    ],
)
def test_evidence_is_asked_in_its_order(text: str, status: int | None, error_class: C, ground: Ground) -> None:
    """Without a similarity model, so that each ground stands alone."""
    verdict = decide(peel(text, http_status=status, provider="zai"), _UNLEARNED)

    assert (verdict.error_class, verdict.ground) == (error_class, ground)


@pytest.mark.parametrize(
    ("text", "error_class"),
    [
        ("Limit 10000, Used 0, Requested 15213 tokens per min", C.RATE_LIMIT_SINGLE_REQUEST),
        ("Limit 30000, Used 28125, Requested 4311 tokens per min", C.RATE_LIMIT),
        ("max_tokens: 100000 > 8192, which is the maximum allowed number of output tokens", C.MAX_TOKENS_TOO_LARGE),
        (
            "maximum context length is 8192 tokens. You requested 8204 (12 in the messages, 8192 after them)",
            C.CONTEXT_LENGTH_EXCEEDED,
        ),
    ],
)
def test_numbers_choose_where_the_wording_leaves_it_open(text: str, error_class: C) -> None:
    """One request above the limit never fits; together above the window is the window."""
    assert _diagnosis(text, 400).error_class is error_class


def test_a_diagnosis_says_why_and_how_sure_it_is() -> None:
    """The rule is named, the confidence is that of its kind."""
    diagnosis = _diagnosis("Error code: 429 - {'error': {'message': 'Rate limit reached for requests'}}")

    assert (diagnosis.error_class, diagnosis.action, diagnosis.rule) == (C.RATE_LIMIT, Action.BACK_OFF, "limit.minute")
    assert "limit.minute" in diagnosis.why
    assert 0.7 < diagnosis.confidence < 1
    assert not diagnosis.unsure


def test_a_status_alone_is_unsure_when_nothing_agrees() -> None:
    """The best guess all the same."""
    diagnosis = _diagnosis("xyzzy", 418)

    assert (diagnosis.error_class, diagnosis.unsure) == (C.INVALID_PARAM, True)


def test_similarity_decides_where_no_rule_fires() -> None:
    """With every message rule off, a well-known wording is still known by its likeness."""
    shipped = Knowledge(similarity=shipped_similarity(), calibration=Calibration({}), rules=False)

    verdict = decide(peel("Your request rate has exceeded the rate limit, try again later"), shipped)

    assert (verdict.error_class, verdict.ground) == (C.RATE_LIMIT, Ground.SIMILARITY)


def _liking(error_class: C, other: C, probability: float) -> Knowledge:
    """A model that finds every message with the word ``wobbly`` so much like one class."""
    odds = math.log(probability / (1 - probability))
    model = Similarity((error_class, other), (0.0, 0.0), {"w:wobbly": (1.0, ((0, odds),))})
    return Knowledge(similarity=model, calibration=Calibration({}))


@pytest.mark.parametrize(
    ("status", "probability", "expected"),
    [(400, 0.55, C.CONTENT_FILTER), (504, 0.55, C.GATEWAY_TIMEOUT), (504, 0.7, C.CONTENT_FILTER)],
)
def test_a_status_that_says_nearly_all_wants_a_sure_likeness(status: int, probability: float, expected: C) -> None:
    """Bad requests are of many kinds; time-outs of gateways are not."""
    known = _liking(C.CONTENT_FILTER, C.DUPLICATE_REQUEST, probability)

    assert decide(peel("wobbly", http_status=status), known).error_class is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("wobbly", C.CONTENT_FILTER), ("TypeError: wobbly is not a function", C.UNKNOWN)],
)
def test_a_fault_of_a_program_is_like_everything(text: str, expected: C) -> None:
    """So that it takes more than chance to call it something else."""
    assert decide(peel(text), _liking(C.CONTENT_FILTER, C.DUPLICATE_REQUEST, 0.55)).error_class is expected
