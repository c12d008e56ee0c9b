"""Sending a staged answer over one connection, with the faults of head, framing and connection."""

import asyncio
from http import HTTPStatus
from typing import Literal

from sealane_cli.stub.faults import FaultSet
from sealane_cli.stub.link import Link
from sealane_cli.stub.staging import Act, Framing, Pause, Staged

_GARBAGE = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 this is not HTTP\r\n\r\n"
_SWITCHING = b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: stub\r\n\r\n"
_INFORMATIONAL = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </stub.css>\r\n\r\n"
_UNASKED = b'{"unasked":"second answer"}'
_SECOND = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(_UNASKED), _UNASKED)
_LATE_BYTE = b"?"
_FILLER = b"f" * 1006  # with its name and line end, 1 KiB

#: ``fault``: the stub broke the connection on purpose.
Delivered = Literal["complete", "fault"]


async def deliver(link: Link, staged: Staged, faults: FaultSet, *, keep_alive: bool) -> Delivered:
    """Send one answer and say how it ended; the connection is closed where the answer or a fault says so.

    Runs until cancelled where a fault stalls: a client that goes away cancels it.
    """
    if fault := faults.get("delay"):
        await asyncio.sleep(fault.number)
    if await _broken_before_head(link, faults):
        return "fault"
    informational = _INFORMATIONAL if "informational" in faults else b""
    head = _head(staged, faults, keep_alive=keep_alive)
    behind = _SECOND if "second-answer" in faults else b""
    if await _send(link, staged, informational + head, behind) == "fault":
        return "fault"
    await link.drained()
    if fault := faults.get("late-byte"):
        link.write_later(fault.number, _LATE_BYTE)
    if not keep_alive or staged.framing is Framing.CLOSE or "close-after" in faults:
        link.close()
    return "complete"


async def _broken_before_head(link: Link, faults: FaultSet) -> bool:
    if "reset" in faults:
        link.reset()
    elif "cut-before-head" in faults:
        link.close()
    elif "not-http" in faults:
        link.write(_GARBAGE)
        link.close()
    elif "switching" in faults:
        link.write(_SWITCHING)
        await _for_ever()
    else:
        return False
    return True


def _head(staged: Staged, faults: FaultSet, *, keep_alive: bool) -> bytes:
    try:
        reason = HTTPStatus(staged.status).phrase
    except ValueError:
        reason = "Unknown"
    lines = [f"HTTP/1.1 {staged.status} {reason}", "server: stub"]
    lines += [f"{name}: {value}" for name, value in staged.headers]
    if staged.framing is Framing.LENGTH:
        lines.append(f"content-length: {staged.length}")
    elif staged.framing is Framing.CHUNKED:
        lines.append("transfer-encoding: chunked")
    if not keep_alive or staged.framing is Framing.CLOSE:
        lines.append("connection: close")
    head = "\r\n".join(lines).encode() + b"\r\n"
    if fault := faults.get("huge-head"):
        head += b"".join(b"x-filler-%05d: %b\r\n" % (number, _FILLER) for number in range(fault.whole))
    return head + b"\r\n"


async def _send(link: Link, staged: Staged, head: bytes, behind: bytes) -> Delivered:
    """Send the head with the first part, each further part by itself, the last with the end of the body."""
    chunked = staged.framing is Framing.CHUNKED
    held, first = bytearray(head), True
    for step in staged.steps:
        if isinstance(step, bytes):
            if not first:
                link.write(held)
                await link.drained()
                held = bytearray()
            first = False
            if step:
                held += b"%x\r\n%b\r\n" % (len(step), step) if chunked else step
            continue
        link.write(held)
        held = bytearray()
        if isinstance(step, Pause):
            await asyncio.sleep(step.seconds)
        elif step is Act.STALL:
            await _for_ever()
        else:
            link.reset() if step is Act.RESET else link.close()
            return "fault"
    if chunked:
        held += b"0\r\n\r\n"
    link.write(held + behind)
    return "complete"


async def _for_ever() -> None:
    await asyncio.get_running_loop().create_future()
