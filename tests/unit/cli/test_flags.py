"""Settings given as flags."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane_cli.flags import FlagError, settings_flags

_FLAGS = st.from_regex(r"--[a-z]{1,8}(-[a-z]{1,8})?", fullmatch=True)
_VALUES = st.text(min_size=1, max_size=12).filter(lambda text: not text.startswith("--"))


def test_both_spellings_are_read() -> None:
    """``--flag VALUE`` and ``--flag=VALUE`` mean the same; a value may hold an equals sign or be empty."""
    assert settings_flags(["--log-level", "debug", "--uvloop=false", "--a=b=c", "--empty="]) == {
        "--log-level": "debug",
        "--uvloop": "false",
        "--a": "b=c",
        "--empty": "",
    }


def test_no_argument_is_no_flag() -> None:
    """Nothing given, nothing set."""
    assert settings_flags([]) == {}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--log-level"], "--log-level needs a value; write --log-level VALUE"),
        (["--log-level", "--uvloop", "false"], "--log-level needs a value"),
        (["debug"], "'debug' is no flag; write --flag VALUE"),
        (["-x", "1"], "'-x' is no flag"),
        (["--a", "1", "2"], "'2' is no flag"),
    ],
)
def test_what_is_no_flag_with_a_value_is_refused(arguments: list[str], message: str) -> None:
    """The message says what was found and what to write."""
    with pytest.raises(FlagError, match=message):
        settings_flags(arguments)


@given(st.dictionaries(_FLAGS, _VALUES, max_size=6), st.booleans())
def test_what_is_written_is_read(flags: dict[str, str], joined: bool) -> None:
    """Any flags come back as they were, in both spellings."""
    pairs = flags.items()
    arguments = [f"{flag}={value}" for flag, value in pairs] if joined else [part for pair in pairs for part in pair]

    assert settings_flags(arguments) == flags
