"""``sealane explain``: exit codes and what is printed."""

import json
from pathlib import Path

import pytest

from sealane_cli.explain import run_explain
from tests.architecture.house import ROOT

EXAMPLE = ROOT / "examples" / "routes.yaml"


def _run(model: str = "", models: Path | None = None, *, as_json: bool = False, file: Path = EXAMPLE) -> int:
    return run_explain([file], model, models, as_json=as_json)


def test_a_model_that_is_served(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 0, and JSON with route, rule, the targets in order and every rule that was considered."""
    assert _run("kimi-k3", as_json=True) == 0

    explained = json.loads(capsys.readouterr().out)
    assert (explained["model"], explained["route"], explained["rule"]) == ("kimi-k3", "default/assistants", "kimi")
    assert explained["error"] is None
    assert explained["revision"]
    shown = [(one["provider"], one["model"], one["fallback"], one["breaker"]) for one in explained["targets"]]
    assert shown == [("moonshot", "kimi-k3", False, "closed"), ("zai", "glm-4.7", True, "closed")]
    assert explained["targets"][0]["baseURL"] == "https://api.moonshot.ai/v1"
    assert [rule["rule"] for rule in explained["considered"]] == ["kimi", "glm"]


def test_a_model_that_nobody_serves(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1, and the very error that a request would get."""
    assert _run("gpt-9", as_json=True) == 1

    explained = json.loads(capsys.readouterr().out)
    assert explained["targets"] == []
    assert explained["error"]["code"] == "model_not_found"


def test_text_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    """Without ``--json`` the same is told in lines."""
    assert _run("moonshot/KIMI-K3") == 0
    served = capsys.readouterr().out
    assert _run("gpt-9") == 1
    refused = capsys.readouterr().out

    assert served.startswith("moonshot/KIMI-K3: route default/assistants, rule kimi\n")
    assert "  -> moonshot as KIMI-K3 (weight 100, breaker closed)\n     https://api.moonshot.ai/v1\n" in served
    assert "  -> zai as glm-4.7 (fallback, breaker closed)\n" in served
    assert "considered:\n" in served
    assert refused.startswith("gpt-9: model_not_found: ")


def test_many_models_are_one_json_line_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Blank lines are skipped; the exit code is 1 when any model is not served."""
    names = tmp_path / "models.txt"
    names.write_text("kimi-k3\n\n  glm-4.7  \ngpt-9\n", encoding="utf-8")

    assert _run(models=names) == 1

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["model"], line["rule"]) for line in lines] == [
        ("kimi-k3", "kimi"),
        ("glm-4.7", "glm"),
        ("gpt-9", None),
    ]
    names.write_text("kimi-k3\n", encoding="utf-8")
    assert _run(models=names) == 0


def test_one_question_at_a_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither and both are a usage error."""
    for model, models in (("", None), ("kimi-k3", tmp_path / "models.txt")):
        assert _run(model, models) == 2
        assert "give one of --model NAME and --models FILE" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "kind: [", "apiVersion: sealane.dev/v1alpha1\nkind: ProviderRoute\n"])
def test_a_bad_route_file_is_explained_instead(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    """Exit 1, the problem on stderr with the file's name, and nothing on stdout."""
    file = tmp_path / "routes.yaml"
    file.write_text(text, encoding="utf-8")

    assert _run("kimi-k3", file=file) == 1

    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.startswith(str(file))


def test_a_list_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing file of models, and one that is not text, are one line each."""
    binary = tmp_path / "models.txt"
    binary.write_bytes(b"\xff\xfe\x00")

    assert _run(models=tmp_path / "nowhere") == 1
    assert "nowhere" in capsys.readouterr().err
    assert _run(models=binary) == 1
    assert capsys.readouterr().err.count("\n") == 1
