"""A handler that stands for the rest of the stack, and a way to run a layer without a loop."""

from collections.abc import Callable

import pytest

from sealane_router.aio.driver import Driver
from sealane_router.exchange import Exchange, Handler


class Rest:
    """The next handler: remembers its calls; each call does the next of ``does``, and then nothing."""

    def __init__(self) -> None:
        self.calls = 0
        self.does: list[Callable[[Exchange], None]] = []

    async def __call__(self, exchange: Exchange) -> None:
        self.calls += 1
        if self.does:
            self.does.pop(0)(exchange)

    def raises(self, *errors: BaseException) -> None:
        """The next calls raise these."""

        def raising(error: BaseException) -> Callable[[Exchange], None]:
            def do(_: Exchange) -> None:
                raise error

            return do

        self.does += [raising(error) for error in errors]


@pytest.fixture
def rest() -> Rest:
    """The rest of the stack."""
    return Rest()


@pytest.fixture
def run() -> Callable[[Handler, Exchange], None]:
    """Runs a handler that does not wait for anything; raises what it raised."""

    def runner(handler: Handler, exchange: Exchange) -> None:
        ended: list[BaseException | None] = []

        async def work() -> None:
            await handler(exchange)

        Driver(work(), ended.append).start()
        assert len(ended) == 1, "the handler waits"
        if ended[0] is not None:
            raise ended[0]

    return runner
