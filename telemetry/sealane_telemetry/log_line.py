"""The shape of a log line, and the allow-list of what our own loggers may say.

A line is one JSON object with ``time`` (RFC 3339, UTC, milliseconds), ``level``, ``logger`` and ``event``,
then the fields of :data:`FIELDS` that the event has. An unknown field, a value of another type and a long
text are replaced by length and hash. ``docs/logs.md`` lists the fields; a test compares the two.
"""

import json
import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from .redaction import MAX_TEXT, redact, scrub


class Kind(Enum):
    """What a field's value may be."""

    NAME = "name"
    """Text of at most 256 characters without white space: a name, a code, an address."""
    TEXT = "text"
    """Text of at most 256 characters that an operator or our own code wrote, never a client or a provider."""
    NUMBER = "number"
    """A finite number; the field's name says its unit."""
    FLAG = "flag"
    """True or false."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field that our own log lines may carry."""

    kind: Kind
    meaning: str


_N, _T, _I, _F = Kind.NAME, Kind.TEXT, Kind.NUMBER, Kind.FLAG

#: Every field that an event of our own loggers may carry.
FIELDS: Mapping[str, Field] = {
    "address": Field(_N, "A network address, `host:port`."),
    "admin": Field(_N, "The address of the admin port."),
    "api": Field(_N, "The API of an exchange: `chat`, `messages`, …"),
    "attempt": Field(_I, "Number of the attempt within its exchange, from 1."),
    "arm": Field(_N, "Which of a route's revisions: `stable` or `candidate`."),
    "attempts": Field(_I, "How many attempts an exchange made."),
    "base_url": Field(_N, "A provider's base URL as configured; it has no user information and no query."),
    "category": Field(_N, "The class of a Python warning."),
    "check": Field(_N, "Name of a health check."),
    "code": Field(_N, "A stable error code, ours or the provider's."),
    "column": Field(_I, "Column in a configuration file, from 1."),
    "connections": Field(_I, "A number of connections."),
    "consecutive": Field(_I, "Failures in a row."),
    "count": Field(_I, "How many of what the event names."),
    "cut": Field(_I, "Exchanges that were cut off."),
    "deadline_seconds": Field(_I, "Time left until a deadline."),
    "dialect": Field(_N, "A provider's dialect."),
    "duration_ms": Field(_I, "How long it took."),
    "environment": Field(_N, "Name (never the value) of an environment variable."),
    "error": Field(_N, "Class of an exception."),
    "exchanges": Field(_I, "A number of exchanges."),
    "failure": Field(_N, "Failure class of an attempt."),
    "field": Field(_N, "Path of a field in a resource, such as `spec.rules[0].name`."),
    "file": Field(_N, "Path of a file that the operator named or of the code that logged."),
    "from": Field(_N, "The state before a transition."),
    "hash": Field(_N, "Hash of a route table or revision."),
    "host": Field(_N, "A host name or address."),
    "in_flight": Field(_I, "Exchanges that have not ended."),
    "interval_seconds": Field(_I, "Time between two of them."),
    "keys": Field(_I, "Number of API keys that were loaded."),
    "kind": Field(_N, "What kind of thing the event is about."),
    "limit": Field(_I, "The bound that was met, in the unit of what it bounds."),
    "line": Field(_I, "Line in a file, from 1."),
    "listen": Field(_N, "The address of the traffic port."),
    "loop": Field(_N, "The event loop in use."),
    "mode": Field(_N, "The mode something runs in."),
    "name": Field(_N, "The name of what the event is about."),
    "path": Field(_N, "Path of a request, without its query."),
    "pid": Field(_I, "Process id."),
    "policy": Field(_N, "The policy in force."),
    "port": Field(_I, "TCP port."),
    "problems": Field(_I, "Number of problems found."),
    "provider": Field(_N, "Name of a provider within its route."),
    "providers": Field(_I, "Number of providers."),
    "ready": Field(_F, "Whether the router is ready."),
    "reason": Field(_T, "Why, in our own words."),
    "remedy": Field(_T, "What to do about it."),
    "request_id": Field(_N, "Id of an exchange, as in the answer's `x-sealane-request-id`."),
    "resource": Field(_N, "What is listed and watched: `routes` or `secrets`."),
    "result": Field(_N, "How it ended, from a closed set."),
    "retry_seconds": Field(_I, "Time until it is tried again."),
    "revision": Field(_N, "Revision of a route."),
    "route": Field(_N, "Route, `namespace/name`."),
    "routes": Field(_I, "Number of routes."),
    "rule": Field(_N, "Name of a rule within its route."),
    "rules": Field(_I, "Number of rules."),
    "seconds": Field(_I, "A time span."),
    "signal": Field(_N, "Name of a signal."),
    "size_bytes": Field(_I, "A size."),
    "state": Field(_N, "The state something is in."),
    "status": Field(_I, "HTTP status."),
    "streams": Field(_I, "Streams that have not ended."),
    "table": Field(_N, "Hash of a route table, its first 12 digits."),
    "task": Field(_N, "Name of a background task."),
    "tenants": Field(_I, "Number of tenants."),
    "thread": Field(_N, "Name of a thread."),
    "to": Field(_N, "The state after a transition."),
    "trace_id": Field(_N, "Trace id of the request's `traceparent`, 32 hex digits."),
    "verified": Field(_F, "Whether it was checked."),
    "version": Field(_N, "Version of sealane or of a format."),
}

_WHITE_SPACE = re.compile(r"\s")
_ESCAPE = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode

FieldValue = str | int | float | bool | None


def timestamp(now: float) -> str:
    """Return ``now``, seconds since the epoch, as ``2026-11-22T10:11:12.345Z``."""
    second, millisecond = divmod(int(now * 1000), 1000)
    return f"{_whole_second(second)}.{millisecond:03d}Z"


@lru_cache(maxsize=4)
def _whole_second(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))


def allowed(values: Mapping[str, object]) -> dict[str, FieldValue]:
    """Return an event's fields; what the allow-list does not know is replaced by length and hash."""
    return {
        (name if _is_plain_name(name) else redact(name)): _allowed_value(FIELDS.get(name), value)
        for name, value in values.items()
    }


def encode(fields: Mapping[str, FieldValue]) -> str:
    """Return one JSON line, ASCII, with its line feed."""
    return _ESCAPE(fields) + "\n"


def mask(value: object) -> str:
    """Return what may be shown of a value nobody vouches for."""
    if isinstance(value, (str, bytes, bytearray, memoryview)):
        return redact(value)
    return f"[redacted {type(value).__qualname__}]"


def _is_plain_name(name: str) -> bool:
    return len(name) <= 32 and name.isascii() and name.isidentifier()


def _allowed_value(field: Field | None, value: object) -> FieldValue:
    if field is None:
        return mask(value)
    if value is None:
        return None
    if field.kind is Kind.FLAG:
        return value if isinstance(value, bool) else mask(value)
    if field.kind is Kind.NUMBER:
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        return value if is_number and isinstance(value, (int, float)) else mask(value)
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        return mask(value)
    if field.kind is Kind.NAME and _WHITE_SPACE.search(value):
        return mask(value)
    return scrub(str(value))
