"""A pool that is closed leaves no socket open."""

import asyncio
import gc
import socket
import ssl
import warnings
from collections.abc import Callable, Coroutine
from pathlib import Path

import pytest
import trustme
from kubernetes.aio.client import Configuration

from sealane_kube.pool import Pool

_Ask = Callable[["_Peer"], Coroutine[None, None, socket.socket]]

_SECONDS = 30.0
_HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


class _Peer:
    """A TLS server for one connection, which comes as far as it is told and from then on neither reads nor closes."""

    def __init__(self, folder: Path, *, as_far_as: str) -> None:
        authority = trustme.CA()
        self.authority = folder / "ca.pem"
        authority.cert_pem.write_to_path(self.authority)
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(self._tls)
        self._as_far_as = as_far_as
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_SECONDS)
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}/"

    def meet(self) -> socket.socket:
        """Take the connection; return it once it has come so far."""
        with self._listener:
            met, _ = self._listener.accept()
        met.settimeout(_SECONDS)
        if self._as_far_as == "hello":
            met.recv(1)
            return met
        met = self._tls.wrap_socket(met, server_side=True)
        met.recv(65_536)
        if self._as_far_as == "answer":
            met.sendall(_HEAD + b"3\r\n{}\n\r\n")
        return met


def _configuration(peer: _Peer) -> Configuration:
    configuration = Configuration()
    configuration.retries = None
    configuration.ssl_ca_cert = str(peer.authority)
    return configuration


async def _cancelled(peer: _Peer) -> socket.socket:
    """Ask, give the question up, close the pool."""
    pool = Pool(_configuration(peer))
    asking = asyncio.ensure_future(pool.request("GET", peer.url))
    met = await asyncio.to_thread(peer.meet)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await pool.close()
    return met


async def _closed_in_the_middle(peer: _Peer) -> socket.socket:
    """Read a line of a watch, close the watch, close the pool."""
    pool = Pool(_configuration(peer))
    meeting = asyncio.ensure_future(asyncio.to_thread(peer.meet))
    answer = await pool.request("GET", peer.url)
    assert await answer.response.content.readline() == b"{}\n"
    answer.response.close()
    met = await meeting
    await pool.close()
    return met


@pytest.mark.parametrize(
    ("as_far_as", "ask"), [("hello", _cancelled), ("question", _cancelled), ("answer", _closed_in_the_middle)]
)
def test_what_was_given_up_is_closed_whatever_the_peer_does(as_far_as: str, ask: _Ask, tmp_path: Path) -> None:
    """In the handshake, before the head of an answer, and in the middle of a watch; the peer never says goodbye."""
    with warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always")
        asyncio.run(ask(_Peer(tmp_path, as_far_as=as_far_as))).close()
        gc.collect()

    assert [str(each.message) for each in complaints] == []
