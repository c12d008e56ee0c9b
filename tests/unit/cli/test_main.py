"""The command line: each command and flag reaches what it stands for."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sealane_api.route_table import Limits
from sealane_cli.main import app
from sealane_router.policy.key_file import parse_key_file
from tests.architecture.house import ROOT

EXAMPLE = str(ROOT / "examples" / "routes.yaml")


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def up(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, str], bool]]:
    """What ``sealane up`` was told: its settings by flag, and whether stubs may play."""
    told: list[tuple[dict[str, str], bool]] = []

    def run_up(flags: Mapping[str, str], _: Mapping[str, str], *, with_stubs: bool, investigator: str) -> int:
        assert investigator == "127.0.0.1:8081"
        told.append((dict(flags), with_stubs))
        return 5

    monkeypatch.setattr("sealane_cli.up.run_up", run_up)
    return told


def test_without_a_command_the_help_is_shown() -> None:
    """It lists every command."""
    shown = _run()

    assert all(name in shown.output for name in ("up", "validate", "explain", "keys", "stub-provider", "version"))


@pytest.mark.parametrize("command", ["up", "validate", "explain", "stub-provider", "version", "keys", "keys new"])
def test_every_command_has_help(command: str) -> None:
    """Exit 0, and a sentence about it."""
    shown = _run(*command.split(), "--help")

    assert shown.exit_code == 0
    assert "Usage: " in shown.output


def test_the_version_is_the_installed_one() -> None:
    """One line."""
    assert _run("version").output == version("sealane") + "\n"


def test_up_passes_every_flag_on(up: list[tuple[dict[str, str], bool]]) -> None:
    """Its own flags and every other setting, files joined, and the exit code comes back."""
    done = _run(
        "up", "-f", "a.yaml", "--file", "b.yaml", "--listen", "127.0.0.1:1", "--admin", "127.0.0.1:2",
        "--secrets", "secrets", "--keys", "keys.yaml", "--anonymous", "--with-stubs", "--log-level", "debug",
        "--drain-deadline=3s",
    )  # fmt: skip

    assert done.exit_code == 5
    assert up == [
        (
            {
                "--routes": "a.yaml,b.yaml",
                "--listen": "127.0.0.1:1",
                "--admin": "127.0.0.1:2",
                "--secrets": "secrets",
                "--keys": "keys.yaml",
                "--anonymous": "true",
                "--log-level": "debug",
                "--drain-deadline": "3s",
            },
            True,
        )
    ]


def test_up_with_nothing_but_a_file(up: list[tuple[dict[str, str], bool]]) -> None:
    """What is not said is left to environment and defaults."""
    _run("up", "-f", "a.yaml")

    assert up == [({"--routes": "a.yaml"}, False)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["up"], "Missing option '--file' / '-f'"),
        (["up", "-f", "a.yaml", "--log-level"], "--log-level needs a value"),
        (["up", "-f", "a.yaml", "stray"], "'stray' is no flag"),
        (["validate", "-f", "a.yaml", "--laptp"], "No such option: --laptp"),
        (["explain"], "Missing option '--file' / '-f'"),
        (["explain", "-f", EXAMPLE], "give one of --model NAME and --models FILE"),
        (["stub-provider"], "Missing argument"),
        (["stub-provider", "nobody"], "there is no stub 'nobody'"),
        (["stub-provider", "zai", "--port", "many"], "Invalid value for '--port'"),
        (["keys", "new", "--name", "x"], "Missing option '--tenant'"),
        (["sail"], "No such command 'sail'"),
    ],
)
def test_a_wrong_command_line_is_a_usage_error(
    up: list[tuple[dict[str, str], bool]], arguments: Sequence[str], message: str
) -> None:
    """Exit 2, the reason on stderr, and nothing was begun."""
    done = _run(*arguments)

    # Boxes wrap long lines: what counts is the words.
    said = " ".join(done.stderr.replace("│", " ").split())
    assert done.exit_code == 2
    assert message in said
    assert up == []


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--lisen", "127.0.0.1:0"], "--lisen: no such setting; did you mean --listen?"),
        (["--listen", "8080"], "--listen: found '8080'; write host:port"),
        (["--listen", "0.0.0.0:0"], "--anonymous to serve anybody"),
        (["--drain-deadline", "soon"], "--drain-deadline: found 'soon'; write a duration"),
        (["--keys", "keys.yaml", "--anonymous"], "write one of --keys FILE and --anonymous"),
    ],
)
def test_up_refuses_wrong_settings_before_it_starts(arguments: list[str], problem: str) -> None:
    """Exit 2, and what to write instead."""
    done = _run("up", "-f", EXAMPLE, *arguments)

    assert done.exit_code == 2
    assert problem in done.stderr


def test_validate_judges_files_together(tmp_path: Path) -> None:
    """0 for files that can be served, 1 with a line for each problem; ``--laptop`` admits what ``up`` does."""
    text = Path(EXAMPLE).read_text(encoding="utf-8")
    local = tmp_path / "local.yaml"
    local.write_text(
        text.replace("https://api.moonshot.ai/v1", "http://127.0.0.1:1/v1\n    allowInsecure: true"), encoding="utf-8"
    )
    misspelt = tmp_path / "misspelt.yaml"
    misspelt.write_text(text.replace("baseURL", "baseUrl"), encoding="utf-8")

    good, cluster = _run("validate", "-f", EXAMPLE), _run("validate", "-f", str(local))
    laptop = _run("validate", "-f", str(local), "--laptop")
    bad = _run("validate", "-f", str(misspelt))
    twice = _run("validate", "-f", EXAMPLE, "-f", str(local))

    assert (good.exit_code, good.stdout) == (0, f"{EXAMPLE}: 1 route, 2 providers, 2 rules: valid\n")
    assert (cluster.exit_code, laptop.exit_code, bad.exit_code, twice.exit_code) == (1, 0, 1, 1)
    line = misspelt.read_text(encoding="utf-8").partition("baseUrl")[0].count("\n") + 1
    assert f"{misspelt}:{line}: document 1: spec.providers[0].baseUrl: found an unknown field" in bad.stdout


def test_explain_prints_json_or_lines(tmp_path: Path) -> None:
    """``--json`` for one model, ``--models`` for a file of them."""
    names = tmp_path / "models.txt"
    names.write_text("kimi-k3\nglm-5\n", encoding="utf-8")

    one = _run("explain", "-f", EXAMPLE, "--model", "kimi-k3", "--json")
    many = _run("explain", "-f", EXAMPLE, "--models", str(names))
    none = _run("explain", "-f", EXAMPLE, "--model", "gpt-9")

    assert (one.exit_code, many.exit_code, none.exit_code) == (0, 0, 1)
    assert '"rule": "kimi"' in one.stdout
    assert len(many.stdout.splitlines()) == 2


def test_keys_new_adds_a_key_with_everything_it_was_told(tmp_path: Path) -> None:
    """The key alone is on stdout; models and limits are in the file."""
    file = tmp_path / "keys.yaml"
    done = _run(
        "keys", "new", "--tenant", "team-a", "--name", "ci", "--model", "kimi-*", "--model", "glm-5",
        "--requests-per-minute", "60", "--tokens-per-minute", "1000", "-f", str(file),
    )  # fmt: skip

    (entry,) = parse_key_file(file.read_text(encoding="utf-8"), str(file)).keys
    assert done.exit_code == 0
    assert done.stdout.startswith("sl-")
    assert done.stdout.count("\n") == 1
    assert (entry.tenant, entry.name, entry.limits) == ("team-a", "ci", Limits(60, 1000))
    assert _run("keys", "new", "--tenant", "Team A", "--name", "ci").exit_code == 1


def test_stub_provider_passes_its_arguments_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Personality, address, fault and chunks."""
    told: list[object] = []

    def run(*arguments: object, **named: object) -> int:
        told.extend([arguments, named])
        return 0

    monkeypatch.setattr("sealane_cli.stub_command.run_stub_command", run)
    done = _run(
        "stub-provider", "zai", "--host", "::1", "--port", "8090", "--fault", "cut", "--chunks", "3",
        "--chunk-delay", "0.5",
    )  # fmt: skip

    assert done.exit_code == 0
    assert told == [("zai", "::1", 8090), {"fault": "cut", "chunks": 3, "chunk_delay": 0.5}]
