"""The verbs that show something reach what they stand for, with every flag."""

import json

import pytest
from typer.testing import CliRunner

from sealane_cli.kubectl import app
from tests.support.kubectl_sealane import Typed, typed
from tests.support.scripted_api import revision, settled

__all__ = ["typed"]


@pytest.mark.parametrize("verb", ["list", "get"])
def test_list_and_get_are_one(verb: str, typed: Typed) -> None:
    """The table, wide, the objects, and the whole cluster."""
    assert "chat" in typed(verb).output
    assert "PROGRAMMED" in typed(verb, "-o", "wide").output
    assert json.loads(typed(verb, "-o", "json").output)["kind"] == "List"
    assert typed(verb, "-A").output.startswith("NAMESPACE")


def test_a_watch_is_ended_by_whoever_began_it(typed: Typed) -> None:
    """Ctrl-C is exit code 130, after what was printed."""
    done = typed("list", "--watch")

    assert (done.exit_code, done.output.count("\n")) == (130, 2)


def test_a_watch_prints_no_documents(typed: Typed) -> None:
    """A usage error, before anything is asked."""
    assert typed("list", "-w", "-o", "json").exit_code == 2
    assert typed.api.calls == []


def test_status_says_by_its_exit_code_how_it_ended(typed: Typed) -> None:
    """3 while under way, 0 when settled."""
    assert typed("status", "chat", "--no-watch").exit_code == 3
    assert typed("status", "chat", "--timeout", "1ms").exit_code == 3

    typed.api.set_status(settled(8, rollout={"phase": "Baking"}))
    assert typed("status", "pr/chat", "--promoted").exit_code == 0


def test_history_diff_and_why_print_what_they_promise(typed: Typed) -> None:
    """Each with its forms."""
    typed.api.add_revisions(revision(7, "Stable"), revision(8, "Candidate"))

    assert typed("history", "chat").output.startswith("REV")
    assert "kind: List" in typed("history", "chat", "-o", "yaml").output
    assert "7 and 8" in typed("diff", "chat").output
    assert "8 and 7" in typed("diff", "chat", "8").output
    assert typed("diff", "chat", "8", "7").exit_code == 0
    assert "Conditions" in typed("why", "chat").output
    assert json.loads(typed("why", "chat", "-o", "json").output)["stable"]["revision"] == 7


@pytest.mark.parametrize(
    "arguments",
    [("diff", "chat", "1", "2", "3"), ("diff", "chat", "0"), ("status", "chat", "--timeout", "soon"), ("status",)],
    ids=" ".join,
)
def test_what_was_typed_wrong_is_exit_code_2(arguments: tuple[str, ...], typed: Typed) -> None:
    """Nothing is asked then."""
    assert typed(*arguments).exit_code == 2
    assert typed.api.calls == []


def test_help_needs_no_cluster() -> None:
    """Neither does a list of the verbs."""
    assert CliRunner().invoke(app, ["status", "--help"]).exit_code == 0
