"""Peers that say nothing are asked by the kernel."""

import socket

import pytest

from sealane_router.aio.probes import probe_silent_peer

CLOCKS = ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT")


def _probed(sock: socket.socket) -> list[int]:
    values = [sock.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) for name in CLOCKS if hasattr(socket, name)]
    return [sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE), *values]


def test_a_connection_is_probed() -> None:
    """After half a minute of silence, three times."""
    with socket.socket() as sock:
        probe_silent_peer(sock)
        assert _probed(sock) == [1, 30, 10, 3][: len(_probed(sock))]


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="Linux hands the clocks on")
def test_what_a_listening_socket_accepts_is_probed() -> None:
    """One that went away without a word holds nothing for longer than a minute."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        probe_silent_peer(listening)
        with socket.create_connection(listening.getsockname()) as client:
            accepted, _ = listening.accept()
            with accepted:
                assert _probed(accepted) == [1, 30, 10, 3]
                assert _probed(client)[0] == 0
