"""What all event streams have in common: holding back, cutting off, and the verdict at the end.

Theory of operation. Until the first content event everything is held, because the first byte given to the
client is the commit: after it nothing can be tried elsewhere. From then on each chunk's complete, valid
events go out as they came. The first invalid event closes the inspector: what was valid before it is still
returned, nothing after it is looked at. If the finish had been seen, the invalid rest is junk that is
dropped; else it is the stream's failure.
"""

from abc import ABC, abstractmethod

from sealane_api.failure import FailureClass
from sealane_router.errors import Failure
from sealane_router.providers.dialect import Dialect
from sealane_router.providers.event_stream import LARGEST_EVENT, EventSplitter, is_text, read_event, read_lines
from sealane_router.providers.usage import Usage, usage_from

from .documents import NotJsonError

#: Before content there are a few hundred bytes and keep-alive comments; a megabyte of them is a fault.
MOST_HELD = 1024 * 1024

_TOO_MUCH_HELD = "more than 1 MiB came before any content"

_ANSWERED = 200
_UNTERMINATED_DONE = (b"data: [DONE]", b"data:[DONE]")


class StreamInspector(ABC):
    """Watches one attempt's event stream.

    ``started``: the first content event has been seen. ``finished``: its finish marker has. ``failure``: why
    it is broken; set once, by the :meth:`feed` or :meth:`end` that found out. ``wall`` is the time at the
    answer's head in seconds since 1970: an error in the stream may state a reset time.
    """

    __slots__ = (
        "_closed",
        "_dialect",
        "_held",
        "_splitter",
        "_stated_usage",
        "_wall",
        "failure",
        "finished",
        "started",
    )

    def __init__(self, dialect: Dialect, *, wall: float) -> None:
        self.started = False
        self.finished = False
        self.failure: Failure | None = None
        self._dialect = dialect
        self._wall = wall
        self._splitter = EventSplitter()
        self._held = bytearray()
        self._closed = False
        self._stated_usage: object = None

    @property
    def closed(self) -> bool:
        """Whether nothing more will be forwarded: it broke, or junk came behind its finish."""
        return self._closed

    @property
    def usage(self) -> Usage | None:
        """The tokens that the provider has stated so far."""
        return usage_from(self._stated_usage)

    def feed(self, chunk: bytes) -> bytes:
        """The bytes that may go to the client now: complete, valid events, the held ones first.

        After ``failure`` is set, and after junk behind the finish, it is always ``b""``.
        """
        if self._closed:
            return b""
        text, blocks, gap = self._splitter.split(chunk)
        seen = 0
        for block in blocks:
            failure = self._look_at(block, gap)
            if failure is not None:
                blank = len(block) - len(block.lstrip(b"\r\n"))
                return self._close(failure, text[: seen + blank])
            seen += len(block) + gap
            if not self.started and len(self._held) + seen > MOST_HELD:
                return self._close(self._broken(_TOO_MUCH_HELD), b"")
        if not self.started and len(self._held) + len(text) > MOST_HELD:
            return self._close(self._broken(_TOO_MUCH_HELD), b"")
        if self._splitter.overflows:
            return self._close(self._broken("an event is larger than 16 MiB"), text)
        return self._release(text)

    def end(self) -> Failure | None:
        """The verdict when the provider has ended or closed the stream; None when it is whole."""
        if self.failure is None and not self.finished:
            self._see_unterminated_done()
        if self.failure is None and not self.finished:
            self.failure = self._cut_off()
        self._closed = True
        self._held.clear()
        return self.failure

    @abstractmethod
    def _read(self, name: bytes, data: bytes) -> Failure | None:
        """Takes in one event, brings ``started`` and ``finished`` up to date, returns what breaks the stream.

        Raises :class:`NotJsonError` for data that should be JSON and is not.
        """

    def _look_at(self, block: bytes, gap: int) -> Failure | None:
        if not block.isascii() and not is_text(block):
            return self._broken("an event is not valid UTF-8")
        if len(block) > LARGEST_EVENT:
            return self._broken("an event is larger than 16 MiB")
        name, data = read_event(block) if gap else read_lines(block)
        if data is None:
            return None
        try:
            return self._read(name, data)
        except NotJsonError:
            return self._broken("an event is not valid JSON")

    def _release(self, text: bytes) -> bytes:
        if not self.started:
            self._held += text
            return b""
        if self._held:
            text = bytes(self._held) + text
            self._held.clear()
        return text

    def _close(self, failure: Failure, valid: bytes) -> bytes:
        self._closed = True
        self._splitter = EventSplitter()
        if not self.finished:
            self.failure = failure
        text = self._release(valid)
        self._held.clear()
        return text

    def _finish(self) -> None:
        # An answer without a word is an answer: what is held goes out with its finish.
        self.started = True
        self.finished = True

    def _see_unterminated_done(self) -> None:
        """Some servers end with ``data: [DONE]`` and no blank line: no event, but a sign all the same."""
        if bytes(self._splitter.pending[:16]).strip() in _UNTERMINATED_DONE and self.started:
            self._finish()

    def _cut_off(self) -> Failure:
        if self.started:
            return self._broken("it ended without its finish")
        return Failure(FailureClass.CONNECT, _ANSWERED, "The provider closed the stream before any content came.")

    def _broken(self, what: str, code: str | None = None) -> Failure:
        """A stream that cannot be trusted: after the commit its own class, before it a server error."""
        broken = FailureClass.BROKEN_STREAM if self.started else FailureClass.SERVER_ERROR
        return Failure(broken, _ANSWERED, f"The provider's stream broke: {what}.", code)

    def _in_band(self, data: bytes) -> Failure:
        """An error that the provider reports inside the stream, in whatever shape."""
        failure = self._dialect.classify(_ANSWERED, {}, data, wall=self._wall)
        if not self.started:
            return failure
        return Failure(
            FailureClass.BROKEN_STREAM,
            failure.status,
            failure.message,
            failure.code,
            failure.param,
            failure.retry_after,
            None,
            failure.error_type,
        )
