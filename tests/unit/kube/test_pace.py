"""Calls come as fast as the bucket allows and no faster."""

from sealane_kube.pace import Pace


class _Time:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


async def test_a_burst_is_free_and_what_follows_is_spread() -> None:
    """Four at once, then one each tenth of a second."""
    time = _Time()
    pace = Pace(10, 4, clock=time, sleep=time.sleep)

    times = []
    for _ in range(7):
        await pace.turn()
        times.append(round(time.now - 100, 3))

    assert times == [0, 0, 0, 0, 0.1, 0.2, 0.3]


async def test_a_rest_fills_the_bucket_up_to_its_burst_and_no_further() -> None:
    """After an hour there are four free calls again, not thousands."""
    time = _Time()
    pace = Pace(10, 4, clock=time, sleep=time.sleep)
    for _ in range(6):
        await pace.turn()
    time.now = begin = 4_000.0

    for _ in range(5):
        await pace.turn()

    assert round(time.now - begin, 3) == 0.1
