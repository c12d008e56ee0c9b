"""The two CustomResourceDefinitions, as documents ready to be written."""

from collections.abc import Sequence

from sealane_api.crd.columns import REVISION_COLUMNS, ROUTE_COLUMNS, Column
from sealane_api.crd.descriptions import plain
from sealane_api.crd.law import Law
from sealane_api.crd.revision import KIND as REVISION_KIND
from sealane_api.crd.schema import Schema, structural_schema
from sealane_api.crd.status import PENDING, ProviderRouteStatus
from sealane_api.provider_route import API_VERSION, KIND, ProviderRoute, ProviderRouteSpec, RevisionSpec

GROUP, VERSION = API_VERSION.split("/")

#: Said in the description of each field that Kubernetes itself defines.
_API_VERSION = "The version of the schema; always sealane.dev/v1alpha1."
_METADATA = "Kubernetes' own metadata; the name is a part of answers, logs and metrics, so it is short and without dots."

_UNCHANGED = Law("self == oldSelf", "a revision never changes; change the ProviderRoute, and a new one is made")


def provider_route_definition() -> Schema:
    """Return the CustomResourceDefinition of ``ProviderRoute``."""
    status = structural_schema(ProviderRouteStatus)
    pending = [condition.model_dump(mode="json", by_alias=True, exclude_none=True) for condition in PENDING]
    schema = _resource(
        KIND,
        plain(ProviderRoute.__doc__ or ""),
        {"spec": structural_schema(ProviderRouteSpec), "status": {"default": {"conditions": pending}} | status},
    )
    names = {"shortNames": ["pr", "proute"], "categories": ["gateway"]}
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
        {"spec": spec},
    )
    return _definition(REVISION_KIND, {"shortNames": ["prr"]}, schema, REVISION_COLUMNS, subresources=None)
