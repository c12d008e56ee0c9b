"""The programs that some contracts are judged with."""

from pathlib import Path

import pytest

from tests.support.helm import helm_or_skip


@pytest.fixture(scope="session")
def helm() -> Path:
    """Helm itself; whoever has none leaves these tests out."""
    return helm_or_skip()
