"""What the members of an error object hold, by their names."""

import re
from enum import Enum
from functools import lru_cache


class Field(Enum):
    """How the value of a member is treated."""

    MESSAGE = "message"
    LABEL = "label"
    ID = "id"
    NAME = "name"
    PRIVATE = "private"


_MESSAGES = frozenset(
    {
        "message", "msg", "error", "errors", "detail", "details", "title", "errormessage", "errormsg", "errmsg",
        "statusmsg", "errordescription", "raw", "body", "response", "responsebody", "cause", "exception", "err",
        "failure",
    }
)  # fmt: skip
#: Shown as they are, whoever made them up, when they have the form of a label.
_LABELS = frozenset(
    {
        "code", "type", "param", "status", "statuscode", "httpstatus", "httpstatuscode", "object", "errorcode",
        "errortype", "model", "modelid", "modelname", "deployment", "engine",
    }
)  # fmt: skip
_IDS = frozenset({"requestid", "traceid", "logid", "xrequestid", "cfray"})
#: Shown when they are made of the words of errors.
_NAMES = frozenset(
    {
        "id", "name", "fault", "domain", "service", "provider", "providername", "reason", "loc", "metric", "limit",
        "retrydelay", "quotametric", "quotaid", "quotalimit", "region", "errno", "level", "parameter", "field",
        "method", "attempts", "retryafter", "category", "kind", "resource", "host", "port", "url", "wsurl",
        "syscall",
    }
)  # fmt: skip

#: In no name of a member that is listed.
_STRANGE = re.compile(r"[^\x00-\x7f]|\d")
#: Names that are judged once; errors say the same ones.
_REMEMBERED = 1_024


@lru_cache(maxsize=_REMEMBERED)
def field_of(name: str) -> Field:
    """Return how the value of the member ``name`` is treated: what is not listed is private."""
    if _STRANGE.search(name):
        return Field.PRIVATE
    bare = re.sub(r"[^a-z]", "", name.lower())
    if bare in _MESSAGES:
        return Field.MESSAGE
    if bare in _LABELS:
        return Field.LABEL
    if bare in _IDS:
        return Field.ID
    return Field.NAME if bare in _NAMES else Field.PRIVATE
