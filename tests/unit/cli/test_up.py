"""``sealane up``: settings, stand-ins, and what it says; the running process is an integration test."""

import json
import shlex
import socket
from pathlib import Path

import pytest

from sealane_api.route_table import DialectName, Provider, RouteTable, SecretRef
from sealane_cli import up
from sealane_cli.up import curl_command, run_up, stand_in
from sealane_router.app.stand_ins import StandIns
from sealane_router.routing.files import load_routes
from sealane_router.settings.reading import Settings
from tests.architecture.house import ROOT

EXAMPLE = ROOT / "examples" / "routes.yaml"
FLAGS = {"--routes": str(EXAMPLE)}


class _Served:
    """Stands in for the gateway's process: keeps what it was told."""

    def __init__(self) -> None:
        self.settings: Settings | None = None
        self.stand_ins: StandIns | None = None
        self.laptop = False

    def __call__(
        self, settings: Settings, environ: object, *, laptop: bool, started: object, stand_ins: StandIns | None
    ) -> int:
        self.settings, self.laptop, self.stand_ins = settings, laptop, stand_ins
        return 7


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> _Served:
    """No process is started; its exit code would be 7."""
    serving = _Served()
    monkeypatch.setattr(up, "serve", serving)
    return serving


def test_flags_and_environment_become_settings(served: _Served) -> None:
    """A flag beats the environment; a laptop has nobody to tell that it leaves; the process's exit code is passed."""
    environ = {"SEALANE_LOG_LEVEL": "error", "SEALANE_DRAIN_DEADLINE": "1s"}

    assert run_up({**FLAGS, "--log-level": "debug"}, environ, with_stubs=False) == 7

    assert served.settings is not None
    assert served.settings.sources.routes == (EXAMPLE,)
    assert served.settings.observation.log_level == "debug"
    assert served.settings.lifecycle.drain_deadline == 1.0
    assert served.settings.lifecycle.propagation_time == 0.0
    assert served.laptop
    assert served.stand_ins is None


def test_a_wrong_setting_is_a_usage_error(served: _Served, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, a line for each problem, with the nearest name for one that does not exist; nothing is started."""
    assert run_up({**FLAGS, "--drain-deadlin": "1s", "--log-level": "loud"}, {}, with_stubs=False) == 2

    assert served.settings is None
    said = capsys.readouterr().err
    assert "--drain-deadlin: no such setting; did you mean --drain-deadline?" in said
    assert "--log-level: found 'loud'; write one of" in said


def test_a_misspelt_variable_is_told_and_not_fatal(served: _Served, capsys: pytest.CaptureFixture[str]) -> None:
    """The environment may hold what is not ours, so it only warns."""
    assert run_up(FLAGS, {"SEALANE_LOG_LEVLE": "debug"}, with_stubs=False) == 7

    assert capsys.readouterr().err == "SEALANE_LOG_LEVLE: no such setting; did you mean SEALANE_LOG_LEVEL?\n"


def test_a_stand_in_is_another_host_without_the_key() -> None:
    """Law 1: with the base URL go the credential, TLS and the messages' base."""
    real = Provider(
        route="default/a",
        name="zai",
        dialect=DialectName.ZAI,
        base_url="https://api.z.ai/api/paas/v4",
        messages_base_url="https://api.z.ai/api/anthropic",
        credential=SecretRef("zai", "api-key"),
    )

    played = stand_in(real, "http://127.0.0.1:1/api/paas/v4")

    assert (played.base_url, played.credential, played.messages_base_url) == (
        "http://127.0.0.1:1/api/paas/v4",
        None,
        None,
    )
    assert played.tls is None
    assert played.allow_insecure
    assert (played.name, played.dialect) == ("zai", DialectName.ZAI)


def test_the_curl_is_as_plain_as_it_can_be() -> None:
    """What people copy: one line without needless quotes."""
    assert curl_command("127.0.0.1:8080", "kimi-k3", anonymous=True) == (
        "curl -i http://127.0.0.1:8080/v1/chat/completions -H 'content-type: application/json' "
        """-d '{"model":"kimi-k3","messages":[{"role":"user","content":"Say hello."}]}'"""
    )


@pytest.mark.parametrize("model", ["kimi-k3", 'it\'s "quoted"', "$(rm -rf .)", "modèle*?", "a\\b"])
@pytest.mark.parametrize("address", ["127.0.0.1:8080", "[::1]:8080"])
def test_any_shell_reads_the_curl_as_it_is_meant(model: str, address: str) -> None:
    """Brackets, quotes and wildcards reach curl, the body is JSON, and there is a place for a key."""
    words = shlex.split(curl_command(address, model, anonymous=False))

    assert words[2] == f"http://{address}/v1/chat/completions"
    assert "authorization: Bearer YOUR-KEY" in words
    assert json.loads(words[-1])["model"] == model


def _table() -> RouteTable:
    return load_routes([EXAMPLE], laptop=True).table


@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        ({}, ["moonshot", "zai"]),
        ({"ZAI_API_KEY": "id.secret"}, ["moonshot"]),
        ({"MOONSHOT_API_KEY": "sk-1", "ZAI_API_KEY": "id.secret"}, []),
    ],
)
async def test_a_stub_plays_each_provider_whose_key_is_missing(
    served: _Served, capsys: pytest.CaptureFixture[str], environ: dict[str, str], missing: list[str]
) -> None:
    """One clear line for each missing key and none for one that is set; each stub plays its own provider."""
    run_up(FLAGS, environ, with_stubs=True)
    assert served.stand_ins is not None

    async with served.stand_ins(_table()) as players:
        assert sorted(name for _, name in players) == missing
        for (route, name), player in players.items():
            assert route == "default/assistants"
            assert player.base_url.startswith("http://127.0.0.1:")
            assert player.base_url.endswith("/v1" if name == "moonshot" else "/api/paas/v4")

    said = [line for line in capsys.readouterr().err.splitlines() if line]
    assert [line.partition(":")[0] for line in said] == missing
    for name, line in zip(missing, said, strict=True):
        assert line.startswith(f"{name}: {name.upper()}_API_KEY is not set, so the built-in stub answers at http://")


async def test_a_key_in_the_secrets_folder_needs_no_stub(served: _Served, tmp_path: Path) -> None:
    """Credentials laid out like mounted Secrets count as well."""
    (tmp_path / "moonshot").mkdir()
    (tmp_path / "moonshot" / "api-key").write_text("sk-from-file\n", encoding="utf-8")
    run_up({**FLAGS, "--secrets": str(tmp_path)}, {}, with_stubs=True)
    assert served.stand_ins is not None

    async with served.stand_ins(_table()) as players:
        assert [name for _, name in players] == ["zai"]


def test_an_investigator_is_started_beside_it_and_the_router_reports_to_it(served: _Served) -> None:
    """With a token of its own; what it needs is gone afterwards."""
    assert run_up(FLAGS, {}, with_stubs=False, investigator="127.0.0.1:0") == 7

    assert served.settings is not None
    told = served.settings.investigator
    assert told.url.startswith("http://127.0.0.1:")
    assert told.token_file is not None
    assert not told.token_file.parent.exists()


def test_an_investigator_that_the_settings_name_is_taken_instead(served: _Served, tmp_path: Path) -> None:
    """Nothing is started then, and with ``off`` nothing either."""
    token = tmp_path / "token"
    token.write_text("t", encoding="utf-8")
    named = {"SEALANE_INVESTIGATOR_URL": "http://elsewhere:8081", "SEALANE_INVESTIGATOR_TOKEN_FILE": str(token)}

    run_up(FLAGS, named, with_stubs=False, investigator="127.0.0.1:0")
    assert served.settings is not None
    assert served.settings.investigator.url == "http://elsewhere:8081"

    run_up(FLAGS, {}, with_stubs=False, investigator="off")
    assert served.settings.investigator.url == ""


def test_a_taken_port_costs_the_investigator_and_not_the_gateway(
    served: _Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line says so, with the remedy."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code = run_up(FLAGS, {}, with_stubs=False, investigator=f"127.0.0.1:{taken.getsockname()[1]}")

    said = "".join(capsys.readouterr())
    assert code == 7
    assert said.startswith("warning: there is no investigator at 127.0.0.1:")
    assert "--investigator" in said


def test_an_address_that_is_none_is_a_usage_error(served: _Served, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, with what to write."""
    assert run_up(FLAGS, {}, with_stubs=False, investigator="8081") == 2
    assert "--investigator: found '8081'; write host:port" in capsys.readouterr().err


def test_a_setting_of_the_investigator_is_not_called_unknown(
    served: _Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is passed on to it."""
    run_up(FLAGS, {"SEALANE_DATABASE": "sqlite:///x.db", "SEALANE_DATABAS": "y"}, with_stubs=False)

    assert capsys.readouterr().err == "SEALANE_DATABAS: no such setting; did you mean SEALANE_DATABASE?\n"
