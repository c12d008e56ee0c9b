"""One table, two judges: the classes of ``sealane_api`` and the CRD that is made from them.

``tests/cluster/test_crds.py`` puts the same table to a real API server; here the schema alone is asked.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sealane_api.crd.definitions import provider_route_definition
from sealane_api.provider_route import ProviderRoute
from sealane_api.resource.part import ValidationContext
from sealane_router.routing.regex import check_regex
from tests.support.resources import ABSENT, FULL, Document, edited
from tests.support.structural import complaints
from tests.support.verdicts import Case, cases
from tests.support.verdicts_on_providers import PROVIDERS
from tests.support.verdicts_on_rollouts import ROUTES
from tests.support.verdicts_on_rules import RULES
from tests.support.verdicts_on_urls import URLS

CASES = cases(URLS, PROVIDERS, RULES, ROUTES)

_DEFINITION: Any = provider_route_definition()
_ROUTE: Any = _DEFINITION["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]


def _is_valid(document: Document) -> bool:
    try:
        ProviderRoute.model_validate(document, context=ValidationContext(check_regex=check_regex))
    except ValidationError:
        return False
    return True


def _fits(document: Document) -> bool:
    """Whether the schema admits the document, its laws aside."""
    named = [*complaints(_ROUTE["metadata"]["properties"]["name"], document["metadata"]["name"])]
    return not named and "spec" in document and not [*complaints(_ROUTE["spec"], document["spec"])]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_classes_judge_as_the_api_server_does(case: Case) -> None:
    """Each value of the table is accepted by both or refused by both."""
    assert _is_valid(case.document) is (case.lines == ())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_schema_refuses_nothing_that_is_accepted(case: Case) -> None:
    """And whatever it admits and the table refuses is refused by a law in its own words."""
    if not case.lines:
        assert _fits(case.document)
    elif _fits(case.document):
        assert any(message in line for line in case.lines for message in _messages(_ROUTE["spec"]))


def _messages(schema: Any) -> list[str]:
    """What the laws of a schema say, and the sentence that one of them computes."""
    found = [law["message"] for law in schema.get("x-kubernetes-validations", ())]
    inner = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
    return found + [message for member in inner for message in _messages(member)] + ["in rule kimi; write the name"]


def _places(value: object, path: str) -> list[str]:
    """The path of everything in a document."""
    members: list[tuple[object, object]] = []
    if isinstance(value, dict):
        members = list(value.items())
    elif isinstance(value, list):
        members = list(enumerate(value))
    return [path, *(place for name, member in members for place in _places(member, f"{path}.{name}"))]


_STRANGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 101) | st.sampled_from([2**31 - 1, 2**31, 2**53]),
    st.sampled_from(["", "a", "A", "1s", "0s", "kimi", "zai", "Zai", "a" * 64, "a" * 257, "Connect"]),
    st.sampled_from([[], {}, ["a"], {"a": "a"}, [{}]]),
)


@given(st.sampled_from(_places(FULL["spec"], "spec")[1:]), _STRANGE)
def test_whatever_the_classes_admit_fits_the_schema(path: str, value: object) -> None:
    """Any value at any place of a route in which every field is written."""
    last = path.rpartition(".")[2]
    document = edited(FULL, path, ABSENT if value is None and not last.isdigit() else value)

    if _is_valid(document):
        assert _fits(document)
