"""The head of a request, read strictly: what two parsers could read in two ways is refused.

llhttp (through httptools) reads the bytes; the rules here are the ones it leaves open (RFC 9112 §3.2 and §6.1).
"""

import httptools

from sealane_router.errors import MalformedRequest

_VERSIONS = ("1.1", "1.0")
#: Headers on which framing, identity or meaning depends: two of them could be read in two ways.
_SINGLE = frozenset(
    {
        b"host", b"content-length", b"transfer-encoding", b"authorization", b"x-api-key", b"content-encoding",
        b"content-type", b"expect",
    }
)  # fmt: skip
#: More digits than any body the gateway could take.
_MAX_LENGTH_DIGITS = 18


class RequestHead:
    """Method, target and headers of one request.

    ``path`` is the target up to ``?`` and ``query`` what follows it, both as written; header names are lower-case.
    ``length`` is the body's size, None for a chunked body.
    """

    __slots__ = (
        "_complete", "_fields", "_parser", "chunked", "expects_continue", "headers", "keep_alive", "length", "method",
        "path", "query", "target", "version",
    )  # fmt: skip

    def __init__(self) -> None:
        self.method = b""
        self.target = b""
        self.path = b""
        self.query = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self._fields: dict[bytes, bytes] = {}
        self.version = ""
        self.keep_alive = False
        self.chunked = False
        self.length: int | None = 0
        self.expects_continue = False
        self._complete = False
        self._parser: httptools.HttpRequestParser | None = None

    def get(self, name: bytes) -> bytes | None:
        """The first header of this lower-case name."""
        return self._fields.get(name)

    def on_url(self, url: bytes) -> None:
        self.target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        # llhttp leaves the white space before the line's end, which is no part of a value (RFC 9112 §5).
        self.headers.append((name.lower(), value.rstrip(b" \t")))

    def on_headers_complete(self) -> None:
        parser = self._parser
        assert parser is not None  # noqa: S101 - it is the caller
        self.method = parser.get_method()
        self.version = parser.get_http_version()
        self.keep_alive = parser.should_keep_alive()
        self._complete = True

    def check(self) -> None:
        """Apply the rules that llhttp leaves open; raises MalformedRequest."""
        if not self._complete:
            raise _broken("the request head is incomplete")
        if self.version not in _VERSIONS:
            raise _broken("the gateway speaks HTTP/1.0 and HTTP/1.1 only")
        if b"#" in self.target:
            raise _broken("a request target has no fragment")
        self.path, _, self.query = self.target.partition(b"?")
        # Of repeated headers the first counts, as in `dict` the last given does.
        fields = self._fields = dict(reversed(self.headers))
        if len(fields) != len(self.headers):
            self._refuse_repeated()
        if b"host" not in fields:
            raise _broken("exactly one Host header is needed, none came")
        length = fields.get(b"content-length")
        if length is not None:
            self.length = _length(length)
        if b"transfer-encoding" in fields:
            self._take_transfer_encoding(fields[b"transfer-encoding"])
        if b"expect" in fields:
            self._take_expect(fields[b"expect"])

    def _refuse_repeated(self) -> None:
        seen: set[bytes] = set()
        for name, _ in self.headers:
            if name in seen and name in _SINGLE:
                raise _broken(f"exactly one {name.decode('ascii').title()} header is needed, several came")
            seen.add(name)

    def _take_transfer_encoding(self, value: bytes) -> None:
        if self.version == "1.0" or value.lower() != b"chunked":
            raise _broken("the only Transfer-Encoding the gateway takes is one 'chunked', in HTTP/1.1")
        self.chunked = True
        self.length = None

    def _take_expect(self, value: bytes) -> None:
        if value.lower() != b"100-continue":
            raise _broken("the only Expect the gateway knows is 100-continue")
        self.expects_continue = self.version == "1.1"


def parse_head(raw: bytes) -> RequestHead:
    """Read a head that ends with its empty line; raises MalformedRequest, after which the connection must close."""
    head = RequestHead()
    parser = httptools.HttpRequestParser(head)
    head._parser = parser
    try:
        parser.feed_data(raw)
    except httptools.HttpParserUpgrade:
        pass  # raised after the head was read; an Upgrade is honoured where a path offers one, and ignored elsewhere
    except httptools.HttpParserError as error:
        raise _broken("the request head is not valid HTTP/1.1") from error
    finally:
        head._parser = None
    head.check()
    return head


def _length(value: bytes) -> int:
    if not value.isdigit() or len(value) > _MAX_LENGTH_DIGITS:
        raise _broken("Content-Length must be one decimal number")
    return int(value)


def _broken(message: str) -> MalformedRequest:
    return MalformedRequest(message, close=True)
