"""Requests by hand: written, read again, and never taken for somebody else's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane_api.request import MAX_LENGTH, Request, Verb

_AT = 1_795_000_000.0
_VERBS = "write one of promote, pause, resume, abort, retry, undo before the id (promote full, undo 7)"

_ARGUMENTS = st.one_of(
    st.tuples(st.just(Verb.PROMOTE), st.sampled_from([(), ("full",)])),
    st.tuples(st.just(Verb.UNDO), st.one_of(st.just(()), st.integers(1, 999).map(lambda number: (str(number),)))),
    st.tuples(st.sampled_from([Verb.PAUSE, Verb.RESUME, Verb.ABORT, Verb.RETRY]), st.just(())),
)
_WORDS = st.one_of(
    st.sampled_from(["promote", "full", "undo", "7", "abort", "system:serviceaccount:team:ci", "jane@example.org"]),
    st.text("abcXYZ:@.-", min_size=1, max_size=12),
)
_USERS = st.lists(_WORDS, min_size=1, max_size=4).map(" ".join)


def test_a_request_is_one_line_that_people_can_read() -> None:
    """User, verb, argument, id and time stand in that order."""
    request = Request("jane@example.org", Verb.UNDO, ("7",), "k3f9", _AT)

    assert request.text() == "jane@example.org undo 7 k3f9 2026-11-18T11:06:40Z"


@given(user=_USERS, asked=_ARGUMENTS)
def test_what_is_written_is_read_again(user: str, asked: tuple[Verb, tuple[str, ...]]) -> None:
    """Whatever the user is called, a text is read as the request it was made of, or it is not written at all."""
    request = Request(user, *asked, "k3f9", _AT)
    try:
        text = request.text()
    except ValueError:
        # Only a name that ends in a verb can be mistaken: its last word is then the verb, and "full" or a number
        # behind it the argument.
        assert user.rsplit(" ", maxsplit=1)[-1] in set(Verb)
        return

    assert request == Request.parse(text)


@given(words=st.lists(_WORDS, min_size=1, max_size=7))
def test_the_user_is_the_beginning_of_the_text(words: list[str]) -> None:
    """What the admission policy compares is what the operator believes."""
    text = " ".join([*words, "k3f9", "2026-11-18T11:06:40Z"])
    try:
        request = Request.parse(text)
    except ValueError:
        return

    assert text.startswith(f"{request.user} {request.verb}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "found ''; write USER VERB [ARGUMENT] ID TIME"),
        ("jane promote k3f9", "found 'jane promote k3f9'; write USER VERB [ARGUMENT] ID TIME"),
        ("jane promote K3 2026-11-18T11:06:40Z", "found the id 'K3'; write letters a-z, digits and dashes, at most 64"),
        ("jane promote k3 today", "found the time 'today'; write one such as 2026-11-22T23:00:00Z"),
        (
            "jane explode k3 2026-11-18T11:06:40Z",
            f"found 'jane explode k3 2026-11-18T11:06:40Z'; {_VERBS}",
        ),
        (
            "jane undo 0 k3 2026-11-18T11:06:40Z",
            f"found 'jane undo 0 k3 2026-11-18T11:06:40Z'; {_VERBS}",
        ),
        (
            "  promote k3 2026-11-18T11:06:40Z",
            "found '  promote k3 2026-11-18T11:06:40Z'; write the name of the user before the verb",
        ),
        ("j" * MAX_LENGTH + " x", f"found {MAX_LENGTH + 2} characters; write at most {MAX_LENGTH}"),
    ],
)
def test_what_is_no_request_is_refused_in_words(text: str, message: str) -> None:
    """Each mistake names what was found and what to write."""
    with pytest.raises(ValueError) as caught:
        Request.parse(text)

    assert message == str(caught.value)
