"""The caller's credential: loaded, renewed, and said where it is missing."""

import json
import logging
import sys
from pathlib import Path

import pytest
from kubernetes.aio.client import Configuration

from sealane_cli.cluster.credentials import RENEW_SECONDS, load_credentials
from sealane_cli.cluster.failures import CommandFailed


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def _config(folder: Path, user: dict[str, object]) -> Path:
    path = folder / "config"
    document = {
        "clusters": [{"name": "c", "cluster": {"server": "http://c.test:1"}}],
        "users": [{"name": "jane", "user": user}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "jane", "namespace": "team"}}],
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def _program(folder: Path, token: str) -> dict[str, object]:
    """A user whose token a program makes; each run is noted."""
    credential = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": token, "expirationTimestamp": "2000-01-01T00:00:00Z"},
    }
    runs = folder / "runs"
    code = f"open({str(runs)!r}, 'a').write('x'); print({json.dumps(json.dumps(credential))})"
    version = "client.authentication.k8s.io/v1"
    return {
        "exec": {"apiVersion": version, "command": sys.executable, "args": ["-c", code], "interactiveMode": "Never"}
    }


async def test_a_token_that_a_file_holds_is_read_again(tmp_path: Path) -> None:
    """Not before its time: a command may make a call a second."""
    token = tmp_path / "token"
    token.write_text("first", encoding="utf-8")
    configuration, clock = Configuration(), Clock()

    context = await load_credentials([_config(tmp_path, {"tokenFile": str(token)})], "x", configuration, clock)
    token.write_text("second", encoding="utf-8")

    said = []
    for clock.now in (RENEW_SECONDS - 1, RENEW_SECONDS):
        said.append(await configuration.get_api_key_with_prefix("BearerToken"))
    assert said == ["Bearer first", "Bearer second"]
    assert context["namespace"] == "team"


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")  # the library's
async def test_a_program_that_makes_tokens_runs_again_when_its_token_ends(tmp_path: Path) -> None:
    """Once at the beginning, and at most once a minute after."""
    configuration, clock = Configuration(), Clock()
    await load_credentials([_config(tmp_path, _program(tmp_path, "made"))], "x", configuration, clock)

    for clock.now in (1.0, 2.0, RENEW_SECONDS, RENEW_SECONDS + 1):
        assert await configuration.get_api_key_with_prefix("BearerToken") == "Bearer made"

    assert (tmp_path / "runs").read_text(encoding="utf-8") == "xx"


async def test_a_program_that_is_missing_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """With the reason, in one line, and nothing beside it; nobody is asked as an anonymous caller."""
    user: dict[str, object] = {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": "/nowhere/login",
            "interactiveMode": "Never",
        }
    }

    with caplog.at_level(logging.DEBUG), pytest.raises(CommandFailed) as raised:
        await load_credentials([_config(tmp_path, user)], "x", Configuration())

    assert str(raised.value).startswith("/nowhere/login gave no credential for the cluster: ")
    assert "/nowhere/login" in str(raised.value).partition(": ")[2]
    assert "\n" not in str(raised.value)
    assert caplog.records == []
