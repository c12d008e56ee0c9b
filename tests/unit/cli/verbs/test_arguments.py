"""Flags that choose the cluster stand where people put them."""

import pytest

from sealane_cli.verbs.arguments import global_flags_first, seconds


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("status chat -n team", "-n team status chat"),
        ("-n team status chat", "-n team status chat"),
        ("status -nteam chat --context=prod", "-nteam --context=prod status chat"),
        ("status chat --request-timeout 5s --timeout 5m", "--request-timeout 5s status chat --timeout 5m"),
        ("list -A --as jane --kubeconfig=x -o wide", "--as jane --kubeconfig=x list -A -o wide"),
        ("list -- -n team", "list -- -n team"),
        ("status chat -n", "-n status chat"),
        ("status --no-watch chat", "status --no-watch chat"),
    ],
)
def test_global_flags_are_read_before_the_verb(typed: str, read: str) -> None:
    """Wherever they were typed; nothing else changes its place."""
    assert global_flags_first(typed.split()) == read.split()


@pytest.mark.parametrize(("text", "value"), [("30", 30.0), ("30s", 30.0), ("1h30m", 5_400.0), ("500ms", 0.5)])
def test_times_are_durations_or_seconds(text: str, value: float) -> None:
    """As kubectl's --timeout."""
    assert seconds(text, flag="--timeout") == value


@pytest.mark.parametrize("text", ["", "0", "0s", "-1", "soon", "5 m", "100000", "٣"])
def test_what_is_no_time_is_told(text: str) -> None:
    """With the flag, and what to write."""
    with pytest.raises(ValueError, match=r"--timeout .* is no time: write one such as 30s"):
        seconds(text, flag="--timeout")
