"""Requests by hand: one annotation, carried out once."""

from sealane_api.request import REQUEST_ANNOTATION, Request
from sealane_kube.raw import Raw, text_at
from sealane_operator.rollout.model import ManualRequest, Note, RequestRecord, RolloutState


def pending_request(raw: Raw, state: RolloutState, *, verified: bool) -> ManualRequest | Note | None:
    """Return what is asked for and not done yet; a note to people when nobody can read it.

    ``verified`` tells whether the API server makes sure that the user in a request is who sent it.
    """
    text = request_text(raw)
    if not text:
        return None
    try:
        request = Request.parse(text)
    except ValueError as error:
        message = f"annotation {REQUEST_ANNOTATION} is not a request: {error}; use kubectl sealane"
        return Note("Warning", "RequestRefused", "Read", message)
    if state.last_request is not None and state.last_request.id == request.id:
        return None
    return ManualRequest(request.id, str(request.verb), tuple(request.arguments), request.user, request.at, verified)


def forgotten_request(raw: Raw) -> RequestRecord | None:
    """Return the request of a route whose status is lost: nobody knows whether it was carried out, so it is not."""
    try:
        request = Request.parse(request_text(raw))
    except ValueError:
        return None
    outcome = "refused: the status of the route was lost, and this may have been carried out before; ask again"
    return RequestRecord(request.id, str(request.verb), request.user, request.at, outcome)


def request_text(raw: Raw) -> str:
    """Return the request that a route carries, done or not; an empty text when there is none."""
    return text_at(raw, "metadata", "annotations", REQUEST_ANNOTATION)
