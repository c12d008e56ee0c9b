"""OpenRouter, GitHub Copilot, LiteLLM, one-api and new-api, Cloudflare Workers AI, Mistral."""

from collections.abc import Mapping
from types import MappingProxyType

from sealane_api.diagnosis.error_class import ErrorClass as C

#: OpenRouter's codes are HTTP statuses; these say more at OpenRouter than elsewhere.
OPENROUTER: Mapping[str, C] = MappingProxyType(
    {
        "402": C.QUOTA_EXHAUSTED,
        "408": C.GATEWAY_TIMEOUT,
        "502": C.BAD_GATEWAY,
    }
)

COPILOT: Mapping[str, C] = MappingProxyType(
    {
        "quota_exceeded": C.QUOTA_EXHAUSTED,
        "rate_limited": C.RATE_LIMIT,
        "user_global_rate_limited": C.RATE_LIMIT,
        "user_model_rate_limited": C.RATE_LIMIT,
        "integration_rate_limited": C.RATE_LIMIT,
        "user_weekly_rate_limited": C.PLAN_WINDOW_EXHAUSTED,
        "model_max_prompt_tokens_exceeded": C.CONTEXT_LENGTH_EXCEEDED,
        "unsupported_api_for_model": C.CAPABILITY_UNSUPPORTED,
        "model_not_supported": C.MODEL_NOT_FOUND,
        "unauthorized": C.AUTH_INVALID_KEY,
        "feature_flag_blocked": C.PERMISSION_DENIED,
        "invalid_request_body": C.INVALID_PARAM,
    }
)

#: Names of LiteLLM's exceptions, and the types of its proxy.
LITELLM: Mapping[str, C] = MappingProxyType(
    {
        "token_not_found_in_db": C.AUTH_INVALID_KEY,
        "expired_key": C.AUTH_INVALID_KEY,
        "budget_exceeded": C.QUOTA_EXHAUSTED,
        "key_model_access_denied": C.PERMISSION_DENIED,
        "team_model_access_denied": C.PERMISSION_DENIED,
        "user_model_access_denied": C.PERMISSION_DENIED,
        "no_db_connection": C.UPSTREAM_5XX,
    }
)

WORKERS_AI: Mapping[str, C] = MappingProxyType(
    {
        "3007": C.GATEWAY_TIMEOUT,
        "3008": C.NONE,
        "3036": C.RATE_LIMIT_DAILY,
        "3040": C.PROVIDER_OVERLOADED,
        "3041": C.PERMISSION_DENIED,
        "3042": C.MODEL_NOT_FOUND,
        "4006": C.RATE_LIMIT_DAILY,
        "5004": C.INVALID_PARAM,
        "5005": C.INVALID_PARAM,
        "5007": C.MODEL_NOT_FOUND,
        "5018": C.PERMISSION_DENIED,
        "10000": C.AUTH_INVALID_KEY,
    }
)

MISTRAL: Mapping[str, C] = MappingProxyType(
    {
        "1300": C.RATE_LIMIT,
        "1500": C.MODEL_NOT_FOUND,
        "3051": C.CAPABILITY_UNSUPPORTED,
        "3230": C.INVALID_MESSAGE_SEQUENCE,
        "3505": C.RATE_LIMIT,
    }
)

#: Words of gateways that nobody uses for something else.
WORDS: Mapping[str, C] = MappingProxyType(
    {
        **COPILOT,
        **LITELLM,
        "insufficient_user_quota": C.QUOTA_EXHAUSTED,
        "pre_consume_token_quota_failed": C.QUOTA_EXHAUSTED,
        "model_price_error": C.MODEL_NOT_FOUND,
        "get_channel_failed": C.NO_HEALTHY_UPSTREAM,
        "channel:no_available_key": C.NO_HEALTHY_UPSTREAM,
        "do_request_failed": C.UPSTREAM_5XX,
        "bad_response_body": C.UPSTREAM_NON_JSON,
        "empty_response": C.UPSTREAM_NON_JSON,
        "read_response_body_failed": C.STREAM_TRUNCATED,
        "sensitive_words_detected": C.CONTENT_FILTER,
        "access_denied": C.PERMISSION_DENIED,
    }
)
