"""A part becomes a structural schema: bounds, defaults, list types and nothing that the API server forbids."""

from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from pydantic import Field

from sealane_api.crd.schema import part_in, scalar_schema, structural_schema
from sealane_api.crd.status import ProviderRouteStatus
from sealane_api.provider_route import ProviderRouteSpec, RevisionSpec
from sealane_api.resource.fields import Name
from sealane_api.resource.metadata import ObjectMeta
from sealane_api.resource.part import Part
from sealane_api.resource.provider import ProviderSpec, SecretKeyRef
from tests.support.resources import FULL, edited, route
from tests.support.structural import complaints

SPEC: dict[str, Any] = structural_schema(ProviderRouteSpec)


def _nodes(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    yield path, schema
    for name, member in schema.get("properties", {}).items():
        yield from _nodes(member, f"{path}.{name}")
    if "items" in schema:
        yield from _nodes(schema["items"], f"{path}[]")


NODES = [*_nodes(SPEC), *_nodes(structural_schema(ProviderRouteStatus), "status")]


def test_a_schema_has_no_word_that_a_structural_one_may_not_have() -> None:
    """No references, unions, titles, nulls or closed objects; every node has its type."""
    words = {word for _, node in NODES for word in node}

    assert words <= {
        *("description", "type", "format", "default", "enum", "pattern", "required", "properties", "items"),
        *("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "maxProperties"),
        *("additionalProperties", "x-kubernetes-validations", "x-kubernetes-list-type"),
        *("x-kubernetes-list-map-keys", "x-kubernetes-map-type"),
    }
    assert all("type" in node for _, node in NODES)


def test_everything_is_bounded() -> None:
    """Each list, text, integer and free object has a largest size."""
    limits = {"array": "maxItems", "string": "maxLength", "integer": "maximum"}
    unbounded = [
        path
        for path, node in NODES
        if (limit := limits.get(node["type"])) is not None
        and limit not in node
        and "enum" not in node
        # A pattern without repetition is as long as itself.
        and not str(node.get("pattern", "")).startswith("^[0-9]{4}-")
    ]

    assert unbounded == []
    assert all("maxProperties" in node for _, node in NODES if "additionalProperties" in node)


def test_no_field_and_no_word_is_a_boolean_to_yaml_1_1() -> None:
    """``on off yes no y n`` in whatever case; a condition's ``True`` and ``False`` are Kubernetes' own."""
    booleans = {"on", "off", "yes", "no", "y", "n", "true", "false"}
    names = {name for _, node in NODES for name in node.get("properties", {})}
    words = {word for path, node in NODES for word in node.get("enum", ()) if "conditions[].status" not in path}

    assert {name for name in names | words if name.lower() in booleans} == set()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("providers", "map"),
        ("rules", "map"),
        ("rules[].models", "atomic"),
        ("rules[].targets", "atomic"),
        ("rules[].targets[].remove", "set"),
        ("rules[].fallback.when", "set"),
        ("rollout.steps", "atomic"),
    ],
)
def test_a_list_says_how_its_items_are_told_apart(path: str, kind: str) -> None:
    """By name where they have one; as a whole where their order counts."""
    node = dict(NODES)[f".{path}"]

    assert node["x-kubernetes-list-type"] == kind
    assert node.get("x-kubernetes-list-map-keys") == (["name"] if kind == "map" else None)


def test_conditions_are_told_apart_by_their_type() -> None:
    """As everywhere in Kubernetes."""
    assert dict(NODES)["status.conditions"]["x-kubernetes-list-map-keys"] == ["type"]


def test_defaults_are_those_of_the_classes() -> None:
    """A part's default is written out; where absent means something of its own there is none."""
    provider: dict[str, Any] = structural_schema(ProviderSpec)["properties"]  # type: ignore[assignment]

    assert provider["dialect"]["default"] == "OpenAI"
    assert provider["breaker"]["default"]["maxOpenFor"] == "5m"
    assert [name for name, field in provider.items() if "default" not in field] == [
        *("name", "baseURL", "messagesBaseURL", "credential", "tls", "healthCheck"),
    ]
    assert SPEC["properties"]["rollout"]["default"]["steps"] == [
        {"weight": 10, "hold": "1m"},
        {"weight": 50, "hold": "2m"},
    ]
    assert "windows" not in SPEC["properties"]["rollout"]["default"]


def test_a_reference_to_a_secret_changes_as_a_whole() -> None:
    """Server-side apply never makes one of two halves."""
    assert structural_schema(SecretKeyRef)["x-kubernetes-map-type"] == "atomic"


def test_integers_say_how_large_they_are() -> None:
    """A limit of tokens does not fit 32 bits."""
    limits = dict(NODES)

    assert limits[".rules[].limits.tokensPerMinute"]["format"] == "int64"
    assert limits[".rules[].limits.requestsPerMinute"]["format"] == "int32"


def test_the_name_of_a_route_has_the_bounds_of_the_class() -> None:
    """Which an API server alone would not ask for."""
    assert scalar_schema(ObjectMeta, "name")["maxLength"] == 63


def test_a_part_is_found_in_what_annotates_a_field() -> None:
    """Alone, optional or in a list."""
    kinds = [RevisionSpec, RevisionSpec | None, tuple[RevisionSpec, ...], str, str | None]

    assert [part_in(kind) for kind in kinds] == [RevisionSpec, RevisionSpec, RevisionSpec, None, None]


def test_the_schema_admits_what_the_classes_admit() -> None:
    """Both the smallest route and the largest in words."""
    assert list(complaints(SPEC, route()["spec"])) == []
    assert list(complaints(SPEC, FULL["spec"])) == []
    assert list(complaints(SPEC, edited(FULL, "spec.rules.0.critical", "no")["spec"])) == ["rules[0].critical"]


def test_a_field_without_a_meaning_is_an_error() -> None:
    """Rather than a CRD that does not explain it."""

    class Mute(Part):
        """It has a field that says nothing."""

        name: Annotated[Name, Field()]

    with pytest.raises(KeyError, match="name"):
        structural_schema(Mute)
