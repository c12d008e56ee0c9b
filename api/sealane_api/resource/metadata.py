"""Kubernetes' ObjectMeta, as ``kubectl get -o yaml`` prints it; the router needs name, namespace and creation time."""

from typing import Annotated

from pydantic import Field

from sealane_api.resource.fields import Name, Text, Write
from sealane_api.resource.part import Part

#: Kubernetes writes whole seconds in UTC, so text order is time order.
TIMESTAMP_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"

Timestamp = Annotated[
    str,
    Field(pattern=TIMESTAMP_PATTERN),
    Write("a time such as 2026-11-22T23:00:00Z, or remove it: the API server writes it"),
]


class ObjectMeta(Part):
    """Who the route is; what the API server adds is accepted, so that a route can be saved from a cluster."""

    name: Name
    namespace: Name | None = None
    creation_timestamp: Timestamp | None = None
    labels: dict[Text, Text] = Field(default_factory=dict)
    annotations: dict[Text, Text] = Field(default_factory=dict)
    uid: Text | None = None
    resource_version: Text | None = None
    generate_name: Text | None = None
    self_link: Text | None = None
    deletion_timestamp: Text | None = None
    generation: object = None
    deletion_grace_period_seconds: object = None
    finalizers: object = None
    owner_references: object = None
    managed_fields: object = None
