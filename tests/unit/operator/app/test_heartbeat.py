"""The pulse of the event loop."""

import asyncio
from contextlib import suppress

import pytest

from sealane_operator.app.heartbeat import BEAT_SECONDS, Heartbeat


async def test_each_beat_tells_how_late_it_is() -> None:
    """And when it was, for whoever asks from another thread."""
    now, sleeps, late = [100.0], [0.0, 1.5, 0.0], list[float]()

    async def sleep(seconds: float) -> None:
        if not sleeps:
            raise asyncio.CancelledError
        now[0] += seconds + sleeps.pop(0)

    heart = Heartbeat(late.append, clock=lambda: now[0], sleep=sleep)
    with suppress(asyncio.CancelledError):
        await heart.run()

    assert late == pytest.approx([0.0, 1.5, 0.0])
    assert heart.last == pytest.approx(100.0 + 3 * BEAT_SECONDS + 1.5)
