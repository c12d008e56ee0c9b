"""The gateway's ports, before anything is served on them."""

import socket

import pytest

from sealane_router.app.ports import bound, listen
from sealane_router.settings.variable import Address


def test_a_free_port_is_found() -> None:
    """And told; who connects is probed when it falls silent."""
    with listen(Address("127.0.0.1", 0)) as listening:
        address = bound(listening)
        assert address.host == "127.0.0.1"
        assert address.port > 0
        assert listening.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert not listening.getblocking()


def test_a_port_that_is_taken_is_named() -> None:
    """The address is what somebody has to change."""
    with listen(Address("127.0.0.1", 0)) as listening:
        taken = bound(listening)
        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{taken.port}: Address already in use"):
            listen(taken)
