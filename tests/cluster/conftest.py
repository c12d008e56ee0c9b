"""Tests on a real Kubernetes API, ours or the one that KUBECONFIG names."""

from tests.support.cluster_tests import (
    binaries,
    control_plane,
    private_control_plane,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_terminal_summary,
)
from tests.support.loops import pytest_asyncio_loop_factories

__all__ = [
    "binaries",
    "control_plane",
    "private_control_plane",
    "pytest_asyncio_loop_factories",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_terminal_summary",
]
