"""Request heads: what two parsers could read in two ways is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane_router.errors import MalformedRequest
from sealane_router.http1.head import parse_head


def head(
    *lines: bytes, request: bytes = b"POST /v1/chat/completions HTTP/1.1", host: bytes = b"Host: gateway"
) -> bytes:
    """A request head; ``host`` b"" leaves the Host line out."""
    return b"\r\n".join((request, *((host,) if host else ()), *lines)) + b"\r\n\r\n"


def test_a_plain_head_is_read() -> None:
    """Everything the gateway needs of it; names in lower case, values as written."""
    read = parse_head(
        head(b"Content-Length: 12", b"X-Thing: A b ", request=b"POST /v1/chat/completions?a=b?c HTTP/1.1")
    )
    assert (read.method, read.path, read.query) == (b"POST", b"/v1/chat/completions", b"a=b?c")
    assert (read.version, read.length, read.chunked, read.keep_alive) == ("1.1", 12, False, True)
    assert read.headers == [(b"host", b"gateway"), (b"content-length", b"12"), (b"x-thing", b"A b")]
    assert (read.get(b"x-thing"), read.get(b"x-other")) == (b"A b", None)


def test_without_a_length_there_is_no_body() -> None:
    """As RFC 9112 §6.3 says for requests."""
    read = parse_head(head())
    assert (read.length, read.chunked) == (0, False)


def test_a_chunked_body_has_no_length() -> None:
    """Its size is known at its end."""
    read = parse_head(head(b"Transfer-Encoding: Chunked"))
    assert (read.length, read.chunked) == (None, True)


def test_the_first_of_several_headers_counts() -> None:
    """Where repeating is harmless, all of them are kept and the first is what ``get`` gives."""
    read = parse_head(head(b"Accept: a", b"Accept: b"))
    assert read.get(b"accept") == b"a"
    assert read.headers[1:] == [(b"accept", b"a"), (b"accept", b"b")]


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(head(b"Host: other"), id="two hosts"),
        pytest.param(head(b"Host: gateway"), id="the same host twice"),
        pytest.param(head(host=b""), id="no host"),
        pytest.param(head(host=b"", request=b"POST / HTTP/1.0"), id="no host in 1.0"),
        pytest.param(head(b"Content-Length: 5", b"Transfer-Encoding: chunked"), id="length, then chunked"),
        pytest.param(head(b"Transfer-Encoding: chunked", b"Content-Length: 5"), id="chunked, then length"),
        pytest.param(head(b"Content-Length: 5", b"Content-Length: 6"), id="two lengths"),
        pytest.param(head(b"Content-Length: 5", b"Content-Length: 5"), id="the same length twice"),
        pytest.param(head(b"Content-Length: 5, 5"), id="a list of lengths"),
        pytest.param(head(b"Content-Length: +5"), id="plus"),
        pytest.param(head(b"Content-Length: -5"), id="minus"),
        pytest.param(head(b"Content-Length: 5 5"), id="a space inside"),
        pytest.param(head(b"Content-Length: 0x5"), id="hexadecimal"),
        pytest.param(head(b"Content-Length: 5.0"), id="a fraction"),
        pytest.param(head(b"Content-Length: 1_000"), id="what int() would read"),
        pytest.param(head("Content-Length: ٥".encode()), id="another alphabet's digit"),
        pytest.param(head(b"Content-Length:"), id="an empty length"),
        pytest.param(head(b"Content-Length: 1000000000000000000"), id="19 digits"),
        pytest.param(head(b"Content-Length: 18446744073709551616"), id="2 to the 64"),
        pytest.param(head(b"Content-Length: " + b"9" * 40), id="40 digits"),
        pytest.param(head(b"Transfer-Encoding: gzip"), id="gzip"),
        pytest.param(head(b"Transfer-Encoding: gzip, chunked"), id="gzip, chunked"),
        pytest.param(head(b"Transfer-Encoding: chunked, chunked"), id="chunked, chunked"),
        pytest.param(head(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"), id="chunked twice"),
        pytest.param(head(b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity"), id="chunked and identity"),
        pytest.param(head(b"Transfer-Encoding: identity"), id="identity"),
        pytest.param(head(b"Transfer-Encoding: xchunked"), id="nearly chunked"),
        pytest.param(head(b"Transfer-Encoding:"), id="an empty encoding"),
        pytest.param(head(b"Transfer-Encoding: \x0bchunked"), id="a vertical tab"),
        pytest.param(head(b"Transfer-Encoding : chunked"), id="a space before the colon"),
        pytest.param(head(b"Transfer-Encoding: chunked", request=b"POST / HTTP/1.0"), id="chunked in 1.0"),
        pytest.param(head(b"X : a"), id="a space before any colon"),
        pytest.param(head(b" X: a"), id="a line that begins with a space"),
        pytest.param(head(b"X: a", b" b"), id="a folded line"),
        pytest.param(head(b"X: a", b"\tb"), id="a line folded with a tab"),
        pytest.param(head(b"X: a\nY: b"), id="a bare LF"),
        pytest.param(head(b"X: a\rY: b"), id="a bare CR"),
        pytest.param(head(b"X: a\n"), id="a bare LF before CRLF"),
        pytest.param(head(b"X: a", b"\nGET /evil HTTP/1.1", b"Host: b"), id="a second head behind a bare LF"),
        pytest.param(head(b"X: a\0b"), id="NUL in a value"),
        pytest.param(head(b"X\0: a"), id="NUL in a name"),
        pytest.param(head(b"X: a\x01"), id="a control character"),
        pytest.param(head(b"X"), id="no colon"),
        pytest.param(head(b": a"), id="no name"),
        pytest.param(head("Ä: a".encode()), id="a name beyond ASCII"),
        pytest.param(head(request=b"POST / HTTP/2.0"), id="HTTP/2.0"),
        pytest.param(head(request=b"POST / HTTP/0.9"), id="HTTP/0.9"),
        pytest.param(head(request=b"POST / HTTP/1.2"), id="HTTP/1.2"),
        pytest.param(head(request=b"POST / HTTP/1.10"), id="HTTP/1.10"),
        pytest.param(head(request=b"POST /"), id="no version"),
        pytest.param(head(request=b"POST / http/1.1"), id="a lower-case protocol"),
        pytest.param(head(request=b"PRI * HTTP/2.0"), id="the preface of HTTP/2"),
        pytest.param(head(request=b"post / HTTP/1.1"), id="a lower-case method"),
        pytest.param(head(request=b"FROB / HTTP/1.1"), id="an unknown method"),
        pytest.param(head(request=b"GET gateway:443 HTTP/1.1"), id="authority form of a GET"),
        pytest.param(head(request=b"POST /a b HTTP/1.1"), id="a space in the target"),
        pytest.param(head(request=b"POST /a\tb HTTP/1.1"), id="a tab in the target"),
        pytest.param(head(request=b"POST /a?b\x0c HTTP/1.1"), id="a form feed in the query"),
        pytest.param(head(request=b"POST /\xff HTTP/1.1"), id="a byte beyond ASCII in the target"),
        pytest.param(head(request=b"POST /a#b HTTP/1.1"), id="a fragment"),
        pytest.param(head(request=b"POST /a?b#c HTTP/1.1"), id="a fragment behind a query"),
        pytest.param(head(request=b"POST / HTTP/1.1\rX: a"), id="a bare CR behind the request line"),
        pytest.param(b"POST / HTTP/1.1\nHost: gateway\r\n\r\n", id="a bare LF behind the request line"),
        pytest.param(head(b"Expect: 100-continue, x"), id="more than 100-continue"),
        pytest.param(head(b"Expect: 200-ok"), id="another expectation"),
        pytest.param(head(b"Expect: 100-continue", b"Expect: 100-continue"), id="two expectations"),
        pytest.param(head(b"Authorization: Bearer a", b"Authorization: Bearer b"), id="two keys"),
        pytest.param(head(b"X-Api-Key: a", b"X-Api-Key: b"), id="two Anthropic keys"),
        pytest.param(head(b"Content-Encoding: identity", b"Content-Encoding: gzip"), id="two content encodings"),
        pytest.param(b"\0\r\n\r\n", id="noise"),
        pytest.param(b"\x16\x03\x01\x02\r\n\r\n", id="TLS"),
        pytest.param(b"\r\n\r\n", id="nothing"),
    ],
)
def test_hostile_heads_are_refused(raw: bytes) -> None:
    """Each with 400, and the connection cannot go on after it."""
    with pytest.raises(MalformedRequest) as caught:
        parse_head(raw)
    assert (caught.value.status, caught.value.close) == (400, True)


def test_white_space_around_a_value_is_no_part_of_it() -> None:
    """RFC 9112 §5: also where the value is a number or an encoding."""
    assert parse_head(head(b"Content-Length: \t 5 \t")).length == 5
    assert parse_head(head(b"Transfer-Encoding:  chunked ")).chunked


@pytest.mark.parametrize(
    ("request_line", "path"),
    [
        (b"POST http://gateway/v1/chat/completions HTTP/1.1", b"http://gateway/v1/chat/completions"),
        (b"CONNECT gateway:443 HTTP/1.1", b"gateway:443"),
        (b"OPTIONS * HTTP/1.1", b"*"),
    ],
)
def test_other_forms_of_a_target_are_kept_as_they_are(request_line: bytes, path: bytes) -> None:
    """None of them is a path of the gateway's, so none is served; nothing is normalised into one."""
    assert parse_head(head(request=request_line)).path == path


@pytest.mark.parametrize(
    ("framing", "length", "chunked"),
    [(b"Content-Length: 5", 5, False), (b"Transfer-Encoding: chunked", None, True)],
)
def test_an_upgrade_on_a_post_is_ignored(framing: bytes, length: int | None, chunked: bool) -> None:
    """The body is framed as if it had not been asked for."""
    read = parse_head(head(b"Connection: Upgrade", b"Upgrade: h2c", framing))
    assert (read.length, read.chunked) == (length, chunked)


def test_http_1_0_is_read() -> None:
    """Its connection ends unless it asks for more."""
    read = parse_head(head(b"Content-Length: 5", request=b"POST / HTTP/1.0"))
    assert (read.version, read.keep_alive, read.length) == ("1.0", False, 5)


def test_connection_close_is_heeded() -> None:
    """The client says that this is its last request."""
    assert not parse_head(head(b"Connection: close")).keep_alive


def test_expect_is_known_in_1_1_only() -> None:
    """RFC 9110 §10.1.1: in HTTP/1.0 it is ignored."""
    assert parse_head(head(b"Expect: 100-Continue")).expects_continue
    assert not parse_head(head(b"Expect: 100-continue", request=b"POST / HTTP/1.0")).expects_continue


def test_a_cut_head_is_refused() -> None:
    """The caller hands over whole heads; anything else is none."""
    with pytest.raises(MalformedRequest):
        parse_head(b"POST / HTTP/1.1\r\nHost: gateway\r\n")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*b"aZ0:\r\n \t\0,;/\x7f\xff", *b"Content-Length"]), max_size=40).map(bytes))
def test_nothing_but_a_refusal_comes_of_noise(noise: bytes) -> None:
    """A head is read or refused; whatever is read has one Host and one framing."""
    raw = b"POST / HTTP/1.1\r\nHost: a\r\n" + noise + b"\r\n\r\n"
    try:
        read = parse_head(raw[: raw.index(b"\r\n\r\n") + 4])
    except MalformedRequest:
        return
    names = [name for name, _ in read.headers]
    assert names.count(b"host") == 1
    assert read.path == b"/"
