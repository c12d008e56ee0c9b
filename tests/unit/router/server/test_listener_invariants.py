"""What holds for every client, however its bytes are cut and whatever they are."""

import asyncio
import re

from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from sealane_router.policy.authentication import Authenticator
from sealane_router.server.listener import ClientConnection
from sealane_router.server.traffic import Traffic
from sealane_router.settings.groups import ListenerSettings
from tests.support.exchanges import RecordingTransport
from tests.support.listening import stacks_of
from tests.support.raw_client import request_bytes

#: Requests that the gateway answers alone, each with its own status.
REQUESTS = {
    request_bytes("GET", "/v1/models", None): 200,
    request_bytes("POST", "/v1/chat/completions", b'{"model":"gpt-4"}'): 404,
    request_bytes("POST", "/v1/messages", b"not JSON"): 400,
    request_bytes("PUT", "/v1/messages", b"x" * 100): 405,
}

_STATUS = re.compile(rb"HTTP/1\.1 ([0-9]{3}) ")

pipelines = st.lists(st.sampled_from(sorted(REQUESTS)), min_size=1, max_size=5)
cuts = st.lists(st.integers(0, 600), max_size=8)


class _Transport(RecordingTransport):
    """A socket that takes everything."""

    closed = False

    def is_closing(self) -> bool:
        return self.closed or self.aborted

    def close(self) -> None:
        self.closed = True

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.half_closed = True


async def _play(pieces: list[bytes]) -> tuple[list[int], Traffic]:
    """The statuses of the answers to bytes that came in these pieces, and the port after the client has left."""
    traffic = Traffic(
        ListenerSettings(body_limit=1000),
        stacks_of(Authenticator.accepting_anybody(), CollectorRegistry()),
        rejected=lambda reason: None,
    )
    transport = _Transport()
    connection = ClientConnection(traffic, asyncio.get_running_loop())
    connection.connection_made(transport)
    for piece in pieces:
        if transport.is_closing():
            break
        connection.data_received(piece)
        await asyncio.sleep(0)
    for _ in range(len(pieces) + 8):
        await asyncio.sleep(0)
    connection.connection_lost(None)
    return [int(status) for status in _STATUS.findall(transport.written)], traffic


def _cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({place for place in places if 0 < place < len(data)})
    return [data[start:end] for start, end in zip([0, *ends], [*ends, len(data)], strict=True)]


@settings(max_examples=60, deadline=None)
@given(pipelines, cuts)
def test_answers_do_not_depend_on_how_the_bytes_are_cut(requests: list[bytes], places: list[int]) -> None:
    """One answer for each request, in order; a request that was refused early closes what is behind it."""
    statuses, traffic = asyncio.run(_play(_cut(b"".join(requests), places)))
    expected = [REQUESTS[request] for request in requests]

    assert statuses == expected[: len(statuses)]
    # Only a 405 may come before its body has, and then it is the last.
    assert len(statuses) == len(expected) or statuses[-1] == 405
    assert (traffic.connections, traffic.memory.used) == (0, 0)


@settings(max_examples=100, deadline=None)
@given(pipelines, st.integers(0, 600), st.binary(max_size=6), st.integers(0, 6), cuts)
def test_no_bytes_break_the_listener(
    requests: list[bytes], place: int, inserted: bytes, removed: int, places: list[int]
) -> None:
    """Whatever is put into a pipeline or taken out of it, nothing raises and nothing is held afterwards."""
    data = b"".join(requests)
    data = data[:place] + inserted + data[place + removed :]
    statuses, traffic = asyncio.run(_play(_cut(data, places)))

    assert set(statuses) <= {100, 200, 400, 404, 405, 408, 413, 415, 431}
    assert (traffic.connections, traffic.exchanges, traffic.memory.used) == (0, 0, 0)
