"""The event loops that integration tests run on."""

import asyncio
from collections.abc import Callable, Mapping

import pytest
import uvloop

LoopFactory = Callable[[], asyncio.AbstractEventLoop]


def pytest_asyncio_loop_factories(config: pytest.Config, item: pytest.Item) -> Mapping[str, LoopFactory]:
    """asyncio's loop; a module that says ``BOTH_LOOPS = True`` runs on uvloop too.

    The two close, pause and flush connections in ways of their own, and the router runs on either.
    """
    factories: dict[str, LoopFactory] = {"asyncio": asyncio.new_event_loop}
    if isinstance(item, pytest.Function) and getattr(item.module, "BOTH_LOOPS", False):
        factories["uvloop"] = uvloop.new_event_loop
    return factories
