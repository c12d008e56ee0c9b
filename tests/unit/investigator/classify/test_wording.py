"""The form that rules read."""

from sealane_investigator.classify.wording import MAX_MESSAGE, wording_of
from sealane_investigator.peel.peeling import peel


def test_case_quotes_and_spaces_are_made_even() -> None:
    """A rule is written once for all of them."""
    assert wording_of(peel("The  model “Foo”\n`bar` isn’t THERE")).message == "the model 'foo' 'bar' isn't there"


def test_of_a_long_message_both_ends_are_read() -> None:
    """What matters is at one of them."""
    message = wording_of(peel("first " + "x " * MAX_MESSAGE + "last")).message

    assert (len(message) <= MAX_MESSAGE + 1, message[:5], message[-4:]) == (True, "first", "last")


def test_the_headers_of_every_answer_say_nothing() -> None:
    """A dump of them is no rate limit."""
    assert wording_of(peel("x-ratelimit-limit-requests: 60\nretry-after: 3\n\nbad")).text == ": 60 retry-after: 3 bad"
