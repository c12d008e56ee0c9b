"""The kernel's own questions to a peer that says nothing: whether it is still there."""

import socket

#: Seconds of silence until it is asked, and between two questions. Cloud NATs forget a silent connection after 350 s,
#: which is less than a long answer may take to begin.
PROBE_AFTER, PROBE_EVERY = 30, 10
#: How many questions go unanswered before the connection is given up.
PROBES = 3


def probe_silent_peer(sock: socket.socket) -> None:
    """Have the peer of ``sock`` probed; connections that a listening socket accepts inherit it on Linux.

    The clocks of RFC 1122 §4.2.3.6 can be set on Linux; elsewhere the system's own (two hours) hold.
    """
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", PROBE_AFTER), ("TCP_KEEPINTVL", PROBE_EVERY), ("TCP_KEEPCNT", PROBES)):
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
