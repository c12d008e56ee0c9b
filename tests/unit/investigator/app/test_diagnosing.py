"""One line in, one line out, whatever the line is."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sealane_investigator.app import diagnosing
from sealane_investigator.app.diagnosing import answers


def _answers(*lines: bytes) -> list[dict[str, Any]]:
    return [json.loads(answer) for answer in answers(lines)]


def test_an_answer_has_exactly_its_members() -> None:
    """In their order, with null where nothing is known."""
    (answer,) = _answers(b'{"text": "429 Too Many Requests", "http_status": 429, "provider": "generic"}\n')

    assert list(answer) == ["class", "action", "cause", "cause_action", "confidence", "unsure", "fingerprint", "why"]
    assert (answer["class"], answer["action"], answer["cause"], answer["cause_action"]) == (
        "rate_limit",
        "back_off",
        None,
        None,
    )
    assert answer["fingerprint"].startswith("v1:")


def test_a_cause_brings_its_action() -> None:
    """From the text alone."""
    (answer,) = _answers(b'{"text": "No endpoints found matching your data policy", "http_status": 404}')

    assert (answer["cause"], answer["cause_action"]) == ("routing_policy_too_strict", "relax_routing")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"", "the line is empty"),
        (b"  \r\n", "the line is empty"),
        (b"nonsense", "the line is not JSON"),
        (b'{"text": "a"', "the line is not JSON"),
        (b'{"text": NaN}', "the line is not JSON"),
        (b"[" * 100_000, "the line is not JSON"),
        (b"\xff\xfe", "the line is not UTF-8"),
        (b'["text"]', "the line is not a JSON object"),
        (b"null", "the line is not a JSON object"),
        (b"{}", "text is missing"),
        (b'{"text": null}', "text is not a string"),
        (b'{"text": 1}', "text is not a string"),
        (b'{"text": "a", "http_status": "429"}', "http_status is not an integer"),
        (b'{"text": "a", "http_status": 429.0}', "http_status is not an integer"),
        (b'{"text": "a", "http_status": true}', "http_status is not an integer"),
        (b'{"text": "a", "provider": 1}', "provider is not a string"),
    ],
)
def test_a_bad_line_has_an_error_in_its_place(line: bytes, error: str) -> None:
    """And the lines around it are answered."""
    before, bad, after = _answers(b'{"text": "a"}', line, b'{"text": "b"}')

    assert (bad, "class" in before, "class" in after) == ({"error": error}, True, True)


def test_a_line_may_be_long_but_not_endless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to the limit it is read."""
    monkeypatch.setattr(diagnosing, "MAX_LINE", 20)

    assert "class" in _answers(b'{"text": "aaaaaaaa"}')[0]
    assert _answers(b'{"text": "aaaaaaaaa"}') == [{"error": "the line is longer than 20 bytes"}]


@pytest.mark.parametrize(
    "text", ["\ud800 401 Unauthorized", "\u2028\x00\n401 Unauthorized", "错误：401 Unauthorized 😀"]
)
def test_every_answer_is_one_line_of_ascii(text: str) -> None:
    """Surrogates without a partner, separators and Chinese come out escaped."""
    (answer,) = answers([json.dumps({"text": text, "http_status": 401}).encode()])

    assert answer.isascii()
    assert len(answer.splitlines()) == 1
    assert json.loads(answer)["class"] == "auth_invalid_key"


@pytest.mark.parametrize(
    "members", [{}, {"http_status": None, "provider": None}, {"provider": ""}, {"provider": "Nobody", "extra": [1]}]
)
def test_hints_may_be_absent_or_unknown(members: dict[str, object]) -> None:
    """They never make a line bad."""
    (answer,) = answers([json.dumps({"text": "socket hang up", **members}).encode()])

    assert json.loads(answer)["class"] == "connection_reset"


def test_the_command_reads_standard_input_or_a_file(tmp_path: Path) -> None:
    """The same answers, nothing on standard error, exit code 0."""
    lines = b'{"text": "429 Too Many Requests"}\nnonsense\n{"text": "socket hang up"}'
    file = tmp_path / "errors.jsonl"
    file.write_bytes(lines)
    command = [sys.executable, "-m", "sealane_investigator", "diagnose"]

    piped = subprocess.run([*command, "--jsonl"], input=lines, capture_output=True, timeout=60, check=True)
    read = subprocess.run([*command, str(file)], capture_output=True, timeout=60, check=True)

    assert piped.stdout == read.stdout
    assert (piped.stdout.count(b"\n"), piped.stderr) == (3, b"")
    assert [("class" in json.loads(line)) for line in piped.stdout.splitlines()] == [True, False, True]


def test_a_reader_that_has_enough_is_no_error() -> None:
    """As with ``head``: nothing on standard error."""
    command = [sys.executable, "-m", "sealane_investigator", "diagnose"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdin.write(b'{"text": "a"}\n')
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        process.stdin.write(b'{"text": "a"}\n' * 10)
        process.stdin.close()
        assert process.wait(60) == 0
        assert process.stderr.read() == b""
