"""What a ``ProviderRouteRevision`` is called, and what it carries in its metadata.

Its spec is a :class:`~sealane_api.provider_route.RevisionSpec` that never changes. Everything the operator has to know
of it besides stands in labels and annotations: they are all that a metadata-only watch sees, and unlike a status they
survive a restored backup.
"""

from enum import StrEnum

KIND = "ProviderRouteRevision"

#: The name of the route, in the revision's own namespace.
ROUTE_LABEL = "sealane.dev/route"

#: The number of the revision, decimal, from 1; never reused.
NUMBER_LABEL = "sealane.dev/revision"

#: A :class:`RevisionState`.
STATE_LABEL = "sealane.dev/state"

#: 64 hex digits, see :func:`sealane_api.canonical.spec_hash`; a label's value ends at 63.
HASH_ANNOTATION = "sealane.dev/hash"

#: Who asked for the revision or moved the pointer to it, where that is known.
REQUESTED_BY_ANNOTATION = "sealane.dev/requested-by"

#: When it became stable, RFC 3339 in UTC.
PROMOTED_AT_ANNOTATION = "sealane.dev/promoted-at"


class RevisionState(StrEnum):
    """What became of a revision; lost pointers are rebuilt from it."""

    STABLE = "Stable"
    CANDIDATE = "Candidate"
    SUPERSEDED = "Superseded"
    REJECTED = "Rejected"


def revision_name(route: str, number: int) -> str:
    """Return the name of the object: ``assistants-7``."""
    return f"{route}-{number}"
