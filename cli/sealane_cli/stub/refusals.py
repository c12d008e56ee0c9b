"""Faults that put another whole answer in the place of the real one: statuses, codes, HTML, redirects."""

from collections.abc import Mapping

from sealane_cli.stub.error_bodies import Refusal, error_reply, error_value, zai_code_reply
from sealane_cli.stub.faults import FaultSet
from sealane_cli.stub.personality import Personality
from sealane_cli.stub.reply import Reply, json_reply

_PLAIN: Mapping[str, Refusal] = {
    "rate-limit": Refusal.RATE_LIMIT,
    "quota": Refusal.QUOTA,
    "overloaded": Refusal.OVERLOADED,
    "unauthorized": Refusal.UNAUTHORIZED,
    "forbidden-model": Refusal.FORBIDDEN_MODEL,
    "forbidden-balance": Refusal.FORBIDDEN_BALANCE,
    "content-filter": Refusal.CONTENT_FILTER,
}

_BY_STATUS: Mapping[int, Refusal] = {
    401: Refusal.UNAUTHORIZED,
    403: Refusal.FORBIDDEN_MODEL,
    404: Refusal.MODEL_NOT_FOUND,
    429: Refusal.RATE_LIMIT,
    503: Refusal.UNAVAILABLE,
    529: Refusal.OVERLOADED,
}


def refused(personality: Personality, faults: FaultSet, model: str, redirect_to: str) -> Reply | None:
    """The answer that a fault puts in the place of the real one, or None when no such fault is there."""
    for name, refusal in _PLAIN.items():
        if name in faults:
            return error_reply(personality, refusal, model)
    if fault := faults.get("retry-after"):
        plain = error_reply(personality, Refusal.RATE_LIMIT, model)
        return Reply(plain.status, plain.body, headers=(("retry-after", str(fault.whole)),))
    if (fault := faults.get("code")) and personality.name == "zai":
        return zai_code_reply(personality, fault.whole)
    if fault := faults.get("status"):
        return error_reply(personality, _by_status(fault.whole), model, fault.whole)
    if fault := faults.get("html"):
        return _html(fault.whole)
    if fault := faults.get("redirect"):
        return Reply(fault.whole, b"", "text/plain", (("location", redirect_to),))
    if "error-200" in faults:
        return json_reply(error_value(personality, Refusal.SERVER_ERROR, model))
    return None


def _by_status(status: int) -> Refusal:
    return _BY_STATUS.get(status, Refusal.BAD_REQUEST if status < 500 else Refusal.SERVER_ERROR)


def _html(status: int) -> Reply:
    page = f"<html>\r\n<head><title>{status}</title></head>\r\n<body><h1>{status}</h1></body>\r\n</html>\r\n"
    return Reply(status, page.encode(), "text/html")
