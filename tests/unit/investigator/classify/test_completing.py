"""A message that breaks off is read to the end of the known wordings that it has begun."""

import pytest

from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_investigator.classify.completing import MAX_WORDINGS, completions
from sealane_investigator.classify.deciding import classify
from sealane_investigator.peel.peeling import peel


def test_the_rest_of_the_wording_follows_what_was_said() -> None:
    """With what the message had of its own values."""
    one, *others = completions(peel('{"error":{"message":"prompt is too long: 209214 tok'))

    assert one.message.startswith("prompt is too long: 209214 tokens > 1 maximum")
    assert one.text.endswith(one.message)
    assert (one.cut, others) == (False, [])


@pytest.mark.parametrize("text", ["The engine is currently overloaded, please try again later", "Something else", ""])
def test_what_does_not_break_off_is_not_completed(text: str) -> None:
    """Nor what nobody knows."""
    assert completions(peel(text)) == ()


def test_a_beginning_of_very_many_says_nothing() -> None:
    """The bound."""
    assert len(completions(peel('{"error":{"message":"Your account o request reached organization'))) <= MAX_WORDINGS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Error code: 429 - {'error': {'message': 'The engine is currentl", C.PROVIDER_OVERLOADED),
        (
            "Error code: 400 - {'error': {'message': 'Invalid request: Your request exceeded mod",
            C.CONTEXT_LENGTH_EXCEEDED,
        ),
        ("RemoteProtocolError: peer closed connection without sending complete mes", C.STREAM_TRUNCATED),
        ("OperationalError: sorry, too many cli", C.DB_CONNECTIONS_EXHAUSTED),
        ('{"error":{"code":"1113","mess', C.QUOTA_EXHAUSTED),
    ],
)
def test_a_message_that_breaks_off_has_the_class_of_the_whole(text: str, expected: C) -> None:
    """Where everything that begins so means the same."""
    assert classify(peel(text)).error_class is expected


def test_what_may_be_either_is_judged_by_what_is_there() -> None:
    """A limit per minute and one per day begin with the same words."""
    text = 'HTTP 429 {"error":{"message":"Your account o<ak-1> request reached organization T'

    assert {classify(one).error_class for one in completions(peel(text))} == {C.RATE_LIMIT, C.RATE_LIMIT_DAILY}
    assert classify(peel(text)).error_class is C.RATE_LIMIT
