"""What a revision changed, and which errors a change of that kind can bring about.

Entries are written by ``gather`` as ``providers[moonshot].baseURL: https://a → https://b``: where in the spec, what
was there, what is there now. Here they are read again, so that what was stored years ago is still understood.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sealane_api.diagnosis.error_class import Cause, ErrorClass

ARROW = " → "

_PLACE = re.compile(r"(providers|rules)\[([^\]]{1,63})\](?:\.(.+))?")
_MODEL_MEMBERS = re.compile(r"(models|targets|fallback\.targets|fallback)(\b.*)?")


class Kind(StrEnum):
    """What sort of thing a change is about."""

    BASE_URL = "base URL"
    CREDENTIAL = "credential"
    MODEL = "models and targets"
    PROVIDER = "provider"
    OTHER = "configuration"


@dataclass(frozen=True, slots=True)
class Changed:
    """One entry: ``provider`` is whose it is, None for a rule's; ``before`` and ``after`` are empty where unknown."""

    text: str
    kind: Kind
    provider: str | None
    before: str = ""
    after: str = ""


_C = ErrorClass

#: Errors that an address can bring about that is wrong or of another product.
_OF_ADDRESS = frozenset({
    _C.ENDPOINT_NOT_FOUND, _C.AUTH_INVALID_KEY, _C.AUTH_MISSING_KEY, _C.PERMISSION_DENIED, _C.CLIENT_NOT_ALLOWED,
    _C.REGION_BLOCKED, _C.MODEL_NOT_FOUND, _C.DNS_FAILURE, _C.CONNECTION_REFUSED, _C.NETWORK_UNREACHABLE,
    _C.CONNECTION_RESET, _C.TLS_VERIFY, _C.UPSTREAM_NON_JSON, _C.TIMEOUT_READ, _C.BAD_GATEWAY, _C.UPSTREAM_5XX,
    _C.GATEWAY_TIMEOUT, _C.NO_HEALTHY_UPSTREAM, _C.ALL_UPSTREAMS_FAILED, _C.CAPABILITY_UNSUPPORTED, _C.INVALID_PARAM,
    _C.UNKNOWN,
})  # fmt: skip

#: Errors of a model's name that means nothing where it is sent.
_OF_NAME = frozenset({_C.MODEL_NOT_FOUND, _C.PERMISSION_DENIED})

#: Errors that are of the request, the account's money or a workload: no change of a route brings them about.
_NEVER = frozenset({
    _C.NONE, _C.CONTENT_FILTER, _C.DUPLICATE_REQUEST, _C.INVALID_MESSAGE_SEQUENCE, _C.DB_CONNECTIONS_EXHAUSTED,
    _C.DB_PREPARED_STATEMENT, _C.K8S_IMAGE_PULL, _C.K8S_CRASHLOOP, _C.K8S_UNSCHEDULABLE, _C.K8S_MISSING_REFERENCE,
    _C.K8S_BAD_COMMAND, _C.WS_KEEPALIVE_TIMEOUT, _C.FD_EXHAUSTED, _C.PROVIDER_OVERLOADED,
})  # fmt: skip


#: Errors that times, limits, trust and edits of bodies can bring about; a provider's own failures they cannot.
_OF_THE_REST = frozenset({
    _C.TIMEOUT_READ, _C.TLS_VERIFY, _C.INVALID_PARAM, _C.CAPABILITY_UNSUPPORTED, _C.MAX_TOKENS_TOO_LARGE,
    _C.CONTEXT_LENGTH_EXCEEDED, _C.RATE_LIMIT, _C.RATE_LIMIT_CONCURRENCY, _C.RATE_LIMIT_SINGLE_REQUEST,
    _C.PAYLOAD_TOO_LARGE, _C.POOL_EXHAUSTED, _C.UPSTREAM_NON_JSON, _C.STREAM_TRUNCATED, _C.CONNECTION_REFUSED,
    _C.CONNECTION_RESET, _C.UNKNOWN,
})  # fmt: skip


def read(entry: str) -> Changed:
    """Read one entry of ``changed``; whatever is not understood is configuration of no provider in particular."""
    place, _, values = entry.partition(": ")
    before, arrow, after = values.partition(ARROW)
    if not arrow:
        before, after = "", ""
    found = _PLACE.fullmatch(place)
    if found is None:
        return Changed(entry, Kind.OTHER, None, before, after)
    section, name, member = found[1], found[2], found[3] or ""
    if section == "rules":
        is_model = not member or _MODEL_MEMBERS.fullmatch(member) is not None
        return Changed(entry, Kind.MODEL if is_model else Kind.OTHER, None, before, after)
    return Changed(entry, _of_provider(member), name, before, after)


def cause_of_change(change: Changed, error_class: ErrorClass) -> Cause | None:
    """Return what such a change names as the cause of such an error; None where it can have nothing to do with it."""
    if error_class in _NEVER:
        return None
    match change.kind:
        case Kind.BASE_URL:
            return Cause.BAD_BASE_URL if error_class in _OF_ADDRESS else Cause.CONFIG_CHANGE
        case Kind.MODEL:
            return Cause.ALIAS_NOT_MAPPED if error_class in _OF_NAME else Cause.CONFIG_CHANGE
        case Kind.OTHER:
            return Cause.CONFIG_CHANGE if error_class in _OF_THE_REST else None
        case _:
            return Cause.CONFIG_CHANGE


def telling(entries: Iterable[str], provider: str | None, error_class: ErrorClass) -> tuple[Changed, Cause] | None:
    """Return the change that tells most about an error at a provider, and the cause it names.

    A change of another provider tells nothing; a base URL tells more than a name, a name more than anything else.
    """
    rank = {Cause.BAD_BASE_URL: 0, Cause.ALIAS_NOT_MAPPED: 1}
    found = []
    for at, change in enumerate(map(read, entries)):
        if change.provider is not None and provider is not None and change.provider != provider:
            continue
        cause = cause_of_change(change, error_class)
        if cause is not None:
            found.append((rank.get(cause, 2), at, change, cause))
    if not found:
        return None
    _, _, change, cause = min(found, key=lambda each: each[:2])
    return change, cause


def _of_provider(member: str) -> Kind:
    if not member:
        return Kind.PROVIDER
    if member in {"baseURL", "messagesBaseURL"}:
        return Kind.BASE_URL
    return Kind.CREDENTIAL if member.startswith("credential") else Kind.OTHER
