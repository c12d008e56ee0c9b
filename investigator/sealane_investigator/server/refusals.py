"""Every way in which a request is refused, and the one place where a refusal becomes an answer."""

import json
from collections.abc import Mapping

from aiohttp import web

from sealane_investigator.errors import BatchRefused, SpoolFull, StoreUnavailable

#: Seconds after which a sender may try again.
RETRY_AFTER = 2

#: Error codes and what they mean; ``docs/investigator.md`` has the same table.
CODES: Mapping[str, tuple[int, str]] = {
    "invalid_request": (400, "The body, a query parameter or a field of them cannot be used; `param` names it."),
    "missing_token": (401, "No token was sent."),
    "invalid_token": (401, "The token does not exist, or has expired."),
    "not_allowed": (403, "The token lacks the right that this takes."),
    "not_found": (404, "There is no such path or no such incident."),
    "method_not_allowed": (405, "The path exists and takes another method."),
    "conflict": (409, "The incident was changed meanwhile, or it cannot be done to it as it stands."),
    "body_too_large": (413, "The body is above 8 MiB."),
    "unsupported_encoding": (415, "The body is compressed."),
    "internal_error": (500, "A defect of the investigator; its log says where."),
    "spool_full": (503, "The spool has no room or its disk refuses. Nothing was accepted; send it again."),
    "store_unavailable": (503, "The database does not answer. Nothing was accepted or changed; try again."),
    "busy": (503, "Too many requests at once. Nothing was accepted; send it again."),
    "stopping": (503, "This replica is about to end; send it again."),
}


class Refused(Exception):
    """A request is refused; ``param`` is the place of what was wrong with it."""

    def __init__(self, status: int, code: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.param = param


def refused(code: str, message: str, param: str | None = None) -> Refused:
    """Return a refusal with the status that its code has."""
    return Refused(CODES[code][0], code, message, param)


def refusal_of(error: Exception) -> Refused | None:
    """Return what an error of the investigator's is to a client; None for a defect."""
    match error:
        case Refused():
            return error
        case BatchRefused():
            return refused("invalid_request", str(error), error.place)
        case SpoolFull():
            return refused("spool_full", str(error))
        case StoreUnavailable():
            return refused("store_unavailable", "the database does not answer; try again")
        case web.HTTPRequestEntityTooLarge():
            return refused("body_too_large", "the body is too large; send fewer events at once")
        case web.HTTPNotFound():
            return refused("not_found", "there is no such path; see /v1/openapi.json")
        case web.HTTPMethodNotAllowed():
            return refused("method_not_allowed", "this path takes another method; see /v1/openapi.json")
        case web.HTTPBadRequest():
            return refused("invalid_request", "this is no request that HTTP allows")
    return None


def answer(refusal: Refused) -> web.Response:
    """Return the answer: ``{"error": {"message", "code", "param"}}``."""
    body = {"error": {"message": refusal.message, "code": refusal.code, "param": refusal.param}}
    response = web.Response(
        status=refusal.status, body=json.dumps(body).encode(), content_type="application/json", charset="utf-8"
    )
    if refusal.status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
