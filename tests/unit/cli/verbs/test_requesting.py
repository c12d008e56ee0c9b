"""The verbs that ask for something write their request, with every flag."""

import pytest

from tests.support.kubectl_sealane import Typed, typed

__all__ = ["typed"]


@pytest.mark.parametrize(
    ("arguments", "written"),
    [
        (("promote", "chat"), "promote"),
        (("promote", "chat", "--full"), "promote full"),
        (("pause", "chat"), "pause"),
        (("resume", "chat"), "resume"),
        (("abort", "chat"), "abort"),
        (("retry", "chat"), "retry"),
        (("undo", "chat"), "undo"),
        (("undo", "chat", "--to-revision", "5"), "undo 5"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_verb_is_written_with_its_arguments(arguments: tuple[str, ...], written: str, typed: Typed) -> None:
    """As the operator reads it."""
    done = typed(*arguments)

    assert done.exit_code == 0, done.output
    assert typed.api.request_on().startswith(f"jane doe {written} ")


@pytest.mark.parametrize("verb", ["promote", "pause", "resume", "abort", "retry", "undo"])
def test_every_verb_can_be_tried_waited_for_and_forced(verb: str, typed: Typed) -> None:
    """A dry run writes nothing; who waits in vain gets 3; who comes second 2, unless by force."""
    assert typed(verb, "chat", "--dry-run=server").exit_code == 0
    assert typed(verb, "chat", "--dry-run", "client").exit_code == 0
    assert typed.api.request_on() == ""

    assert typed(verb, "chat", "--wait", "--timeout", "1ms").exit_code == 3
    first = typed.api.request_on()
    assert typed(verb, "chat").exit_code == 2
    assert typed.api.request_on() == first
    assert typed(verb, "chat", "--force").exit_code == 0
    assert typed.api.request_on() != first


@pytest.mark.parametrize(
    "arguments",
    [
        ("undo", "chat", "--to-revision", "0"),
        ("undo", "chat", "--to-revision", "1000000000"),
        ("pause", "chat", "--wait", "--dry-run=server"),
        ("pause", "chat", "--wait", "--timeout", "soon"),
        ("pause", "chat", "--dry-run=maybe"),
        ("pause",),
    ],
    ids=" ".join,
)
def test_what_was_typed_wrong_is_exit_code_2(arguments: tuple[str, ...], typed: Typed) -> None:
    """Nothing is asked then."""
    assert typed(*arguments).exit_code == 2
    assert typed.api.calls == []
