"""The port for kubelet and Prometheus."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from prometheus_client import CollectorRegistry

from sealane_operator.app.port import Port
from sealane_telemetry.health import Check, HealthChecks
from sealane_telemetry.operator_metrics import OperatorMetrics
from sealane_telemetry.settings.variable import Address


@contextmanager
def _port(reason: str | None = None) -> Iterator[Port]:
    registry = CollectorRegistry()
    OperatorMetrics(registry).build_info.labels("1").set(1)
    checks = HealthChecks("livez", [Check("loop", lambda: reason)])
    ready = HealthChecks("readyz", [Check("seen", lambda: None)])
    port = Port(Address("127.0.0.1", 0), livez=checks, readyz=ready, registry=registry)
    port.start()
    try:
        yield port
    finally:
        port.stop()


def _get(port: Port, path: str) -> tuple[int, str]:
    """Ask from this thread, which nothing in the port depends on."""
    try:
        with urlopen(f"http://{port.address}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_probes_and_metrics_are_answered_from_a_thread_of_their_own() -> None:
    """Nobody here turns an event loop."""
    with _port() as port:
        assert _get(port, "/livez") == _get(port, "/readyz") == (200, "ok")
        assert _get(port, "/livez?verbose") == (200, "[+]loop ok\nlivez check passed\n")
        assert 'sealane_operator_build_info{version="1"} 1.0' in _get(port, "/metrics")[1]
        assert "/livez?verbose" in _get(port, "/")[1]
        assert _get(port, "/other")[0] == 404


def test_a_failing_check_is_told_and_can_be_left_out() -> None:
    """As Kubernetes does."""
    with _port("it is stuck") as port:
        assert _get(port, "/livez") == (500, "[-]loop failed: it is stuck\nlivez check failed\n")
        assert _get(port, "/livez?exclude=loop") == (200, "ok")


def test_a_port_that_is_taken_is_an_error_that_names_it() -> None:
    """The process then ends instead of running unseen."""
    with _port() as taken:
        checks = HealthChecks("livez", [])
        other = Port(taken.address, livez=checks, readyz=checks, registry=CollectorRegistry())
        with pytest.raises(OSError, match=rf"cannot listen on {taken.address}: "):
            other.start()


def test_the_thread_ends_with_the_port() -> None:
    """Nothing keeps the process."""
    with _port():
        during = [thread.name for thread in threading.enumerate()]
    after = [thread.name for thread in threading.enumerate()]

    assert during.count("port") == after.count("port") + 1
