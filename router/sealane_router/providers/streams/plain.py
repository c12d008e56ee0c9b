"""Every other API's event streams: completions, images, speech. Their framing is checked and nothing else.

The first event is content, unless it is an error; the end is where the provider ends, if no event is cut
there.
"""

from sealane_router.errors import Failure
from sealane_router.providers.provider_error import is_error

from .base import StreamInspector
from .documents import NotJsonError, read_document

_ERROR = b'{"error"'


class PlainInspector(StreamInspector):
    """Watches the framing of a stream."""

    __slots__ = ()

    def end(self) -> Failure | None:
        """None when the provider ended between two events."""
        if self.started and self.failure is None and not self._splitter.pending:
            self._finish()
        return super().end()

    def _read(self, name: bytes, data: bytes) -> Failure | None:
        if name == b"error" or data.startswith(_ERROR) or not self.started:
            document = _document(data)
            if name == b"error" or is_error(document):
                return self._in_band(data)
        self.started = True
        if b'"usage"' in data:
            self._stated_usage = _document(data).get("usage") or self._stated_usage
        return None


def _document(data: bytes) -> dict[str, object]:
    """The data as JSON when it is; here nothing says that it must be."""
    try:
        return read_document(data)
    except NotJsonError:
        return {}
