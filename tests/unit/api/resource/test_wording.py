"""Every refusal says where, what was found and what to write instead, and repeats no secret."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sealane_api.problems import FieldPath, Location, Problem
from sealane_api.provider_route import ProviderRoute
from sealane_api.resource.wording import problems_of
from tests.support.resources import FULL, Document, edited, problems, said

NEVER_INLINE = (
    "a key is never written in a route: put it in a Secret and write "
    "credential: {secretRef: {name: moonshot, key: api-key}}"
)


def test_all_mistakes_are_reported_at_once() -> None:
    """Each at its own place."""
    document = edited(edited(FULL, "spec.suspend", "no"), "spec.rules.0.critical", 1)
    document = edited(document, "metadata.name", "A")

    assert [problem.path for problem in problems(document)] == [
        "metadata.name",
        "spec.rules[0].critical",
        "spec.suspend",
    ]


def test_laws_between_fields_are_reported_together() -> None:
    """A name that is there twice leaves others without their provider."""
    assert said(edited(FULL, "spec.providers.1.name", "moonshot")) == [
        "spec.providers[1].name: found 'moonshot' a second time (first at spec.providers[0]); write a name of its own",
        *(
            f"spec.rules{path}.provider: found 'zai', which is no provider of this route; write one of 'moonshot'"
            for path in ("[0].targets[1]", "[0].fallback.targets[0]", "[1].targets[0]")
        ),
    ]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "found an empty list; write a mapping with apiVersion, kind, metadata, spec"),
        ("kind", "found 'kind'; write a mapping with apiVersion, kind, metadata, spec"),
    ],
)
def test_a_document_that_is_no_mapping_is_a_problem_of_the_whole(document: object, message: str) -> None:
    """Without a path."""
    assert said(document) == [message]


def test_a_regex_that_re2_refuses_is_quoted_with_its_complaint() -> None:
    """The function that is handed in gives the reason."""
    assert said(FULL, check_regex=lambda _: "missing )") == [
        "spec.rules[0].models[2].regex: found 'k[0-9]+', which RE2 refuses (missing )); write an RE2 expression"
    ]


def test_a_problem_in_a_list_of_resources_has_the_whole_path() -> None:
    """And is located by it; a misplaced key is located at its parent."""
    [problem] = problems(edited(FULL, "spec.suspend", 1), prefix=("items", 3))

    assert problem == Problem("a.yaml", 1, "items[3].spec.suspend", 4, "found 1 (integer); write true or false")


def test_the_name_of_a_misplaced_key_is_not_repeated() -> None:
    """It may be the key itself."""
    assert said(
        edited(FULL, "spec.providers.0.credential", {"hunter2": 1, "secretRef": {"name": "a", "key": "b"}})
    ) == [f"spec.providers[0].credential: found an unknown field; {NEVER_INLINE}"]


def places(value: object, path: FieldPath = ()) -> list[FieldPath]:
    """The paths of all values in a document."""
    members: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        members = list(value.items())
    elif isinstance(value, list):
        members = list(enumerate(value))
    return [path, *(place for step, member in members for place in places(member, (*path, step)))]


def replaced(document: Document, path: FieldPath, value: object) -> Any:
    """A copy with ``value`` at ``path``."""
    if not path:
        return value
    changed = copy.deepcopy(document)
    at: Any = changed
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return changed


PLACES = [path for path in places(FULL) if path[:1] != ("status",)]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=300)
@given(st.sampled_from(PLACES), json_values)
def test_any_value_anywhere_is_admitted_or_refused_in_words(path: FieldPath, value: object) -> None:
    """Every kind of error that validation can meet has its sentence."""
    document = replaced(FULL, path, value)
    try:
        ProviderRoute.model_validate(document)
    except ValidationError:
        for problem in problems(document):
            assert problem.message.startswith(("found ", "missing; add "))
            assert "not admitted" not in problem.message
            assert str(problem).isprintable()


@pytest.mark.parametrize("path", PLACES, ids=str)
def test_a_key_that_is_written_anywhere_is_never_repeated(path: FieldPath) -> None:
    """Neither as a value nor as the name of a field."""
    for secret in ("sk-hunter2hunter2", "0123456789abcdef0123456789abcdef.hunter2"):
        for value in (secret, {secret: 1}, {"apiKey": secret}, [secret], f"https://u:{secret}@host/v1"):
            document = replaced(FULL, path, value)
            try:
                ProviderRoute.model_validate(document)
            except ValidationError as error:
                found = problems_of(error, ProviderRoute, lambda _: Location("a.yaml"))
                assert "hunter2" not in "".join(str(problem) for problem in found)
