"""For every test: what one configures the next does not find, and a busy machine is not a defect."""

import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

from sealane_telemetry import logs

settings.register_profile("sealane", deadline=None)
settings.load_profile("sealane")


def pytest_configure() -> None:
    """A shell starts what runs in its background with Ctrl-C ignored, and so would be what the tests start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def unconfigured_logs() -> Iterator[None]:
    """Logging is the process's: whatever a test configured is undone."""
    yield
    logs.reset()
