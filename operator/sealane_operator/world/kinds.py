"""The two kinds of objects that are watched, and how much of each is kept."""

import sys
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sealane_api.crd.revision import (
    HASH_ANNOTATION,
    NUMBER_LABEL,
    PROMOTED_AT_ANNOTATION,
    REQUESTED_BY_ANNOTATION,
    ROUTE_LABEL,
    STATE_LABEL,
)

#: A Kubernetes object, decoded from JSON.
Item = Mapping[str, Any]


class WatchedKind(StrEnum):
    """What is watched; the value is the plural that the API knows it by."""

    ROUTES = "providerroutes"
    """Watched whole."""
    REVISIONS = "providerrouterevisions"
    """Watched for their metadata alone: there are many, and what they hold is read when somebody points at them."""


#: kubectl's copy of what was applied: as long as the spec, and of no use here.
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_LABELS = (ROUTE_LABEL, NUMBER_LABEL, STATE_LABEL)
_ANNOTATIONS = (HASH_ANNOTATION, PROMOTED_AT_ANNOTATION, REQUESTED_BY_ANNOTATION)
_PLAIN = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp", "deletionTimestamp")


#: A longer text is hardly ever repeated.
_SHORT = 40


def kept(kind: WatchedKind, item: Item) -> Item:
    """Return what is kept of an object. The API server completes what a status write leaves out of the metadata."""
    metadata = item["metadata"]
    if kind is WatchedKind.REVISIONS:
        return {"metadata": _shared(_revision(metadata))}
    shown = {name: value for name, value in metadata.items() if name != "managedFields"}
    annotations = shown.get("annotations")
    if isinstance(annotations, Mapping) and _LAST_APPLIED in annotations:
        shown["annotations"] = {name: text for name, text in annotations.items() if name != _LAST_APPLIED}
    kept_item: Item = _shared({**item, "metadata": shown})
    return kept_item


def _revision(metadata: Item) -> dict[str, Any]:
    shown = {name: metadata[name] for name in _PLAIN if name in metadata}
    for member, names in (("labels", _LABELS), ("annotations", _ANNOTATIONS)):
        written = metadata.get(member) or {}
        shown[member] = {name: written[name] for name in names if name in written}
    shown["ownerReferences"] = metadata.get("ownerReferences") or []
    return shown


def _shared(value: Any) -> Any:
    """Return the value with one copy of what all objects repeat: names of members, durations, dialects."""
    if isinstance(value, Mapping):
        return {sys.intern(name): _shared(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_shared(member) for member in value]
    return sys.intern(value) if type(value) is str and len(value) <= _SHORT else value
