"""The two CRDs as documents."""

from typing import Any

from sealane_api.crd.definitions import provider_route_definition, provider_route_revision_definition

ROUTE: Any = provider_route_definition()
REVISION: Any = provider_route_revision_definition()


def _schema(definition: Any) -> Any:
    return definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]


def test_the_kinds_have_their_names() -> None:
    """Short names, category and scope."""
    assert ROUTE["metadata"]["name"] == "providerroutes.sealane.dev"
    assert ROUTE["spec"]["names"] == {
        "kind": "ProviderRoute",
        "listKind": "ProviderRouteList",
        "plural": "providerroutes",
        "singular": "providerroute",
        "shortNames": ["pr", "proute"],
        "categories": ["gateway"],
    }
    assert REVISION["metadata"]["name"] == "providerrouterevisions.sealane.dev"
    assert REVISION["spec"]["names"]["shortNames"] == ["prr"]
    assert {each["spec"]["scope"] for each in (ROUTE, REVISION)} == {"Namespaced"}


def test_a_route_has_a_status_of_its_own() -> None:
    """A subresource; a revision has none, for its state survives a backup in its metadata."""
    assert ROUTE["spec"]["versions"][0]["subresources"] == {"status": {}}
    assert "subresources" not in REVISION["spec"]["versions"][0]
    assert set(_schema(REVISION)["properties"]) == {"apiVersion", "kind", "metadata", "spec"}


def test_a_revision_holds_providers_and_rules_and_never_changes() -> None:
    """And is judged by the laws of a route besides."""
    spec, of_route = _schema(REVISION)["properties"]["spec"], _schema(ROUTE)["properties"]["spec"]

    assert spec["properties"] == {name: of_route["properties"][name] for name in ("providers", "rules")}
    assert spec["x-kubernetes-validations"][:-1] == of_route["x-kubernetes-validations"]
    assert spec["x-kubernetes-validations"][-1]["rule"] == "self == oldSelf"


def test_a_new_route_waits() -> None:
    """Each positive condition is Unknown until the operator has looked."""
    conditions = _schema(ROUTE)["properties"]["status"]["default"]["conditions"]

    assert {each["status"] for each in conditions} == {"Unknown"}
    assert len(conditions) == 5


def test_two_calls_share_nothing() -> None:
    """A caller may change its document."""
    provider_route_definition()["spec"] = None

    assert provider_route_definition() == ROUTE
