"""The ports of a gateway: opened before anything is served, with an error that names the address."""

import os
import socket
from typing import Any

from sealane_router.aio.probes import probe_silent_peer
from sealane_router.settings.variable import Address


def listen(address: Address) -> socket.socket:
    """Return a listening socket that does not block; raises OSError with the address in its text."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    probe_silent_peer(listening)
    try:
        listening.bind((address.host, address.port))
        listening.listen(1024)
    except OSError as error:
        listening.close()
        raise OSError(error.errno, f"cannot listen on {address}: {os.strerror(error.errno or 0)}") from error
    listening.setblocking(False)
    return listening


def bound(listening: Any) -> Address:
    """Return the address a socket really has: port 0 asks for a free one."""
    host, port = listening.getsockname()[:2]
    return Address(host, port)
