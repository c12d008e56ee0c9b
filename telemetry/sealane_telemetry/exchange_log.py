"""The one line that an exchange leaves behind, written in batches.

This is per-request code. A line is put together by hand from fragments, and the fragments that repeat (names,
codes) are escaped once and kept in bounded caches; structlog and ``json.dumps`` cost several times the whole
line. ``docs/logs.md`` lists the fields of :data:`EXCHANGE_FIELDS`; a test compares the two.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from json.encoder import encode_basestring_ascii as _quote
from typing import Final, TypeVar

from .log_line import timestamp
from .redaction import public_text, redact

#: Pending bytes at which a batch is written without waiting for ``flush``.
BATCH_BYTES: Final = 64 * 1024

#: What is kept at most while the writer takes nothing; beyond it the oldest lines are dropped.
MAX_KEPT_BYTES: Final = 1024 * 1024

#: Attempts that a line lists; ``attempts`` counts all.
MAX_ATTEMPTS: Final = 10

_MAX_FRAGMENTS = 4096

_UUID_DIGITS = "0123456789abcdefABCDEF-"

_Origin = tuple[str, str, str, str, str, str, str, str]
_End = tuple[str, str, str, int, str, int, int, bool, bool]
_Attempt = tuple[str, str, str, int, str]
_Key = TypeVar("_Key", _Origin, _End, _Attempt)

#: Every field of an exchange's line, in order, with its meaning.
EXCHANGE_FIELDS: Final[Mapping[str, str]] = {
    "time": "When the exchange ended: RFC 3339, UTC, milliseconds.",
    "level": "`info`; `warning` when the outcome is `provider_error`, `broken_stream` or `gateway_error`.",
    "logger": "Always `sealane.exchange`.",
    "event": "Always `exchange`.",
    "outcome": ("`ok`, `client_error`, `refused`, `provider_error`, `gateway_error`, `broken_stream`, `client_gone`."),
    "provider": "Provider of the last attempt, or empty when nothing was sent.",
    "provider_model": "Model name that the last attempt asked for.",
    "status": "HTTP status that the client got, or 0 when it left before an answer.",
    "code": "Stable error code that the client got, or empty.",
    "attempts": "How many attempts were made.",
    "retries": "How many of them went to a target that had been tried before.",
    "fallback": "Whether a fallback target was tried.",
    "stream": "Whether the answer was a stream of events.",
    "tenant": "The caller's tenant, or empty for an anonymous caller.",
    "api": "`chat`, `completions`, `embeddings`, `responses`, `messages`, … or empty.",
    "method": "HTTP method.",
    "path": "Path of the request, without its query.",
    "model": "The model as the client wrote it; length and hash if too long or key-shaped.",
    "route": "Route that served it, `namespace/name`, or empty when no route claims the model.",
    "rule": "Rule of that route.",
    "revision": "Revision of that route.",
    "request_id": "Id of the exchange, as in the answer's `x-sealane-request-id`.",
    "trace_id": "Trace id of the request's `traceparent`, 32 hex digits, or empty.",
    "duration_ms": "From the first byte of the request to the last of the answer.",
    "first_content_ms": "From the first byte of the request to the commit, or -1 without one.",
    "request_bytes": "Size of the request's body.",
    "answer_bytes": "Size of the answer's body as sent to the client.",
    "input_tokens": "Tokens of the prompt as the provider counted them, or -1 when it did not say.",
    "output_tokens": "Tokens of the answer as the provider counted them, or -1 when it did not say.",
    "attempt_list": "The first 10 attempts in order, each with the fields of an attempt.",
}

#: Every field of one attempt in ``attempt_list``, in order, with its meaning.
ATTEMPT_FIELDS: Final[Mapping[str, str]] = {
    "provider": "Provider that was tried.",
    "model": "Model name that it was asked for.",
    "result": "`ok`, `client_gone`, `drained` (cut off by a drain's deadline) or the failure class.",
    "status": "HTTP status that the provider answered, or 0 without an answer.",
    "code": "The provider's own error code, or empty.",
    "ms": "From the start of the attempt to its end, in milliseconds.",
}

_WARNINGS = frozenset({"provider_error", "broken_stream", "gateway_error"})


@dataclass(frozen=True, slots=True)
class AttemptEntry:
    """One attempt as the line lists it; ``duration`` is seconds."""

    provider: str
    model: str
    result: str
    status: int
    code: str
    duration: float = 0.0


@dataclass(slots=True)
class ExchangeEntry:
    """What is logged of one exchange: filled as it goes along, recorded once at its end.

    The fields are those of :data:`EXCHANGE_FIELDS`. Times are seconds here and milliseconds in the line.
    """

    request_id: str = ""
    trace_id: str = ""
    tenant: str = ""
    api: str = ""
    method: str = ""
    path: str = ""
    model: str = ""
    route: str = ""
    rule: str = ""
    revision: str = ""
    provider: str = ""
    provider_model: str = ""
    status: int = 0
    code: str = ""
    outcome: str = "ok"
    attempts: int = 0
    retries: int = 0
    fallback: bool = False
    stream: bool = False
    duration: float = 0.0
    first_content: float | None = None
    request_bytes: int = 0
    answer_bytes: int = 0
    input_tokens: int = -1
    output_tokens: int = -1
    attempt_list: list[AttemptEntry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LineTemplate:
    """What the lines of exchanges with one attempt and the same names have in common: all but ids and numbers."""

    names: str
    attempt: str

    @classmethod
    def of(cls, entry: ExchangeEntry) -> "LineTemplate":
        """The template of exchanges like ``entry``, which lists its one attempt."""
        (attempt,) = entry.attempt_list
        return cls(_names_of(entry), _attempt_start(*_attempt_key(attempt)))


class ExchangeLog:
    """Writes exchange lines in batches; belongs to one thread.

    ``write`` takes whole lines as bytes and returns how many of the bytes it took, or None for all. When it
    takes less or raises OSError or ValueError (a closed file), the rest is kept and tried again with the next
    batch, up to MAX_KEPT_BYTES. ``dropped`` is told how many of the oldest lines were given up then.
    """

    def __init__(self, write: Callable[[bytes], int | None], dropped: Callable[[int], object]) -> None:
        self._write = write
        self._dropped = dropped
        self._lines: list[str] = []
        self._pending = 0
        self._kept = b""
        self._kept_is_torn = False
        self._stamp = ""
        self._stamped_at = -1.0
        self._origins: dict[_Origin, str] = {}
        self._ends: dict[_End, str] = {}
        self._attempts: dict[_Attempt, str] = {}

    def record(self, entry: ExchangeEntry, now: float) -> None:
        """Add the line of an exchange that ended at ``now`` (seconds since the epoch)."""
        line = self.encode(entry, now)
        self._lines.append(line)
        self._pending += len(line)
        if self._pending >= BATCH_BYTES:
            self.flush()

    def record_plain(
        self,
        template: LineTemplate,
        now: float,
        request_id: str,
        trace_id: str,
        seconds: tuple[float, float, float],
        sizes: tuple[int, int, int, int],
    ) -> None:
        """Add a line made from ``template``.

        ``seconds`` are the exchange's duration, its time to first content and its attempt's duration; ``sizes`` are
        the bytes of request and answer, and the tokens of both.
        """
        duration, first, attempt = seconds
        line = (
            f'{{"time":"{self._time(now)}"{template.names},"request_id":"{request_id}","trace_id":"{trace_id}"'
            f',"duration_ms":{duration * 1000.0:.1f},"first_content_ms":{first * 1000.0:.1f}'
            f',"request_bytes":{sizes[0]},"answer_bytes":{sizes[1]}'
            f',"input_tokens":{sizes[2]},"output_tokens":{sizes[3]}'
            f',"attempt_list":[{template.attempt}{attempt * 1000.0:.1f}}}]}}\n'
        )
        self._lines.append(line)
        self._pending += len(line)
        if self._pending >= BATCH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Hand everything pending to the writer; the caller does so every 100 ms and at exit."""
        if not self._lines and not self._kept:
            return
        data = self._kept + "".join(self._lines).encode("ascii")
        self._lines.clear()
        self._pending = 0
        try:
            taken = self._write(data)
        except BlockingIOError as error:
            # A buffered writer says here what it took before it would have blocked.
            taken = getattr(error, "characters_written", 0)
        except (OSError, ValueError):
            taken = 0
        self._keep(data, len(data) if taken is None else taken)

    def encode(self, entry: ExchangeEntry, now: float) -> str:
        """Return the line of ``entry``: one JSON object in ASCII, with its line feed."""
        origin_key = _origin_key(entry)
        origin = self._origins.get(origin_key) or _remember(self._origins, origin_key, _origin(*origin_key))
        end_key = _end_key(entry)
        end = self._ends.get(end_key) or _remember(self._ends, end_key, _end(*end_key))
        attempts = self._attempt_list(entry.attempt_list) if entry.attempt_list else ""
        request_id, trace_id, first = entry.request_id, entry.trace_id, entry.first_content
        if not (request_id.isalnum() and request_id.isascii()):
            request_id = _identifier(request_id)
        if trace_id and not (trace_id.isalnum() and trace_id.isascii()):
            trace_id = _identifier(trace_id)
        return (
            f'{{"time":"{self._time(now)}"{end}{origin},"request_id":"{request_id}","trace_id":"{trace_id}"'
            f',"duration_ms":{entry.duration * 1000.0:.1f}'
            f',"first_content_ms":{-1.0 if first is None else first * 1000.0:.1f}'
            f',"request_bytes":{entry.request_bytes},"answer_bytes":{entry.answer_bytes}'
            f',"input_tokens":{entry.input_tokens},"output_tokens":{entry.output_tokens}'
            f',"attempt_list":[{attempts}]}}\n'
        )

    def _time(self, now: float) -> str:
        if not 0.0 <= now - self._stamped_at < 0.001:
            self._stamped_at = int(now * 1000) / 1000
            self._stamp = timestamp(self._stamped_at)
        return self._stamp

    def _attempt_list(self, attempts: list[AttemptEntry]) -> str:
        parts = []
        for attempt in attempts[:MAX_ATTEMPTS] if len(attempts) > MAX_ATTEMPTS else attempts:
            key = _attempt_key(attempt)
            start = self._attempts.get(key) or _remember(self._attempts, key, _attempt_start(*key))
            parts.append(f"{start}{attempt.duration * 1000.0:.1f}}}")
        return ",".join(parts)

    def _keep(self, data: bytes, taken: int) -> None:
        """Keep what the writer did not take, the newest MAX_KEPT_BYTES of it, in whole lines."""
        if taken >= len(data):
            self._kept, self._kept_is_torn = b"", False
            return
        torn = data[taken - 1 : taken] != b"\n" if taken else self._kept_is_torn
        rest = data[taken:]
        excess = len(rest) - MAX_KEPT_BYTES
        if excess > 0:
            # The rest of a line that the writer has begun must follow it, or two lines would run into one.
            first = rest.index(b"\n") + 1 if torn else 0
            last = rest.index(b"\n", first + excess - 1) + 1
            self._dropped(rest.count(b"\n", first, last))
            rest = rest[:first] + rest[last:]
        self._kept, self._kept_is_torn = rest, torn


def _names_of(entry: ExchangeEntry) -> str:
    return _end(*_end_key(entry)) + _origin(*_origin_key(entry))


def _origin_key(entry: ExchangeEntry) -> _Origin:
    return (entry.tenant, entry.api, entry.method, entry.path, entry.model, entry.route, entry.rule, entry.revision)


def _end_key(entry: ExchangeEntry) -> _End:
    return (
        entry.outcome, entry.provider, entry.provider_model, entry.status, entry.code, entry.attempts, entry.retries,
        entry.fallback, entry.stream,
    )  # fmt: skip


def _attempt_key(attempt: AttemptEntry) -> _Attempt:
    return (attempt.provider, attempt.model, attempt.result, attempt.status, attempt.code)


def _remember(fragments: dict[_Key, str], key: _Key, fragment: str) -> str:
    """Cache a fragment. Clients choose some names, so a full cache starts again from nothing."""
    if len(fragments) >= _MAX_FRAGMENTS:
        fragments.clear()
    fragments[key] = fragment
    return fragment


def _origin(tenant: str, api: str, method: str, path: str, model: str, route: str, rule: str, revision: str) -> str:
    return (
        f',"tenant":{_name(tenant)},"api":{_name(api)},"method":{_name(method)},"path":{_name(path)}'
        f',"model":{_name(model)},"route":{_name(route)},"rule":{_name(rule)},"revision":{_name(revision)}'
    )


def _end(
    outcome: str,
    provider: str,
    provider_model: str,
    status: int,
    code: str,
    attempts: int,
    retries: int,
    fallback: bool,
    stream: bool,
) -> str:
    level = "warning" if outcome in _WARNINGS else "info"
    return (
        f',"level":"{level}","logger":"sealane.exchange","event":"exchange","outcome":{_name(outcome)}'
        f',"provider":{_name(provider)},"provider_model":{_name(provider_model)}'
        f',"status":{status},"code":{_name(code)},"attempts":{attempts},"retries":{retries}'
        f',"fallback":{_flag(fallback)},"stream":{_flag(stream)}'
    )


def _attempt_start(provider: str, model: str, result: str, status: int, code: str) -> str:
    return (
        f'{{"provider":{_name(provider)},"model":{_name(model)},"result":{_name(result)}'
        f',"status":{status},"code":{_name(code)},"ms":'
    )


def _name(text: str) -> str:
    """Quote a name. Some are a client's words, and a key may stand where a name should."""
    return _quote(public_text(text))


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _identifier(text: str) -> str:
    """Return an id that is not all letters and digits: a UUID as it is, else its length and hash."""
    return text if not text.strip(_UUID_DIGITS) else redact(text)
