"""Python's and OpenSSL's exceptions, in the closed vocabulary of codes."""

import errno
import socket
import ssl

import pytest

from sealane_api.failure import FailureClass
from sealane_router.upstream.errors import StaleConnection, UpstreamError, connect_error, lost_error


@pytest.mark.parametrize(
    ("error", "failure_class", "code"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "no"), FailureClass.CONNECT, "connection_refused"),
        (ConnectionResetError(errno.ECONNRESET, "no"), FailureClass.CONNECT, "connection_reset"),
        (OSError(errno.ENETUNREACH, "no"), FailureClass.CONNECT, "network_unreachable"),
        (OSError(errno.EHOSTUNREACH, "no"), FailureClass.CONNECT, "network_unreachable"),
        (OSError(errno.EMFILE, "no"), FailureClass.CONNECT, "too_many_open_files"),
        (OSError("something"), FailureClass.CONNECT, "connect_failed"),
        (OSError(errno.EPERM, "no"), FailureClass.CONNECT, "connect_failed"),
        (socket.gaierror(socket.EAI_NONAME, "no"), FailureClass.CONNECT, "dns_failure"),
        (ssl.SSLCertVerificationError("no"), FailureClass.CONNECT, "tls_verify"),
        (ssl.SSLError("no"), FailureClass.CONNECT, "tls_handshake"),
        (TimeoutError(), FailureClass.TIMEOUT, "connect_timeout"),
        (ValueError("idna"), FailureClass.CONNECT, "connect_failed"),
    ],
)
def test_a_failed_attempt_to_connect(error: BaseException, failure_class: FailureClass, code: str) -> None:
    """Each cause has one class and one word."""
    translated = connect_error(error)
    assert (translated.failure_class, translated.code) == (failure_class, code)


def test_an_error_that_is_translated_stays_as_it_is() -> None:
    """Such as an address that is not allowed."""
    error = UpstreamError(FailureClass.CONNECT, "address_not_allowed")
    assert connect_error(error) is error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (None, "connection_closed"),
        (ConnectionResetError(errno.ECONNRESET, "no"), "connection_reset"),
        (BrokenPipeError(errno.EPIPE, "no"), "connection_reset"),
        (TimeoutError(errno.ETIMEDOUT, "no"), "connection_timed_out"),
        (OSError("something"), "connection_reset"),
        (ssl.SSLError("no"), "tls_failure"),
        (RuntimeError("no"), "connection_closed"),
    ],
)
def test_a_lost_connection(error: BaseException | None, code: str) -> None:
    """It is always ``Connect``: the provider was reached and is not any more."""
    translated = lost_error(error)
    assert (translated.failure_class, translated.code) == (FailureClass.CONNECT, code)


def test_an_error_as_a_value_has_no_words_of_a_provider() -> None:
    """Only class and code, both safe to log."""
    failure = StaleConnection("connection_closed").failure()
    assert (failure.failure_class, failure.code, failure.status, failure.message) == (
        FailureClass.CONNECT,
        "connection_closed",
        0,
        "",
    )
