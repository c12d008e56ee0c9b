"""The pure stages in their order."""

import pytest

from sealane_api.diagnosis.error_class import Cause, ErrorClass
from sealane_investigator.pipeline.stages import PURE, Stage, analysed, classified, fingerprinted, peeled
from tests.support.reported import event


def test_a_refused_key_is_what_its_text_says() -> None:
    """Peeled, classified and fingerprinted; the event is still there."""
    told = event(1, message='{"error":{"message":"Invalid Authentication","type":"invalid_authentication_error"}}')

    found = analysed(told)

    assert found.event == told
    assert found.diagnosis.error_class is ErrorClass.AUTH_INVALID_KEY
    assert found.fingerprint.startswith("v1:")
    assert found.template


def test_what_varies_is_no_part_of_the_fingerprint() -> None:
    """Nor is who wrapped it."""
    first = analysed(event(1, status=429, message="Your account org-a1 reached max RPM: 3, please try again after 1 s"))
    second = analysed(
        event(2, status=429, message="Your account org-b2 reached max RPM: 20, please try again after 7 s")
    )

    assert first.fingerprint == second.fingerprint


def test_what_the_router_read_fills_what_the_text_leaves_open() -> None:
    """Its code, its type and the exception it met; a text that is no name of a class is no exception."""
    known = peeled(Stage(event=event(1, message="slow", code="1302", type="x", exception="ConnectionResetError")))
    other = peeled(Stage(event=event(1, message="slow", exception="it broke: somewhere")))

    assert known.peeled is not None
    assert other.peeled is not None
    assert (known.peeled.code, known.peeled.type, known.peeled.exceptions) == ("1302", "x", ("ConnectionResetError",))
    assert other.peeled.exceptions == ()


def test_an_event_without_a_message_is_known_by_its_exception() -> None:
    """A connection that was refused says no more."""
    found = analysed(event(1, message="", status=None, exception="ConnectionRefusedError"))

    assert found.diagnosis.error_class is ErrorClass.CONNECTION_REFUSED


def test_a_cause_that_the_text_names_comes_with_the_class() -> None:
    """A limit of 0 is never reached by waiting."""
    text = "You exceeded your current quota. Quota exceeded for metric: free_tier_requests, limit: 0, model: gemini-2"
    found = analysed(event(1, status=429, message=text)).diagnosis

    assert (found.error_class, found.cause) == (ErrorClass.QUOTA_EXHAUSTED, Cause.QUOTA_ZERO)
    assert analysed(event(2, status=429, message="Rate limit reached for requests")).diagnosis.cause is None


def test_a_stage_that_comes_too_early_says_so() -> None:
    """The order is data, and is tested."""
    assert (peeled, classified, fingerprinted) == PURE
    with pytest.raises(LookupError, match="order"):
        classified(Stage(event=event(1)))
