"""The grants file."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from sealane_api.ownership import EVERYTHING, Grant
from sealane_operator.app.grants import MAX_BYTES, GrantsFile
from sealane_operator.judgement.claims import Grants
from sealane_telemetry.settings.variable import SettingsError

_GOOD = "- {name: team-a, models: [kimi-*, glm-5]}\n- name: team-b\n  models: ['*']\n"


def _file(folder: Path, text: str | bytes) -> Path:
    file = folder / "grants.yaml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def _read(file: Path | None) -> GrantsFile:
    return GrantsFile(file, "sealane", count=lambda _result: None)


def test_a_namespace_is_granted_what_the_file_says(tmp_path: Path) -> None:
    """The release namespace is granted everything, one that is not named nothing."""
    grants = _read(_file(tmp_path, _GOOD)).grants

    assert grants.of("team-a") == (Grant("kimi-", is_prefix=True), Grant("glm-5", is_prefix=False))
    assert grants.of("team-b") == grants.of("sealane") == (EVERYTHING,)
    assert grants.of("team-c") == ()


@pytest.mark.parametrize("text", ["", "[]", "# nothing\n"])
def test_without_grants_everybody_may_claim_everything(tmp_path: Path, text: str) -> None:
    """As without a file."""
    assert _read(_file(tmp_path, text)).grants.of("team") == _read(None).grants.of("team") == (EVERYTHING,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: b", r"found dict; write a list of \{name: NAMESPACE, models: \[PATTERN\]\}"),
        ("- team", r"\[0\]: write a list"),
        ("- {name: a}", r"\[0\]: write a list"),
        ("- {name: a, models: x}", r"\[0\]: write a list"),
        ("- {name: a, models: [], more: 1}", r"\[0\]: write a list"),
        ("- {name: '', models: []}", r"\[0\]: write a list"),
        (_GOOD + "- {name: c, models: ['a*b']}", r"\[2\]\.models: found 'a\*b'; write \*, a prefix"),
        ("- {name: c, models: [1]}", r"\[0\]\.models: found ''"),
        ("a: [", r"is no YAML \(line 1\)"),
        (b"x" * (MAX_BYTES + 1), "is above 1048576 bytes"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused(tmp_path: Path, text: str | bytes, said: str) -> None:
    """At the start that ends the process; the text says where, and what to write."""
    with pytest.raises(SettingsError, match=rf"SEALANE_GRANTS: .*grants\.yaml.*{said}"):
        _read(_file(tmp_path, text))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """With the system's own words."""
    with pytest.raises(SettingsError, match="cannot be read: No such file or directory"):
        _read(tmp_path / "grants.yaml")


async def test_a_changed_file_counts_and_a_bad_one_does_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is read is told once; what was read before a bad edit stays in force, and the log says what is bad."""
    edits: list[str | bytes] = [_GOOD, "- team", "- team", "- {name: a, models: [x]}"]
    file, counted, told = _file(tmp_path, _GOOD), list[str](), list[Grants]()

    async def sleep(_seconds: float) -> None:
        if not edits:
            raise asyncio.CancelledError
        _file(tmp_path, edits.pop(0))

    grants = GrantsFile(file, "sealane", count=counted.append, sleep=sleep)
    with suppress(asyncio.CancelledError):
        await grants.follow(told.append)

    assert counted == ["refused", "ok"]
    assert [each.of("a") for each in told] == [(Grant("x", is_prefix=False),)]
    assert grants.grants == told[0]
    assert "[0]: write a list of {name: NAMESPACE, models: [PATTERN]}" in capsys.readouterr().out
