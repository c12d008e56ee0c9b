"""``kubectl sealane`` before there is an operator."""

import pytest

from sealane_cli.kubectl import ABSENT, main


def test_it_says_what_is_missing_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence on stderr, nothing on stdout, and an exit code that no script takes for success."""
    assert main() == 2

    written = capsys.readouterr()
    assert written.out == ""
    assert written.err == ABSENT + "\n"
    assert "sealane validate" in ABSENT
