"""For every test: what one configures the next does not find, and a busy machine is not a defect."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from sealane_telemetry import logs

settings.register_profile("sealane", deadline=None)
settings.load_profile("sealane")


@pytest.fixture(autouse=True)
def unconfigured_logs() -> Iterator[None]:
    """Logging is the process's: whatever a test configured is undone."""
    yield
    logs.reset()
