"""``sealane validate`` says of each file whether it can be served."""

import io
from pathlib import Path

import pytest

from sealane_cli.validate import validate

EXAMPLE = Path(__file__).parents[3] / "examples" / "routes.yaml"

LOCAL = """\
apiVersion: sealane.dev/v1alpha1
kind: ProviderRoute
metadata: {name: local}
spec:
  providers: [{name: stub, baseURL: "http://127.0.0.1:8081/v1", allowInsecure: true}]
  rules: [{name: all, models: [{prefix: stub-}], targets: [{provider: stub}]}]
"""


def run(*files: Path, laptop: bool = False) -> tuple[int, list[str]]:
    """Exit status and lines printed."""
    out = io.StringIO()
    status = validate(list(files), out=out, laptop=laptop)
    return status, out.getvalue().splitlines()


@pytest.mark.parametrize("laptop", [True, False])
def test_a_valid_file_is_summed_up(*, laptop: bool) -> None:
    """With its counts, in the singular where it is one."""
    assert run(EXAMPLE, laptop=laptop) == (0, [f"{EXAMPLE}: 1 route, 2 providers, 2 rules: valid"])


def test_each_file_has_its_line(tmp_path: Path) -> None:
    """Directories are their files."""
    (tmp_path / "a.yaml").write_text(LOCAL)
    (tmp_path / "b.yaml").write_text(
        "---\n".join(LOCAL.replace("local", n).replace("stub-", n) for n in ("one", "two"))
    )

    assert run(tmp_path, EXAMPLE, laptop=True) == (
        0,
        [
            f"{tmp_path}/a.yaml: 1 route, 1 provider, 1 rule: valid",
            f"{tmp_path}/b.yaml: 2 routes, 2 providers, 2 rules: valid",
            f"{EXAMPLE}: 1 route, 2 providers, 2 rules: valid",
        ],
    )


def test_each_problem_has_its_line(tmp_path: Path) -> None:
    """And nothing is called valid beside it."""
    path = tmp_path / "a.yaml"
    path.write_text(LOCAL.replace("name: local", "name: Local").replace("providers", "provider"))

    status, lines = run(path, EXAMPLE)

    assert status == 1
    assert [line.split(": ")[0] for line in lines] == [f"{path}:3", f"{path}:4", f"{path}:5"]


def test_the_rules_of_a_cluster_hold_unless_it_is_a_laptop(tmp_path: Path) -> None:
    """Loopback is admitted by ``sealane up`` only."""
    path = tmp_path / "a.yaml"
    path.write_text(LOCAL)

    assert run(path)[0] == 1
    assert run(path, laptop=True)[0] == 0


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    """Not a traceback."""
    status, [line] = run(tmp_path / "gone.yaml")
    assert status == 1
    assert "No such file" in line


def test_regexes_that_are_too_large_together_are_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each may be small enough, but the router holds them all in one set."""
    monkeypatch.setattr("sealane_router.routing.claims.REGEX_MEMORY", 16_384)
    regexes = ", ".join(f"{{regex: 'x{number}[a-z]{{50}}'}}" for number in range(16))
    path = tmp_path / "a.yaml"
    path.write_text(LOCAL.replace("{prefix: stub-}", regexes))

    status, [line] = run(path, laptop=True)

    assert status == 1
    assert "regex" in line
