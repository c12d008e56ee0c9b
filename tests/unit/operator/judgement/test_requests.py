"""A request by hand is read once, and told when nobody can read it."""

from sealane_api.request import REQUEST_ANNOTATION, Request
from sealane_operator.judgement.requests import forgotten_request, pending_request, request_text
from sealane_operator.rollout.model import ManualRequest, Note, RequestRecord, RolloutState

TEXT = "anna undo 3 id-1 2027-01-15T08:00:00Z"


def _raw(text: str | None) -> dict[str, object]:
    return {"metadata": {"annotations": {} if text is None else {REQUEST_ANNOTATION: text}}}


def test_a_request_is_read() -> None:
    """With who, what and whether the API server vouches for it."""
    request = pending_request(_raw(TEXT), RolloutState(), verified=True)
    at = Request.parse(TEXT).at

    assert request == ManualRequest("id-1", "undo", ("3",), "anna", at, verified=True)


def test_what_was_done_is_not_done_again() -> None:
    """The id is in the status."""
    state = RolloutState(last_request=RequestRecord("id-1", "undo", "anna", 0.0, "done"))

    assert pending_request(_raw(TEXT), state, verified=True) is None


def test_no_request_is_none() -> None:
    """Most routes have none."""
    assert pending_request(_raw(None), RolloutState(), verified=True) is None
    assert (request_text(_raw(None)), request_text(_raw(TEXT))) == ("", TEXT)


def test_gibberish_is_told() -> None:
    """Whoever wrote it by hand learns what to use instead."""
    note = pending_request(_raw("please"), RolloutState(), verified=True)

    assert isinstance(note, Note)
    assert note.reason == "RequestRefused"
    assert "kubectl sealane" in note.message


def test_what_may_have_been_done_is_not_done_again() -> None:
    """The status is lost: whoever asked is told to ask again."""
    record = forgotten_request(_raw(TEXT))

    assert record is not None
    assert record.outcome.startswith("refused: the status of the route was lost")
    assert pending_request(_raw(TEXT), RolloutState(last_request=record), verified=True) is None
    assert (forgotten_request(_raw(None)), forgotten_request(_raw("please"))) == (None, None)
