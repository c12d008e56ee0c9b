"""What the arguments of ``sealane stub-provider`` mean."""

import socket

import pytest

from sealane_cli import stub_command
from sealane_cli.stub_command import run_stub_command


def _run(personality: str = "zai", port: int = 0, fault: str = "") -> int:
    return run_stub_command(personality, "127.0.0.1", port, fault=fault, chunks=5, chunk_delay=0.0)


def test_the_arguments_reach_the_stub(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every argument is passed on, and a stub that was told to stop is a success."""
    seen: list[object] = []

    async def run_stub(*arguments: object, **named: object) -> None:
        seen.extend([arguments, named])

    monkeypatch.setattr(stub_command, "run_stub", run_stub)
    code = run_stub_command("moonshot", "::1", 8090, fault="cut", chunks=3, chunk_delay=0.5)

    assert code == 0
    assert seen == [("moonshot", "::1", 8090), {"fault": "cut", "chunks": 3, "chunk_delay": 0.5}]


def test_an_unknown_personality_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, and the names that exist."""
    assert _run("nobody") == 2

    assert capsys.readouterr().err == "there is no stub 'nobody'; write one of moonshot, zai, openai\n"


def test_an_unknown_fault_ends_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1, naming the fault and those that exist."""
    assert _run(fault="nonsense") == 1

    assert capsys.readouterr().err.startswith("no fault is named 'nonsense'; there are: status, ")


def test_a_port_that_is_taken_ends_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1 and the system's reason, not a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert _run(port=taken.getsockname()[1]) == 1

    assert "address already in use" in capsys.readouterr().err.lower()
