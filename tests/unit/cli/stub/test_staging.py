"""Answers as steps: what each fault of the content does, without a socket."""

import gzip
import json
import zlib
from collections.abc import Iterable

import pytest

from sealane_cli.stub.faults import parse_faults
from sealane_cli.stub.reply import EventStream, Reply
from sealane_cli.stub.staging import Act, Framing, Pause, Staged, Step, stage

_OPENING = b'data: {"id":"gen-abcdef","part":"opening"}\n\n'
_EVENTS = tuple(
    b'data: {"id":"gen-abcdef","object":"chat.completion.chunk","created":100,"n":%d}\n\n' % n for n in range(4)
)
_FINISH = b'data: {"id":"gen-abcdef","finish":"stop"}\n\n'
_DONE = b"data: [DONE]\n\n"
_ERROR = b'data: {"error":{}}\n\n'


def _staged(faults: str = "", delay: float = 0.0) -> Staged:
    stream = EventStream("gen-abcdef", "text/event-stream", (_OPENING,), iter(_EVENTS), (_FINISH,), _DONE, _ERROR)
    return stage(stream, {fault.name: fault for fault in parse_faults(faults.split(","))}, delay)


def _steps(faults: str = "", delay: float = 0.0) -> list[Step]:
    return list(_staged(faults, delay).steps)


def _body(faults: str, body: bytes = b'{"a":"0123456789"}') -> Staged:
    return stage(Reply(200, body), {fault.name: fault for fault in parse_faults(faults.split(","))}, 0.0)


def _joined(steps: Iterable[Step]) -> bytes:
    return b"".join(step for step in steps if isinstance(step, bytes))


def test_a_stream_without_fault_is_sent_whole() -> None:
    """Opening, content, finish, done."""
    assert _steps() == [_OPENING, *_EVENTS, _FINISH, _DONE]
    assert _staged().framing is Framing.CHUNKED


@pytest.mark.parametrize(
    ("fault", "steps"),
    [
        ("stall", [Act.STALL]),
        ("cut-before-content", [_OPENING, Act.CUT]),
        ("in-band-error", [_OPENING, _ERROR]),
        ("slow-first-event:3", [_OPENING, Pause(3), *_EVENTS, _FINISH, _DONE]),
        ("cut", [_OPENING, *_EVENTS[:2], _EVENTS[2][: len(_EVENTS[2]) // 2], Act.CUT]),
        ("cut-clean", [_OPENING, *_EVENTS[:2], b""]),
        ("stall-after-content", [_OPENING, *_EVENTS[:2], Act.STALL]),
        ("reset-mid-body", [_OPENING, *_EVENTS[:2], Pause(0.02), Act.RESET]),
        ("in-band-error-after-content", [_OPENING, *_EVENTS[:2], _ERROR]),
        ("no-done", [_OPENING, *_EVENTS, _FINISH]),
        ("no-finish-no-done", [_OPENING, *_EVENTS]),
        ("done-without-finish", [_OPENING, *_EVENTS, _DONE]),
    ],
)
def test_a_fault_breaks_the_stream_where_its_name_says(fault: str, steps: list[Step]) -> None:
    """Exactly these steps, in this order."""
    assert _steps(fault) == steps


def test_a_slow_stream_pauses_between_events() -> None:
    """The fault replaces the stub's own delay."""
    assert _steps("slow-stream:0.5", delay=9.0)[1:4] == [_EVENTS[0], Pause(0.5), _EVENTS[1]]
    assert _steps(delay=9.0).count(Pause(9.0)) == len(_EVENTS) - 1 + 2


def test_a_glued_event_is_cut_inside_its_json() -> None:
    """The other generation has another id, is later, and goes on to its end."""
    steps = _steps("glued")
    glued = steps[3]

    assert isinstance(glued, bytes)
    assert b'"object":"chat.cdata: {"id":"gen-zzzzzz"' in glued
    assert b'"created":190' in glued
    assert b"gen-abcdef" not in _joined(steps[4:])
    assert steps[-1] == _DONE


def test_a_changed_id_leaves_valid_json() -> None:
    """Two content events under the first id, the rest under the second."""
    events = _joined(_steps("changed-id")).removesuffix(_DONE).split(b"\n\n")[:-1]
    ids = [json.loads(event.removeprefix(b"data: "))["id"] for event in events]

    assert ids == ["gen-abcdef"] * 3 + ["gen-zzzzzz"] * 3


def test_a_compressed_stream_can_be_read_event_by_event() -> None:
    """Each part is flushed."""
    unpack = zlib.decompressobj(wbits=31)
    parts = [unpack.decompress(step) for step in _steps("compressed") if isinstance(step, bytes)]

    assert parts == [_OPENING, *_EVENTS, _FINISH, _DONE, b""]


def test_a_big_event_has_the_size_asked_for() -> None:
    """Its JSON stays valid."""
    event = _steps("big:5000")[1]

    assert isinstance(event, bytes)
    assert len(event) == 5000
    assert json.loads(event.removeprefix(b"data: "))["n"] == 0


@pytest.mark.parametrize(
    ("fault", "steps"),
    [
        ("delay:1", [b'{"a":"0123456789"}']),
        ("stall", [Act.STALL]),
        ("cut-before-content", [Act.CUT]),
        ("slow-first-event:2", [Pause(2), b'{"a":"0123456789"}']),
        ("cut", [b'{"a":"012', Act.CUT]),
        ("stall-after-content", [b'{"a":"012', Act.STALL]),
        ("reset-mid-body", [b'{"a":"012', Pause(0.02), Act.RESET]),
        ("wrong-json", [b'{"a":"012']),
    ],
)
def test_a_fault_breaks_a_whole_body(fault: str, steps: list[Step]) -> None:
    """Half of it is sent where the fault breaks it."""
    assert list(_body(fault).steps) == steps


def test_the_declared_length_is_that_of_the_whole_body() -> None:
    """Cut JSON has its own right length, a broken body the length it never reaches."""
    assert (_body("cut").length, _body("wrong-json").length) == (18, 9)


def test_a_big_body_has_the_size_asked_for() -> None:
    """JSON gets a field in front, anything else zeros behind."""
    staged = _body("big:1000")

    assert staged.length == 1000
    assert json.loads(_joined(staged.steps))["a"] == "0123456789"
    assert _joined(_body("big:10", b"mpeg").steps) == b"mpeg" + bytes(6)


def test_a_compressed_body_unpacks_to_itself() -> None:
    """The length is that of the packed bytes."""
    staged = _body("compressed")
    packed = _joined(staged.steps)

    assert gzip.decompress(packed) == b'{"a":"0123456789"}'
    assert staged.length == len(packed)
    assert ("content-encoding", "gzip") in staged.headers


def test_without_length_the_connection_ends_the_body() -> None:
    """For streams and bodies alike."""
    assert (_staged("no-length").framing, _body("no-length").framing) == (Framing.CLOSE, Framing.CLOSE)


def test_a_slow_body_comes_in_quarters() -> None:
    """Nothing is lost on the way."""
    steps = list(_body("slow-stream:0.1").steps)

    assert _joined(steps) == b'{"a":"0123456789"}'
    assert Pause(0.1) in steps
