"""An exception leaves as where it came from, not as what it says."""

import errno
import socket
import ssl

import pytest

from sealane_telemetry import tracebacks

_PRIVATE = "the patient's name is Ada"


class _PublicError(Exception):
    message_is_public = True


class _UnprintableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError(_PRIVATE)


def _raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as caught:  # noqa: BLE001 - whatever a test wants raised
        return caught


def test_type_file_line_and_function_stay() -> None:
    """What a programmer needs to find the place."""
    text = tracebacks.render(_raised(ValueError(_PRIVATE)))

    assert "Traceback (most recent call last):" in text
    assert f'File "{__file__}", line ' in text
    assert "in _raised" in text
    assert text.splitlines()[-1].startswith("ValueError: [redacted len=25 sha256=")


def test_a_message_is_shown_when_its_class_says_it_is_public() -> None:
    """And scrubbed even then."""
    assert tracebacks.describe(_PublicError("routes are missing")).endswith("_PublicError: routes are missing")
    assert "sk-" not in tracebacks.describe(_PublicError("key sk-abcdefghijkl"))


def test_an_operating_system_error_shows_its_symbol() -> None:
    """The symbol says all that the message says, without the path or the address."""
    error = ConnectionRefusedError(errno.ECONNREFUSED, _PRIVATE)

    assert tracebacks.describe(error) == "ConnectionRefusedError: ECONNREFUSED"


def test_numbers_of_resolver_and_tls_errors_are_not_taken_for_errno() -> None:
    """Error 1 of OpenSSL is not EPERM, and error 2 of the resolver is not ENOENT."""
    assert "EPERM" not in tracebacks.describe(ssl.SSLError(1, _PRIVATE))
    assert "ENOENT" not in tracebacks.describe(socket.gaierror(2, _PRIVATE))


def test_causes_contexts_notes_and_groups_are_rendered_without_their_words() -> None:
    """Every way in which one exception carries another is followed, and none leaks."""
    try:
        try:
            raise KeyError(_PRIVATE)
        except KeyError as error:
            raise ExceptionGroup(_PRIVATE, [ValueError(_PRIVATE), TypeError(_PRIVATE)]) from error
    except ExceptionGroup as caught:
        caught.add_note(_PRIVATE)
        text = tracebacks.render(caught)

    assert _PRIVATE not in text
    assert [word in text for word in ("KeyError", "ValueError", "TypeError", "note: [redacted")] == [True] * 4


def test_a_chain_that_bites_its_tail_ends() -> None:
    """Two exceptions may be each other's context."""
    one, two = ValueError(), TypeError()
    one.__context__, two.__context__ = two, one

    assert tracebacks.render(one).splitlines() == [
        "ValueError",
        "(being handled when ValueError was raised)",
        "TypeError",
    ]


def test_a_deep_recursion_is_cut_in_the_middle() -> None:
    """Both ends of the stack are kept."""

    def descend(depth: int) -> None:
        if depth:
            descend(depth - 1)
        raise ValueError(_PRIVATE)

    with pytest.raises(ValueError, match="Ada") as caught:
        descend(200)
    text = tracebacks.render(caught.value)

    assert "frames left out]" in text
    assert len(text.splitlines()) < 50


def test_an_exception_that_cannot_be_printed_is_still_logged() -> None:
    """Its ``__str__`` may raise, with private words of its own."""
    text = tracebacks.describe(_UnprintableError(1))

    assert "_UnprintableError" in text
    assert _PRIVATE not in text
