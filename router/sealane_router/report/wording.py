"""What the router's own codes say in words, for events that have no message of a provider.

The words are those that clients and proxies use for the same trouble, so whoever knows theirs knows ours.
"""

from collections.abc import Mapping
from types import MappingProxyType

from sealane_api.failure import FailureClass

_INVALID = "upstream returned an invalid response"

#: By ``Failure.code``, for failures that the router found itself.
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "address_not_allowed": "Network is unreachable: the address is not allowed",
        "answer_not_json": "The response is not valid JSON",
        "broken_framing": _INVALID,
        "ca_missing": "SSL: certificate verify failed: unable to get local issuer certificate",
        "connect_failed": "Failed to connect",
        "connect_timeout": "Connection timed out while connecting",
        "connection_closed": "Connection closed before the response was complete",
        "connection_refused": "Connection refused",
        "connection_reset": "Connection reset by peer",
        "connection_timed_out": "Connection lost: Connection timed out",
        "credential_missing": "Missing API key",
        "dns_failure": "Name or service not known",
        "first_byte_timeout": "Read timed out: no response within the time limit",
        "head_too_large": _INVALID,
        "idle_timeout": "Read timed out",
        "network_unreachable": "Network is unreachable",
        "not_http": _INVALID,
        "switching_protocols": _INVALID,
        "tls_failure": "SSL error: connection closed",
        "tls_handshake": "SSL: TLS handshake failed",
        "tls_verify": "SSL: certificate verify failed",
        "too_many_open_files": "Too many open files",
    }
)

#: By the code of an error that the gateway answered itself; what is not here has words of its own.
ANSWERED: Mapping[str, str] = MappingProxyType(
    {
        "head_too_large": "Request header too large",
        "internal_error": "Internal server error",
        "model_not_allowed": "API key does not have access to this model",
        "overloaded": "Too many concurrent requests",
        "provider_unavailable": "no healthy upstream",
        "request_too_large": "Request body too large",
        "unknown_path": "404 page not found",
    }
)
NO_KEY, EXPIRED_KEY, WRONG_KEY = "Missing API key", "API key expired", "Invalid API key"

#: What a lost connection is behind the commit.
TRUNCATED = "stream closed before completion"
_LOST = frozenset({"connection_closed", "connection_reset", "connection_timed_out", "tls_failure"})


def words_of(code: str | None, failure_class: str | None) -> str:
    """The words of one of our own codes; empty for a provider's."""
    if code in _LOST and failure_class == FailureClass.BROKEN_STREAM:
        return TRUNCATED
    return "" if code is None else WORDS.get(code, "")
