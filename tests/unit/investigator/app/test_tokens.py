"""The token file on the disk."""

import hashlib
from pathlib import Path

import pytest

from sealane_investigator.app.tokens import TokenFile
from sealane_investigator.errors import SettingsRefused
from sealane_investigator.server.access.token_file import Right
from sealane_investigator.server.refusals import Refused


def _write(file: Path, *tokens: str) -> None:
    lines = [
        f"- {{name: n{number}, sha256: {hashlib.sha256(token.encode()).hexdigest()}, rights: [read]}}\n"
        for number, token in enumerate(tokens)
    ]
    file.write_text("tokens:\n" + "".join(lines), encoding="utf-8")


async def test_a_changed_file_holds_within_one_look(tmp_path: Path) -> None:
    """New tokens are admitted, those that left are not."""
    file = tmp_path / "tokens.yaml"
    counted: list[str] = []
    _write(file, "old")
    tokens = TokenFile(file, count=counted.append)
    await tokens.look()
    _write(file, "new")
    await tokens.look()

    assert tokens.admission.admit("new", Right.READ).name == "n0"
    with pytest.raises(Refused):
        tokens.admission.admit("old", Right.READ)
    assert counted == ["ok"]


@pytest.mark.parametrize("bad", ["tokens: [", None])
async def test_a_bad_edit_leaves_those_before_in_force(tmp_path: Path, bad: str | None) -> None:
    """Also a file that is gone; when it is good again it counts."""
    file = tmp_path / "tokens.yaml"
    counted: list[str] = []
    _write(file, "old")
    tokens = TokenFile(file, count=counted.append)
    file.unlink() if bad is None else file.write_text(bad, encoding="utf-8")
    await tokens.look()
    assert tokens.admission.admit("old", Right.READ).name == "n0"
    _write(file, "new")
    await tokens.look()

    assert tokens.admission.admit("new", Right.READ).name == "n0"
    assert counted == ["refused", "ok"]


def test_it_does_not_start_with_a_bad_file(tmp_path: Path) -> None:
    """With the place and the remedy."""
    file = tmp_path / "tokens.yaml"
    with pytest.raises(SettingsRefused, match=r"SEALANE_INVESTIGATOR_TOKENS: .* cannot be read: No such file"):
        TokenFile(file, count=lambda _: None)
    file.write_text("tokens: 1", encoding="utf-8")
    with pytest.raises(SettingsRefused, match="SEALANE_INVESTIGATOR_TOKENS: "):
        TokenFile(file, count=lambda _: None)
