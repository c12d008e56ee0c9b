"""The event loops that tests run on; a ``conftest.py`` imports the hook to offer both."""

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
    if getattr(getattr(item, "module", None), "BOTH_LOOPS", False):
        factories["uvloop"] = uvloop.new_event_loop
    return factories
