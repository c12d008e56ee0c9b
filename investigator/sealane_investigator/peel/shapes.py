"""Which members of an object say what went wrong, in every provider's and framework's shape."""

from dataclasses import dataclass, replace

from sealane_investigator.peel.objects import Value

_MESSAGES = (
    "message", "msg", "Message", "error_message", "errorMessage", "error_msg", "err_msg", "errmsg", "status_msg",
    "detail", "error_description", "errorMsg", "title", "err",
)  # fmt: skip
_CODES = ("code", "error_code", "errorCode", "status_code", "Code", "err_code", "errno", "internal_code", "errcode")
_TYPES = ("type", "error_type", "__type", "name", "status", "errorType", "reason", "error")
_PARAMS = ("param", "parameter", "field")
_STATUSES = ("status_code", "statusCode", "http_status", "httpStatusCode", "status", "http_code", "code", "error_code")
#: Where the innermost error lies, the innermost first; the second row only where the object itself says nothing.
_INSIDE = (
    "innererror", "innerError", "error", "errors", "Error", "message", "base_resp", "lastError", "last_error", "cause",
    "exception", "fault", "body", "response", "responseBody",
)  # fmt: skip
_INSIDE_SILENT = ("detail", "details", "data", "output", "$metadata", "result")
#: A text here is the answer of whoever was asked, whatever the object around it says.
_ANSWERS = ("error", "Error", "body", "response", "responseBody")
#: A line of a log in JSON has one of these; its message says what was tried, and one of the others what failed.
_LEVELS = ("level", "severity", "levelname", "lvl", "log.level", "severity_text")
_LOGGED = ("error", "err", "exception", "exc_info", "error.message", "error_message", "errorMessage", "exc", "cause")
_MAX_DEPTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What an error object states; None where it does not."""

    message: str | None = None
    code: str | None = None
    type: str | None = None
    param: str | None = None
    status: int | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing names an error."""
        return not (self.message or self.type)

    def within(self, outer: "Stated") -> "Stated":
        """Return this with what it leaves open taken from the object around it."""
        return Stated(
            message=self.message or outer.message,
            code=self.code or outer.code,
            type=self.type or outer.type,
            param=self.param or outer.param,
            status=self.status or outer.status,
        )


def read(value: Value, depth: int = 0) -> Stated:
    """Return what the innermost error of ``value`` states, completed from the objects around it."""
    if depth > _MAX_DEPTH:
        return Stated()
    if isinstance(value, list):
        return _read_list(value, depth)
    if not isinstance(value, dict):
        return Stated()
    own = _own(value)
    if (logged := _logged(value, own, depth)) is not None:
        return logged
    metadata = value.get("metadata")
    if isinstance(metadata, dict) and isinstance(raw := metadata.get("raw"), str) and raw.strip():
        return replace(own, message=raw)
    for name in _INSIDE if own.message else _INSIDE + _INSIDE_SILENT:
        inner = value.get(name)
        if isinstance(inner, str):
            # {"error": "Not Found", "message": …}: there the message says more.
            if name in _ANSWERS and inner.strip() and not (own.message and name in ("error", "Error")):
                return replace(own, message=inner, type=own.type if own.type != inner else None)
            continue
        stated = read(inner, depth + 1)
        if not stated.empty or stated.status or (stated.code and name in _ANSWERS):
            return stated.within(own)
    return own


def _logged(value: dict[str, Value], own: Stated, depth: int) -> Stated | None:
    """Return what a line of a log says that failed; None when it is no such line, or says it in its message."""
    if not any(name in value for name in _LEVELS):
        return None
    for name in _LOGGED:
        inner = value.get(name)
        if isinstance(inner, str) and inner.strip():
            return replace(own, message=inner, type=None)
        if isinstance(inner, dict) and (stated := read(inner, depth + 1)).message:
            return stated.within(own)
    return None


def _read_list(items: list[Value], depth: int) -> Stated:
    for item in items[:20]:
        stated = read(item, depth + 1)
        if stated.message:
            return stated
    return Stated()


def _own(value: dict[str, Value]) -> Stated:
    message = next((text for name in _MESSAGES if isinstance(text := value.get(name), str) and text.strip()), None)
    location = value.get("loc")
    param = _text(value, _PARAMS)
    if param is None and isinstance(location, list):
        param = ".".join(str(part) for part in location[:8])
    kind = _text(value, _TYPES, skip=("error",))
    return Stated(
        message=message,
        code=_text(value, _CODES),
        type=kind if kind != message else None,
        param=param,
        status=_status(value),
    )


def _text(value: dict[str, Value], names: tuple[str, ...], skip: tuple[str, ...] = ()) -> str | None:
    for name in names:
        found = value.get(name)
        if isinstance(found, str) and found.strip() and len(found) <= 200 and found not in skip:
            return found.strip()
        if isinstance(found, int) and not isinstance(found, bool) and name in _CODES:
            return str(found)
    return None


def _status(value: dict[str, Value]) -> int | None:
    for name in _STATUSES:
        found = value.get(name)
        number = int(found) if isinstance(found, str) and found.isdecimal() and len(found) == 3 else found
        if isinstance(number, int) and not isinstance(number, bool) and 400 <= number <= 599:
            return number
    return None
