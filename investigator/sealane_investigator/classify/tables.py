"""What codes, exception names, types and statuses mean, where the message says nothing."""

from collections.abc import Mapping
from types import MappingProxyType

from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_api.diagnosis.provider_codes.code_table import (
    class_of_code,
    class_of_firm_code,
    class_of_firm_type,
    class_of_type,
)
from sealane_investigator.incident.peeled import Peeled

#: Exception classes by the last part of their name, whichever library raises them.
_EXCEPTIONS: Mapping[str, C] = MappingProxyType(
    {
        name.lower(): error_class
        for error_class, names in {
            C.TIMEOUT_READ: "ReadTimeout ReadTimeoutError APIConnectionTimeoutError SocketTimeoutError APITimeoutError "
            "ServerTimeoutError "
            "WriteTimeout HeadersTimeoutError BodyTimeoutError TimeoutError Timeout TimeoutException "
            "SocketTimeoutException HttpTimeoutException socket.timeout AI_TimeoutError",
            C.NETWORK_UNREACHABLE: "ConnectTimeout ConnectTimeoutError ConnectionTimeoutError ConnectTimeoutException "
            "ProxyError ProxyConnectionError ClientProxyConnectionError EndpointConnectionError NoRouteToHostException",
            C.CONNECTION_REFUSED: "ConnectionRefusedError ConnectException NewConnectionError",
            C.CONNECTION_RESET: "ConnectionResetError ServerDisconnectedError RemoteDisconnected BrokenPipeError "
            "ReadError WriteError ConnectionAbortedError ClientOSError ConnectionClosedError SocketError "
            "ConnectionDoesNotExistError ClientConnectionResetError RemoteProtocolError InterfaceError",
            C.DNS_FAILURE: "gaierror NameResolutionError ClientConnectorDNSError UnknownHostException",
            C.TLS_VERIFY: "SSLError SSLCertVerificationError ClientConnectorCertificateError ClientConnectorSSLError "
            "SSLHandshakeException CertificateError CertificateException",
            C.POOL_EXHAUSTED: "PoolTimeout EmptyPoolError MaxConnectionsError FullPoolError",
            C.STREAM_TRUNCATED: "ClientPayloadError IncompleteRead ChunkedEncodingError InvalidChunkLength "
            "TransferEncodingError ContentLengthError IncompleteReadError StreamConsumedError",
            C.STREAM_LINE_TOO_LONG: "LineTooLong LimitOverrunError",
            C.UPSTREAM_NON_JSON: "JSONDecodeError ContentTypeError JSONParseError AI_JSONParseError JsonParseException "
            "APIResponseValidationError",
            C.AUTH_INVALID_KEY: "AuthenticationError UnauthorizedError Unauthenticated",
            C.AUTH_MISSING_KEY: "NoCredentialsError DefaultCredentialsError PartialCredentialsError LoadAPIKeyError "
            "AI_LoadAPIKeyError",
            C.PERMISSION_DENIED: "PermissionDeniedError PermissionDenied",
            C.CONTEXT_LENGTH_EXCEEDED: "ContextWindowExceededError",
            C.CONTENT_FILTER: "ContentPolicyViolationError ContentFilterFinishReasonError",
            C.QUOTA_EXHAUSTED: "BudgetExceededError InsufficientQuotaError",
            C.RATE_LIMIT: "RateLimitError ResourceExhausted TooManyRequests",
            C.MODEL_NOT_FOUND: "NotFoundError ModelNotFoundError AI_NoSuchModelError",
            C.UPSTREAM_5XX: "InternalServerError ServiceUnavailableError ServiceUnavailable",
            C.GATEWAY_TIMEOUT: "DeadlineExceeded GatewayTimeout",
            C.BAD_GATEWAY: "BadGateway BadGatewayError",
            C.INVALID_PARAM: "BadRequestError UnprocessableEntityError ValidationError UnsupportedParamsError "
            "InvalidArgument InvalidRequestError",
            C.DB_CONNECTIONS_EXHAUSTED: "TooManyConnectionsError",
            C.DB_PREPARED_STATEMENT: "DuplicatePreparedStatementError DuplicatePreparedStatement "
            "InvalidSQLStatementNameError InvalidCachedStatementError",
            C.WS_KEEPALIVE_TIMEOUT: "WebSocketTimeoutException",
            C.NONE: "CancelledError APIUserAbortError AbortError ClientDisconnect EndOfStream KeyboardInterrupt "
            "GeneratorExit",
            C.ENDPOINT_NOT_FOUND: "UnsupportedProtocol MissingSchema InvalidSchema InvalidURL InvalidUrlClientError",
            C.PAYLOAD_TOO_LARGE: "HTTPRequestEntityTooLarge PayloadTooLargeError RequestEntityTooLarge",
        }.items()
        for name in names.split()
    }
)

_STATUSES: Mapping[int, C] = MappingProxyType(
    {
        400: C.INVALID_PARAM,
        401: C.AUTH_INVALID_KEY,
        402: C.QUOTA_EXHAUSTED,
        403: C.PERMISSION_DENIED,
        404: C.ENDPOINT_NOT_FOUND,
        405: C.ENDPOINT_NOT_FOUND,
        408: C.GATEWAY_TIMEOUT,
        409: C.DUPLICATE_REQUEST,
        410: C.MODEL_NOT_FOUND,
        413: C.PAYLOAD_TOO_LARGE,
        415: C.INVALID_PARAM,
        422: C.INVALID_PARAM,
        424: C.UPSTREAM_5XX,
        429: C.RATE_LIMIT,
        431: C.PAYLOAD_TOO_LARGE,
        434: C.PERMISSION_DENIED,  # as 435, BigModel's own
        435: C.PAYLOAD_TOO_LARGE,
        451: C.REGION_BLOCKED,
        499: C.NONE,
        500: C.UPSTREAM_5XX,
        501: C.CAPABILITY_UNSUPPORTED,
        502: C.BAD_GATEWAY,
        503: C.UPSTREAM_5XX,
        504: C.GATEWAY_TIMEOUT,
        520: C.BAD_GATEWAY,
        521: C.BAD_GATEWAY,
        522: C.GATEWAY_TIMEOUT,
        523: C.BAD_GATEWAY,
        524: C.GATEWAY_TIMEOUT,
        525: C.BAD_GATEWAY,
        526: C.BAD_GATEWAY,
        529: C.PROVIDER_OVERLOADED,
        530: C.BAD_GATEWAY,
    }
)

#: Names that say more than whatever message stands behind them.
_TELLING = frozenset(
    name.lower()
    for name in (
        "ConnectTimeout", "ConnectTimeoutError", "PoolTimeout", "MaxConnectionsError", "EmptyPoolError",
        "HTTPRequestEntityTooLarge", "ContextWindowExceededError", "ContentPolicyViolationError", "DeadlineExceeded",
        "ConnectionTimeoutError", "CancelledError", "APIUserAbortError", "ClientDisconnect", "BudgetExceededError",
        "NoCredentialsError", "ConnectionDoesNotExistError", "LineTooLong", "TooManyConnectionsError",
        "APIConnectionTimeoutError",
    )
)  # fmt: skip

#: Statuses that few errors have, and which say nearly all.
TELLING_STATUSES = frozenset({402, 413, 451, 499, 502, 504, 520, 521, 522, 523, 524, 525, 526, 529, 530})

#: Types and names that say no more than "4xx"; similarity knows more when it is sure.
VAGUE = frozenset({C.INVALID_PARAM})


def by_code(peeled: Peeled) -> C | None:
    """Return what the documented code means, or a documented exception's name of the family that stands for one."""
    found = class_of_code(peeled.family, peeled.code)
    if found is None and peeled.family in (None, "bedrock", "gemini"):
        found = next((known for name in peeled.exceptions if (known := class_of_code("bedrock", _last(name)))), None)
    return None if found in VAGUE and (peeled.code or "").lower() in ("validationexception", "invalid_value") else found


def by_firm_code(peeled: Peeled) -> C | None:
    """Return what a documented code of one meaning means, whatever the message says."""
    return class_of_firm_code(peeled.family, peeled.code)


def by_firm_type(peeled: Peeled) -> C | None:
    """Return what a documented type of one meaning means, whatever the message says."""
    return class_of_firm_type(peeled.type)


def by_exception(peeled: Peeled) -> C | None:
    """Return what the innermost known exception means."""
    for name in reversed(peeled.exceptions):
        found = _EXCEPTIONS.get(name.lower()) or _EXCEPTIONS.get(_last(name).lower())
        if found is not None:
            return found
    return None


def by_telling_name(peeled: Peeled) -> C | None:
    """Return what the innermost exception means when its name alone settles it.

    A cancellation that became another exception, as every asynchronous timeout begins, settles nothing.
    """
    for place, name in enumerate(reversed(peeled.exceptions)):
        if _last(name).lower() in _TELLING:
            found = _EXCEPTIONS[_last(name).lower()]
            if place == 0 or found is not C.NONE:
                return found
    return None


def by_type(peeled: Peeled) -> C | None:
    """Return what the error's type means."""
    return class_of_type(peeled.type)


def by_status(status: int | None) -> C | None:
    """Return what an HTTP status means when nothing else says anything."""
    if status is None:
        return None
    found = _STATUSES.get(status)
    if found is None and 400 <= status < 500:
        return C.INVALID_PARAM
    if found is None and 500 <= status < 600:
        return C.UPSTREAM_5XX
    return found


def _last(name: str) -> str:
    return name.rpartition(".")[2]
