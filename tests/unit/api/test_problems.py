"""Problems say where and what, briefly, and never repeat a secret."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane_api.problems import (
    MAX_PROBLEMS,
    InvalidRoutes,
    Location,
    Problem,
    ProblemLog,
    path_text,
    shown,
    speaks_of_secrets,
)


def test_a_problem_reads_as_place_document_path_and_message() -> None:
    """In that order, with colons between."""
    problem = Problem.at(
        Location("routes.yaml", 1, 14), ("spec", "rules", 0, "models", 0, "prefix"), "found 12 (integer); write a text"
    )

    assert str(problem) == (
        "routes.yaml:14: document 1: spec.rules[0].models[0].prefix: found 12 (integer); write a text"
    )


def test_a_problem_omits_what_is_unknown() -> None:
    """A file that cannot be read has no line, document or path."""
    assert str(Problem("routes.yaml", None, "", None, "found nothing")) == "routes.yaml: found nothing"


def test_invalid_routes_keep_a_hundred_problems_and_count_the_rest() -> None:
    """So that memory and screens stay bounded."""
    problems = [Problem("a", None, "", number, "m") for number in range(MAX_PROBLEMS + 5)]

    error = InvalidRoutes(problems, more=2)

    assert error.problems == tuple(problems[:MAX_PROBLEMS])
    assert error.more == 7
    assert str(error).endswith("a:99: m\nand 7 more")


def test_a_log_keeps_a_hundred_problems_and_counts_the_rest() -> None:
    """Whatever way they come in."""
    log, other = ProblemLog(), ProblemLog()
    for number in range(MAX_PROBLEMS):
        other.add(Problem("a", None, "", MAX_PROBLEMS - number, "m"))
    other.add(Problem("a", None, "", 1, "m"))
    log.absorb(other)
    log.extend([Problem("b", None, "", 1, "m")], more=3)

    with pytest.raises(InvalidRoutes) as caught:
        log.raise_if_any()

    assert [problem.line for problem in caught.value.problems] == list(range(1, MAX_PROBLEMS + 1))
    assert caught.value.more == 5


def test_an_empty_log_raises_nothing() -> None:
    """Nothing is wrong."""
    log = ProblemLog()
    log.raise_if_any()
    assert not log


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("spec",), "spec"),
        (("items", 2, "spec"), "items[2].spec"),
        (("set", "a.b", 0), "set['a.b'][0]"),
        (("set", ""), "set['']"),
        (("set", "line\nbreak"), r"set['line\nbreak']"),
        (("spec", "sk-abc"), "spec[a text (not shown: it looks like a secret)]"),
        (("x" * 63,), "x" * 63),
        (("x" * 64,), "['" + "x" * 64 + "']"),
    ],
)
def test_a_path_reads_as_people_write_it(path: tuple[str | int, ...], text: str) -> None:
    """Odd names are quoted, secret ones are not shown."""
    assert path_text(path) == text


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("apiKey", True),
        ("api_key", True),
        ("api-key", True),
        ("APIKey", True),
        ("apikey", True),
        ("token", True),
        ("accessToken", True),
        ("secretRef", True),
        ("credential", True),
        ("password", True),
        ("Authorization", True),
        ("tokensPerMinute", False),
        ("monkey", False),
        ("keyboard", False),
        ("max_tokens", False),
        ("name", False),
    ],
)
def test_names_that_speak_of_secrets_are_known_by_whole_words(name: str, *, secret: bool) -> None:
    """``tokensPerMinute`` holds no token."""
    assert speaks_of_secrets(name) is secret


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nothing (null)"),
        (True, "true (boolean)"),
        (False, "false (boolean)"),
        (12, "12 (integer)"),
        (1.5, "1.5 (number)"),
        (float("nan"), "nan (number)"),
        (2**70, "a very large number (integer)"),
        ("kimi", "'kimi'"),
        ("", "''"),
        ("a\x1b[31m", r"'a\x1b[31m'"),
        ([], "an empty list"),
        ([1, 2], "a list of 2"),
        ({}, "an empty mapping"),
        ({"a": 1}, "a mapping of 1"),
        ("sk-abcdef", "a text (not shown: it looks like a secret)"),
        ("Bearer abc", "a text (not shown: it looks like a secret)"),
        ("0123456789abcdef0123456789abcdef.Zx9", "a text (not shown: it looks like a secret)"),
        ("eyJhbGciOi.eyJzdWIi.sig", "a text (not shown: it looks like a secret)"),
        ("https://user:pass@host/v1", "a text (not shown: it looks like a secret)"),
        ("https://host/v1?key=abc", "a text (not shown: it looks like a secret)"),
    ],
)
def test_a_found_value_is_described_by_its_text_and_kind(value: object, text: str) -> None:
    """Escaped, and without anything that looks like a key."""
    assert shown(value) == text


@pytest.mark.parametrize("value", ["hunter2", 12, True, 1.5])
def test_a_value_under_a_secret_name_is_never_shown(value: object) -> None:
    """Only its kind is."""
    text = shown(value, ("spec", "credential", "value"))
    assert text.startswith("a value (not shown, ")
    assert str(value).lower() not in text


@given(st.text() | st.integers() | st.floats() | st.lists(st.integers()))
def test_a_description_is_short_and_stays_on_its_line(value: object) -> None:
    """At most 80 characters, none of which a terminal could obey."""
    text = shown(value)
    assert len(text) <= 80
    assert text.isprintable()
