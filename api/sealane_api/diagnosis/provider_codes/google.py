"""Gemini and Vertex AI: gRPC status names (google.rpc.Code) and reasons of ``ErrorInfo``.

429 RESOURCE_EXHAUSTED covers a minute, a day and an empty account; the message tells.
"""

from collections.abc import Mapping
from types import MappingProxyType

from sealane_api.diagnosis.error_class import ErrorClass as C

CODES: Mapping[str, C] = MappingProxyType(
    {
        "unauthenticated": C.AUTH_INVALID_KEY,
        "permission_denied": C.PERMISSION_DENIED,
        "resource_exhausted": C.RATE_LIMIT,
        "not_found": C.MODEL_NOT_FOUND,
        "unavailable": C.PROVIDER_OVERLOADED,
        "internal": C.UPSTREAM_5XX,
        "unknown": C.UPSTREAM_5XX,
        "data_loss": C.UPSTREAM_5XX,
        "aborted": C.UPSTREAM_5XX,
        "deadline_exceeded": C.GATEWAY_TIMEOUT,
        "cancelled": C.NONE,
        "unimplemented": C.ENDPOINT_NOT_FOUND,
        "out_of_range": C.INVALID_PARAM,
        "already_exists": C.DUPLICATE_REQUEST,
    }
)

WORDS: Mapping[str, C] = MappingProxyType(
    {
        "unauthenticated": C.AUTH_INVALID_KEY,
        "permission_denied": C.PERMISSION_DENIED,
        "resource_exhausted": C.RATE_LIMIT,
        "deadline_exceeded": C.GATEWAY_TIMEOUT,
        "api_key_invalid": C.AUTH_INVALID_KEY,
        "api_key_service_blocked": C.PERMISSION_DENIED,
        "access_token_expired": C.AUTH_TOKEN_EXPIRED,
        "access_token_type_unsupported": C.AUTH_INVALID_KEY,
        "consumer_suspended": C.ACCOUNT_SUSPENDED,
        "service_disabled": C.PERMISSION_DENIED,
        "billing_disabled": C.PERMISSION_DENIED,
        "user_location_not_supported": C.REGION_BLOCKED,
    }
)
