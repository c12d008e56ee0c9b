"""The two CustomResourceDefinitions, as documents ready to be written."""

from collections.abc import Sequence

from sealane_api.crd.columns import REVISION_COLUMNS, ROUTE_COLUMNS, Column
from sealane_api.crd.law import Law
from sealane_api.crd.revision import KIND as REVISION_KIND
from sealane_api.crd.schema import Schema, scalar_schema, structural_schema
from sealane_api.crd.status import PENDING, ProviderRouteStatus
from sealane_api.provider_route import API_VERSION, KIND, ProviderRouteSpec, RevisionSpec
from sealane_api.resource.metadata import ObjectMeta

GROUP, VERSION = API_VERSION.split("/")

_UNCHANGED = Law("self == oldSelf", "a revision never changes; change the ProviderRoute, and a new one is made")


def provider_route_definition() -> Schema:
    """Return the CustomResourceDefinition of ``ProviderRoute``."""
    status = structural_schema(ProviderRouteStatus)
    pending = [condition.model_dump(mode="json", by_alias=True, exclude_none=True) for condition in PENDING]
    schema = _resource(
        KIND,
        "Which models go to which providers, and how a change of that goes live.",
        {"type": "object", "properties": {"name": scalar_schema(ObjectMeta, "name")}},
        {"spec": structural_schema(ProviderRouteSpec), "status": {"default": {"conditions": pending}} | status},
    )
    names: Schema = {"shortNames": ["pr", "proute"], "categories": ["gateway"]}
    return _definition(KIND, names, schema, ROUTE_COLUMNS, subresources={"status": {}})


def provider_route_revision_definition() -> Schema:
    """Return the CustomResourceDefinition of ``ProviderRouteRevision``."""
    spec = structural_schema(RevisionSpec)
    laws = spec.pop("x-kubernetes-validations", [])
    spec["x-kubernetes-validations"] = [*(laws if isinstance(laws, list) else []), _UNCHANGED.document()]
    schema = _resource(
        REVISION_KIND,
        "An immutable, numbered copy of a route's providers and rules. The operator makes it, and its labels say"
        " which route it belongs to and what became of it.",
        {"type": "object"},
        {"spec": spec},
    )
    return _definition(REVISION_KIND, {"shortNames": ["prr"]}, schema, REVISION_COLUMNS, subresources=None)


def _definition(
    kind: str, names: Schema, schema: Schema, columns: Sequence[Column], subresources: Schema | None
) -> Schema:
    plural = f"{kind.lower()}s"
    version: Schema = {
        "name": VERSION,
        "served": True,
        "storage": True,
        "additionalPrinterColumns": [column.document() for column in columns],
        "schema": {"openAPIV3Schema": schema},
    }
    if subresources is not None:
        version["subresources"] = subresources
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "names": names | {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower()},
            "scope": "Namespaced",
            "versions": [version],
        },
    }


def _resource(kind: str, description: str, metadata: Schema, members: Schema) -> Schema:
    """Return the schema of a whole object, of which ``members`` are its own."""
    properties: Schema = {
        "apiVersion": {"description": f"Always {API_VERSION}.", "type": "string"},
        "kind": {"description": f"Always {kind}.", "type": "string"},
        "metadata": metadata,
    }
    return {
        "description": description,
        "type": "object",
        "required": ["spec"],
        "properties": properties | members,
    }
