"""The provider cannot be reached, or closes before it has said anything."""

from tests.scorecard import doors
from tests.scorecard.ask import STREAM, failed
from tests.scorecard.route import Setup
from tests.scorecard.row import fault

_UNREACHABLE = {
    code: failed(502, "provider_unreachable", attempts=2, said=code)
    for code in ("connection_refused", "dns_failure", "tls_verify", "connection_reset", "connection_closed")
}

ROWS = (
    fault(
        "connection refused", "", "Connect", _UNREACHABLE["connection_refused"],
        setup=Setup(door=doors.nobody_listens),
    ),
    fault("name does not resolve", "", "Connect", _UNREACHABLE["dns_failure"], setup=Setup(door=doors.no_such_name)),
    fault("TLS, wrong host", "", "Connect", _UNREACHABLE["tls_verify"], setup=Setup(door=doors.another_host)),
    fault(
        "TLS, untrusted authority", "", "Connect", _UNREACHABLE["tls_verify"],
        setup=Setup(door=doors.another_authority),
    ),
    fault(
        "connect timeout", "", "Timeout", failed(504, "provider_timeout", said="connect_timeout"),
        setup=Setup(door=doors.nobody_accepts, connect="200ms"),
    ),
    fault("reset before the head", "reset", "Connect", _UNREACHABLE["connection_reset"]),
    fault("closed before the head", "cut-before-head", "Connect", _UNREACHABLE["connection_closed"]),
    fault(
        "closed before the head of a stream", "cut-before-head", "Connect", _UNREACHABLE["connection_closed"],
        ask=STREAM,
    ),
)  # fmt: skip
