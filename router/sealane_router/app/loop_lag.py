"""How late the event loop is, and whether it turns at all."""

import asyncio
import time

from sealane_telemetry.metrics import RouterMetrics

_INTERVAL = 0.5
#: A loop that has not turned for this long is stuck, and only a restart helps.
_STUCK = 30.0


class LoopLag:
    """Measures for as long as :meth:`run` runs; ``turned`` is when the loop last did, in monotonic seconds."""

    def __init__(self, metrics: RouterMetrics) -> None:
        self._metrics = metrics
        self.turned = time.monotonic()

    async def run(self) -> None:
        """Observe how late timers fire, until cancelled."""
        while True:
            before = time.monotonic()
            await asyncio.sleep(_INTERVAL)
            self.turned = time.monotonic()
            self._metrics.event_loop_lag.labels().observe(max(self.turned - before - _INTERVAL, 0.0))

    def problem(self) -> str | None:
        """That the loop is stuck, None when it is not."""
        late = time.monotonic() - self.turned
        return f"the event loop has not turned for {late:.0f} s" if late > _STUCK else None
