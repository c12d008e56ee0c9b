"""The closed vocabulary of errors: classes, and the one action that each calls for."""

from enum import StrEnum


class Action(StrEnum):
    """What to do about an error; closed, so that it can be counted how often the answer was right."""

    FIX_CREDENTIAL = "fix_credential"
    REFRESH_TOKEN = "refresh_token"  # noqa: S105 - an action
    GRANT_ACCESS = "grant_access"
    USE_RIGHT_ENDPOINT = "use_right_endpoint"
    MOVE_EGRESS = "move_egress"
    CONTACT_PROVIDER = "contact_provider"
    RECHARGE = "recharge"
    WAIT_FOR_RESET = "wait_for_reset"
    BACK_OFF = "back_off"
    LOWER_CONCURRENCY = "lower_concurrency"
    SHRINK_REQUEST = "shrink_request"
    FAIL_OVER = "fail_over"
    INSPECT_UPSTREAMS = "inspect_upstreams"
    FIX_MODEL_NAME = "fix_model_name"
    FIX_BASE_URL = "fix_base_url"
    USE_CAPABLE_MODEL = "use_capable_model"
    FIX_PARAMETER = "fix_parameter"
    REPAIR_MESSAGES = "repair_messages"
    LOWER_MAX_TOKENS = "lower_max_tokens"
    SHRINK_PAYLOAD = "shrink_payload"
    CHANGE_CONTENT = "change_content"
    NEW_REQUEST_ID = "new_request_id"
    RETRY_BEFORE_COMMIT = "retry_before_commit"
    RAISE_READ_BUFFER = "raise_read_buffer"
    RAISE_TIMEOUT = "raise_timeout"
    CHECK_NETWORK = "check_network"
    RETRY_FRESH_CONNECTION = "retry_fresh_connection"
    CHECK_DNS = "check_dns"
    FIX_TLS = "fix_tls"
    RAISE_POOL = "raise_pool"
    UNBLOCK_EVENT_LOOP = "unblock_event_loop"
    FIX_DB_POOL = "fix_db_pool"
    FIX_WORKLOAD = "fix_workload"
    ASK_HUMAN = "ask_human"
    NONE = "none"
    #: Only a cause calls for these.
    RELAX_ROUTING = "relax_routing"
    ROLL_BACK = "roll_back"
    FIX_PROXY = "fix_proxy"


class ErrorClass(StrEnum):
    """What the text and the status of an error show."""

    AUTH_INVALID_KEY = "auth_invalid_key"
    AUTH_MISSING_KEY = "auth_missing_key"
    AUTH_TOKEN_EXPIRED = "auth_token_expired"  # noqa: S105 - a class
    PERMISSION_DENIED = "permission_denied"
    CLIENT_NOT_ALLOWED = "client_not_allowed"
    REGION_BLOCKED = "region_blocked"
    ACCOUNT_SUSPENDED = "account_suspended"
    ACCOUNT_RESTRICTED = "account_restricted"
    QUOTA_EXHAUSTED = "quota_exhausted"
    PLAN_EXPIRED = "plan_expired"
    PLAN_WINDOW_EXHAUSTED = "plan_window_exhausted"
    RATE_LIMIT = "rate_limit"
    RATE_LIMIT_DAILY = "rate_limit_daily"
    RATE_LIMIT_CONCURRENCY = "rate_limit_concurrency"
    RATE_LIMIT_SINGLE_REQUEST = "rate_limit_single_request"
    PROVIDER_OVERLOADED = "provider_overloaded"
    UPSTREAM_5XX = "upstream_5xx"
    BAD_GATEWAY = "bad_gateway"
    GATEWAY_TIMEOUT = "gateway_timeout"
    NO_HEALTHY_UPSTREAM = "no_healthy_upstream"
    ALL_UPSTREAMS_FAILED = "all_upstreams_failed"
    MODEL_NOT_FOUND = "model_not_found"
    ENDPOINT_NOT_FOUND = "endpoint_not_found"
    CAPABILITY_UNSUPPORTED = "capability_unsupported"
    INVALID_PARAM = "invalid_param"
    INVALID_MESSAGE_SEQUENCE = "invalid_message_sequence"
    MAX_TOKENS_TOO_LARGE = "max_tokens_too_large"
    CONTEXT_LENGTH_EXCEEDED = "context_length_exceeded"
    PAYLOAD_TOO_LARGE = "payload_too_large"
    CONTENT_FILTER = "content_filter"
    DUPLICATE_REQUEST = "duplicate_request"
    UPSTREAM_NON_JSON = "upstream_non_json"
    STREAM_TRUNCATED = "stream_truncated"
    STREAM_LINE_TOO_LONG = "stream_line_too_long"
    TIMEOUT_READ = "timeout_read"
    CONNECTION_REFUSED = "connection_refused"
    NETWORK_UNREACHABLE = "network_unreachable"
    CONNECTION_RESET = "connection_reset"
    DNS_FAILURE = "dns_failure"
    TLS_VERIFY = "tls_verify"
    POOL_EXHAUSTED = "pool_exhausted"
    FD_EXHAUSTED = "fd_exhausted"
    WS_KEEPALIVE_TIMEOUT = "ws_keepalive_timeout"
    DB_CONNECTIONS_EXHAUSTED = "db_connections_exhausted"
    DB_PREPARED_STATEMENT = "db_prepared_statement"
    K8S_IMAGE_PULL = "k8s_image_pull"
    K8S_CRASHLOOP = "k8s_crashloop"
    K8S_UNSCHEDULABLE = "k8s_unschedulable"
    K8S_MISSING_REFERENCE = "k8s_missing_reference"
    K8S_BAD_COMMAND = "k8s_bad_command"
    UNKNOWN = "unknown"
    NONE = "none"

    @property
    def action(self) -> Action:
        """What to do about an error of this class."""
        return _ACTIONS[self]


_CLASSES_OF: dict[Action, tuple[ErrorClass, ...]] = {
    Action.FIX_CREDENTIAL: (ErrorClass.AUTH_INVALID_KEY, ErrorClass.AUTH_MISSING_KEY),
    Action.REFRESH_TOKEN: (ErrorClass.AUTH_TOKEN_EXPIRED,),
    Action.GRANT_ACCESS: (ErrorClass.PERMISSION_DENIED,),
    Action.USE_RIGHT_ENDPOINT: (ErrorClass.CLIENT_NOT_ALLOWED,),
    Action.MOVE_EGRESS: (ErrorClass.REGION_BLOCKED,),
    Action.CONTACT_PROVIDER: (ErrorClass.ACCOUNT_SUSPENDED, ErrorClass.ACCOUNT_RESTRICTED),
    Action.RECHARGE: (ErrorClass.QUOTA_EXHAUSTED, ErrorClass.PLAN_EXPIRED),
    Action.WAIT_FOR_RESET: (ErrorClass.PLAN_WINDOW_EXHAUSTED, ErrorClass.RATE_LIMIT_DAILY),
    Action.BACK_OFF: (ErrorClass.RATE_LIMIT,),
    Action.LOWER_CONCURRENCY: (ErrorClass.RATE_LIMIT_CONCURRENCY,),
    Action.SHRINK_REQUEST: (ErrorClass.RATE_LIMIT_SINGLE_REQUEST, ErrorClass.CONTEXT_LENGTH_EXCEEDED),
    Action.FAIL_OVER: (
        ErrorClass.PROVIDER_OVERLOADED,
        ErrorClass.UPSTREAM_5XX,
        ErrorClass.BAD_GATEWAY,
        ErrorClass.GATEWAY_TIMEOUT,
    ),
    Action.INSPECT_UPSTREAMS: (
        ErrorClass.NO_HEALTHY_UPSTREAM,
        ErrorClass.ALL_UPSTREAMS_FAILED,
        ErrorClass.UPSTREAM_NON_JSON,
    ),
    Action.FIX_MODEL_NAME: (ErrorClass.MODEL_NOT_FOUND,),
    Action.FIX_BASE_URL: (ErrorClass.ENDPOINT_NOT_FOUND,),
    Action.USE_CAPABLE_MODEL: (ErrorClass.CAPABILITY_UNSUPPORTED,),
    Action.FIX_PARAMETER: (ErrorClass.INVALID_PARAM,),
    Action.REPAIR_MESSAGES: (ErrorClass.INVALID_MESSAGE_SEQUENCE,),
    Action.LOWER_MAX_TOKENS: (ErrorClass.MAX_TOKENS_TOO_LARGE,),
    Action.SHRINK_PAYLOAD: (ErrorClass.PAYLOAD_TOO_LARGE,),
    Action.CHANGE_CONTENT: (ErrorClass.CONTENT_FILTER,),
    Action.NEW_REQUEST_ID: (ErrorClass.DUPLICATE_REQUEST,),
    Action.RETRY_BEFORE_COMMIT: (ErrorClass.STREAM_TRUNCATED,),
    Action.RAISE_READ_BUFFER: (ErrorClass.STREAM_LINE_TOO_LONG,),
    Action.RAISE_TIMEOUT: (ErrorClass.TIMEOUT_READ,),
    Action.CHECK_NETWORK: (ErrorClass.CONNECTION_REFUSED, ErrorClass.NETWORK_UNREACHABLE),
    Action.RETRY_FRESH_CONNECTION: (ErrorClass.CONNECTION_RESET,),
    Action.CHECK_DNS: (ErrorClass.DNS_FAILURE,),
    Action.FIX_TLS: (ErrorClass.TLS_VERIFY,),
    Action.RAISE_POOL: (ErrorClass.POOL_EXHAUSTED, ErrorClass.FD_EXHAUSTED),
    Action.UNBLOCK_EVENT_LOOP: (ErrorClass.WS_KEEPALIVE_TIMEOUT,),
    Action.FIX_DB_POOL: (ErrorClass.DB_CONNECTIONS_EXHAUSTED, ErrorClass.DB_PREPARED_STATEMENT),
    Action.FIX_WORKLOAD: (
        ErrorClass.K8S_IMAGE_PULL,
        ErrorClass.K8S_CRASHLOOP,
        ErrorClass.K8S_UNSCHEDULABLE,
        ErrorClass.K8S_MISSING_REFERENCE,
        ErrorClass.K8S_BAD_COMMAND,
    ),
    Action.ASK_HUMAN: (ErrorClass.UNKNOWN,),
    Action.NONE: (ErrorClass.NONE,),
}

_ACTIONS = {error_class: action for action, classes in _CLASSES_OF.items() for error_class in classes}


class Cause(StrEnum):
    """What facts add to a class: why this error happens here and now."""

    AUTH_WRONG_ENDPOINT = "auth_wrong_endpoint"
    KEY_FIELD_MISFILLED = "key_field_misfilled"
    PROVIDER_INCIDENT = "provider_incident"
    MODEL_RETIRED = "model_retired"
    ALIAS_NOT_MAPPED = "alias_not_mapped"
    BAD_BASE_URL = "bad_base_url"
    QUOTA_ZERO = "quota_zero"
    ROUTING_POLICY_TOO_STRICT = "routing_policy_too_strict"
    CONFIG_CHANGE = "config_change"
    PROXY_MISCONFIGURED = "proxy_misconfigured"

    @property
    def action(self) -> Action:
        """What to do about this cause."""
        return _CAUSE_ACTIONS[self]


_CAUSE_ACTIONS = {
    Cause.AUTH_WRONG_ENDPOINT: Action.USE_RIGHT_ENDPOINT,
    Cause.KEY_FIELD_MISFILLED: Action.FIX_CREDENTIAL,
    Cause.PROVIDER_INCIDENT: Action.FAIL_OVER,
    Cause.MODEL_RETIRED: Action.FIX_MODEL_NAME,
    Cause.ALIAS_NOT_MAPPED: Action.FIX_MODEL_NAME,
    Cause.BAD_BASE_URL: Action.FIX_BASE_URL,
    Cause.QUOTA_ZERO: Action.RECHARGE,
    Cause.ROUTING_POLICY_TOO_STRICT: Action.RELAX_ROUTING,
    Cause.CONFIG_CHANGE: Action.ROLL_BACK,
    Cause.PROXY_MISCONFIGURED: Action.FIX_PROXY,
}
