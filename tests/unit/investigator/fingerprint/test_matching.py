"""A message is found to be an occurrence of a template, whole, inside, or begun."""

import pytest

from sealane_investigator.fingerprint.matching import match, unfinished
from sealane_investigator.fingerprint.templates import parse

_TABLE = parse(
    """
=a.whole: Not Found
a.limit: You have [reached your limit of] {} requests, please try again after {} seconds
a.limit_long: You have [reached your limit of] {} [requests per day]
?groq.gated: Insufficient balance of this account
c.begin: The engine that serves this model is warming up, please wait {} seconds for it
=e.seat: Seat is not paid for
=http.away: Gateway is away
!d.many: [all providers failed]
"""
)


def _name(message: str, text: str = "", family: str | None = None) -> str | None:
    found = match(_TABLE, message, text or message, family)
    return found.name if found else None


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("not found.", "a.whole"),
        ("model not found", None),
        ("You have reached your limit of 5 requests", "a.limit"),
        ("x: you have re ached your limit of 5 requests per day", "a.limit_long"),
        ("The engine that ser", "c.begin"),
        ("Oops | The engine that serves this model is warming up, plea", "c.begin"),
        ("Oops | The engine that se", None),
        ("The engine", None),
        ("all providers failed: reached your limit of 5", "d.many"),
    ],
)
def test_the_longest_that_is_found_holds(message: str, expected: str | None) -> None:
    """A beginning counts when it is long enough, and longer with something before it."""
    assert _name(message) == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("The engi", "c.begin"),
        ("gateway: [x] 'The engine th", "c.begin"),
        ("gateway: The en", None),
        ("Not fou", "a.whole"),
        ("You have reached your limit of 5 requests per d", "a.limit_long"),
    ],
)
def test_a_message_that_shows_that_it_breaks_off_needs_less(message: str, expected: str | None) -> None:
    """What stands behind its last colon or quote is read by itself, and the template with more letters holds."""
    found = match(_TABLE, message, message, None, broken=True)

    assert (found.name if found else None) == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("agent step 4 failed: Seat is not paid for. (elapsed 6.2s)", "e.seat"),
        ("| 10:11 | glm-5 | 402 Seat is not paid for |", "e.seat"),
        ("Seat is not paid for: ask the owner of the workspace about it", None),
        ("all seats failed: [a: 429, b: Seat is not paid for]", None),
        ("worker 7: Gateway is away", "http.away"),
        ("worker 7: Gateway is away, elapsed 6 s", None),
    ],
)
def test_a_wording_that_must_be_all_there_is_may_stand_between_two_marks(message: str, expected: str | None) -> None:
    """At the end of the message, and not as one of many."""
    assert _name(message) == expected


def test_what_is_unfinished_is_begun_and_not_ended() -> None:
    """With the number of letters that are there."""
    begun = unfinished(_TABLE, "The engine that serves", None, broken=True)

    assert ([one.name for one in begun.templates], begun.letters) == (["c.begin"], 19)
    assert unfinished(_TABLE, "Not found", None, broken=True).templates == []
    assert unfinished(_TABLE, "nothing of the kind", None, broken=True).templates == []


def test_words_that_others_say_too_need_the_family() -> None:
    """Without it nobody knows who said them."""
    assert _name("Insufficient balance of this account", family="groq") == "groq.gated"
    assert _name("Insufficient balance of this account", family="xai") is None


def test_what_stands_around_a_message_counts_when_it_is_long() -> None:
    """A mention by chance does not."""
    assert _name("see above", "failed: You have reached your limit of 5 requests per day") == "a.limit_long"
    assert _name("see above", "not found") is None


def test_parts_far_from_each_other_are_not_one_wording() -> None:
    """They are in two messages."""
    assert _name(f"reached your limit of {'word ' * 200} requests per day") == "a.limit"
