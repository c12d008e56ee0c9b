"""Amazon Bedrock: exception names (API reference, "common errors", and of the runtime)."""

from collections.abc import Mapping
from types import MappingProxyType

from sealane_api.diagnosis.error_class import ErrorClass as C

#: ``ValidationException`` says "400" and is not here.
CODES: Mapping[str, C] = MappingProxyType(
    {
        "throttlingexception": C.RATE_LIMIT,
        "throttling": C.RATE_LIMIT,
        "toomanyrequestsexception": C.RATE_LIMIT,
        "servicequotaexceededexception": C.QUOTA_EXHAUSTED,
        "accessdeniedexception": C.PERMISSION_DENIED,
        "unauthorizedexception": C.PERMISSION_DENIED,
        "optinrequired": C.PERMISSION_DENIED,
        "expiredtokenexception": C.AUTH_TOKEN_EXPIRED,
        "expiredtoken": C.AUTH_TOKEN_EXPIRED,
        "requestexpired": C.AUTH_TOKEN_EXPIRED,
        "unrecognizedclientexception": C.AUTH_INVALID_KEY,
        "invalidclienttokenid": C.AUTH_INVALID_KEY,
        "invalidsignatureexception": C.AUTH_INVALID_KEY,
        "signaturedoesnotmatch": C.AUTH_INVALID_KEY,
        "incompletesignature": C.AUTH_INVALID_KEY,
        "missingauthenticationtoken": C.AUTH_MISSING_KEY,
        "missingauthenticationtokenexception": C.AUTH_MISSING_KEY,
        "resourcenotfoundexception": C.MODEL_NOT_FOUND,
        "modelnotreadyexception": C.PROVIDER_OVERLOADED,
        "modeltimeoutexception": C.GATEWAY_TIMEOUT,
        "modelerrorexception": C.UPSTREAM_5XX,
        "modelstreamerrorexception": C.UPSTREAM_5XX,
        "internalserverexception": C.UPSTREAM_5XX,
        "internalfailure": C.UPSTREAM_5XX,
        "serviceunavailableexception": C.UPSTREAM_5XX,
        "serviceunavailable": C.UPSTREAM_5XX,
        "conflictexception": C.DUPLICATE_REQUEST,
        "requestentitytoolargeexception": C.PAYLOAD_TOO_LARGE,
        "validationexception": C.INVALID_PARAM,
    }
)
