"""How a provider's connection fails, in a closed vocabulary that is safe to log.

Python's and OpenSSL's exceptions are translated here and nowhere else. ``failure_class`` is what the failure means
before commit; after commit every one of them is a broken stream.
"""

import errno
import socket
import ssl

from sealane_api.failure import FailureClass
from sealane_router.errors import Failure

_OS_CODES = {
    errno.ECONNREFUSED: "connection_refused",
    errno.ECONNRESET: "connection_reset",
    errno.EPIPE: "connection_reset",
    errno.ENETUNREACH: "network_unreachable",
    errno.EHOSTUNREACH: "network_unreachable",
    errno.EMFILE: "too_many_open_files",
    errno.ENFILE: "too_many_open_files",
}


class UpstreamError(Exception):
    """A call to a provider ended without a whole answer; ``code`` says why in one word."""

    def __init__(self, failure_class: FailureClass, code: str) -> None:
        super().__init__(code)
        self.failure_class = failure_class
        self.code = code

    def failure(self) -> Failure:
        """The same as a value, for the breaker, the log and the client."""
        return Failure(self.failure_class, code=self.code)


class StaleConnection(UpstreamError):
    """A kept connection closed before one byte of the answer: the provider never answered this request."""

    def __init__(self, code: str) -> None:
        super().__init__(FailureClass.CONNECT, code)


def connect_error(error: BaseException) -> UpstreamError:
    """What a failed connection attempt means: always ``Connect``, except that its time ran out."""
    if isinstance(error, UpstreamError):
        return error
    if isinstance(error, ssl.SSLCertVerificationError):
        return UpstreamError(FailureClass.CONNECT, "tls_verify")
    if isinstance(error, ssl.SSLError):
        return UpstreamError(FailureClass.CONNECT, "tls_handshake")
    if isinstance(error, socket.gaierror):
        return UpstreamError(FailureClass.CONNECT, "dns_failure")
    if isinstance(error, TimeoutError):
        return UpstreamError(FailureClass.TIMEOUT, "connect_timeout")
    if isinstance(error, OSError):
        return UpstreamError(FailureClass.CONNECT, _OS_CODES.get(error.errno or 0, "connect_failed"))
    return UpstreamError(FailureClass.CONNECT, "connect_failed")


def lost_error(error: BaseException | None) -> UpstreamError:
    """What the loss of an established connection means."""
    if error is None:
        return UpstreamError(FailureClass.CONNECT, "connection_closed")
    if isinstance(error, ssl.SSLError):
        return UpstreamError(FailureClass.CONNECT, "tls_failure")
    if isinstance(error, TimeoutError):
        return UpstreamError(FailureClass.CONNECT, "connection_timed_out")
    if isinstance(error, OSError):
        return UpstreamError(FailureClass.CONNECT, _OS_CODES.get(error.errno or 0, "connection_reset"))
    return UpstreamError(FailureClass.CONNECT, "connection_closed")
