"""The error bodies of each personality, as their documentation and client code show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from sealane_cli.stub.personality import Personality
from sealane_cli.stub.reply import Reply, json_reply


class Refusal(Enum):
    """Why a provider refuses, in words that every personality has."""

    BAD_REQUEST = auto()
    CONTENT_FILTER = auto()
    UNAUTHORIZED = auto()
    FORBIDDEN_MODEL = auto()
    FORBIDDEN_BALANCE = auto()
    MODEL_NOT_FOUND = auto()
    PATH_NOT_FOUND = auto()
    RATE_LIMIT = auto()
    QUOTA = auto()
    OVERLOADED = auto()
    SERVER_ERROR = auto()
    UNAVAILABLE = auto()


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """HTTP status, the provider's word for it (``type``; Z.ai: ``code``), message, and OpenAI's ``code``."""

    status: int
    word: str
    message: str
    code: str | None = None


_MOONSHOT: Mapping[Refusal, ErrorBody] = {
    Refusal.BAD_REQUEST: ErrorBody(400, "invalid_request_error", "Invalid request: a parameter is missing or wrong"),
    Refusal.CONTENT_FILTER: ErrorBody(
        400, "content_filter", "The request was rejected because it was considered high risk"
    ),
    Refusal.UNAUTHORIZED: ErrorBody(401, "invalid_authentication_error", "Invalid Authentication"),
    Refusal.FORBIDDEN_MODEL: ErrorBody(403, "permission_denied_error", "The API you are accessing is not open"),
    Refusal.FORBIDDEN_BALANCE: ErrorBody(
        403, "permission_denied_error", "Your account balance is insufficient, please recharge"
    ),
    Refusal.MODEL_NOT_FOUND: ErrorBody(
        404, "resource_not_found_error", "Not found the model {model} or Permission denied"
    ),
    Refusal.PATH_NOT_FOUND: ErrorBody(404, "resource_not_found_error", "The requested resource was not found"),
    Refusal.RATE_LIMIT: ErrorBody(
        429,
        "rate_limit_reached_error",
        "Your account request reached project TPM rate limit, current: 1410, limit: 100, "
        "please try again after 1 seconds",
    ),
    Refusal.QUOTA: ErrorBody(
        429,
        "exceeded_current_quota_error",
        "You exceeded your current token quota, please check your account balance",
    ),
    Refusal.OVERLOADED: ErrorBody(
        429, "engine_overloaded_error", "The engine is currently overloaded, please try again later"
    ),
    Refusal.SERVER_ERROR: ErrorBody(500, "server_error", "Internal server error"),
    Refusal.UNAVAILABLE: ErrorBody(503, "server_unavailable", "The server is temporarily unavailable"),
}

#: Z.ai's business codes with the HTTP status each travels under.
ZAI_CODES: Mapping[int, tuple[int, str]] = {
    500: (500, "Internal error"),
    1000: (401, "Authentication Failed"),
    1001: (401, "Authentication parameter not received in Header, unable to authenticate"),
    1002: (
        401,
        "Invalid Authentication Token, please confirm the correct transmission of the Authentication Token",
    ),
    1003: (401, "Authentication Token expired, please regenerate or obtain again"),
    1004: (401, "Authentication failed with the provided Authentication Token"),
    1100: (401, "Account Read/Write"),
    1110: (401, "Your account is currently inactive. Please check your account information"),
    1111: (401, "Your account does not exist"),
    1112: (401, "Your account has been locked, please contact customer service to unlock"),
    1113: (429, "Insufficient balance or no resource package. Please recharge."),
    1120: (500, "Unable to successfully access your account at this time, please try again later"),
    1121: (401, "Account has irregular activities and is locked"),
    1210: (400, "Invalid API parameter, please check the documentation."),
    1211: (404, "Unknown Model, please check the model code."),
    1212: (400, "The current model does not support this call method"),
    1213: (400, "A parameter was not received properly"),
    1214: (400, "A parameter is invalid. Please check the documentation."),
    1215: (400, "Two parameters cannot be set simultaneously"),
    1220: (403, "You do not have permission to access this model"),
    1221: (404, "The API has been taken offline"),
    1222: (404, "The API does not exist"),
    1230: (500, "API call process error"),
    1231: (400, "You already have a request with this request_id"),
    1234: (500, "Network error, please try again later"),
    1261: (400, "Prompt exceeds max length"),
    1300: (400, "The API call was blocked by policy"),
    1301: (400, "System detected potentially unsafe or sensitive content in input or generation."),
    1302: (429, "Rate limit reached for requests"),
    1303: (429, "High frequency usage of this API, please reduce frequency"),
    1304: (429, "Daily call limit for this API reached"),
    1305: (429, "The API has triggered a traffic limit"),
    1308: (429, "Usage limit reached for 5 hour. Your limit will reset at 2099-01-01 00:00:00"),
    1309: (429, "Your plan has expired"),
    1310: (429, "Weekly limit exhausted. Your limit will reset at 2099-01-01 00:00:00"),
    1311: (429, "Your plan does not include access to this model"),
    1312: (429, "The model is currently experiencing high traffic, please try another model"),
    1313: (429, "Your account's usage does not follow the fair use policy"),
}


def _zai(code: int, status: int | None = None) -> ErrorBody:
    own, message = ZAI_CODES[code]
    return ErrorBody(status or own, str(code), message)


_ZAI: Mapping[Refusal, ErrorBody] = {
    Refusal.BAD_REQUEST: _zai(1210),
    Refusal.CONTENT_FILTER: _zai(1301),
    Refusal.UNAUTHORIZED: _zai(1000),
    Refusal.FORBIDDEN_MODEL: _zai(1220),
    Refusal.FORBIDDEN_BALANCE: _zai(1113, 403),
    Refusal.MODEL_NOT_FOUND: _zai(1211),
    Refusal.PATH_NOT_FOUND: _zai(1222),
    Refusal.RATE_LIMIT: _zai(1302),
    Refusal.QUOTA: _zai(1113),
    Refusal.OVERLOADED: _zai(1312),
    Refusal.SERVER_ERROR: _zai(500),
    Refusal.UNAVAILABLE: _zai(1234, 503),
}

_OPENAI: Mapping[Refusal, ErrorBody] = {
    Refusal.BAD_REQUEST: ErrorBody(400, "invalid_request_error", "A parameter is missing or wrong."),
    Refusal.CONTENT_FILTER: ErrorBody(
        400, "invalid_request_error", "The response was filtered by the content policy.", "content_filter"
    ),
    Refusal.UNAUTHORIZED: ErrorBody(401, "invalid_request_error", "Incorrect API key provided.", "invalid_api_key"),
    Refusal.FORBIDDEN_MODEL: ErrorBody(
        403, "invalid_request_error", "Project does not have access to model `{model}`", "model_not_found"
    ),
    Refusal.FORBIDDEN_BALANCE: ErrorBody(
        403, "insufficient_quota", "Your account balance is insufficient.", "insufficient_quota"
    ),
    Refusal.MODEL_NOT_FOUND: ErrorBody(
        404, "invalid_request_error", "The model `{model}` does not exist", "model_not_found"
    ),
    Refusal.PATH_NOT_FOUND: ErrorBody(404, "invalid_request_error", "Unknown request URL."),
    Refusal.RATE_LIMIT: ErrorBody(429, "requests", "Rate limit reached.", "rate_limit_exceeded"),
    Refusal.QUOTA: ErrorBody(
        429,
        "insufficient_quota",
        "You exceeded your current quota, please check your plan.",
        "insufficient_quota",
    ),
    Refusal.OVERLOADED: ErrorBody(503, "server_error", "The engine is currently overloaded."),
    Refusal.SERVER_ERROR: ErrorBody(500, "server_error", "The server had an error."),
    Refusal.UNAVAILABLE: ErrorBody(503, "server_error", "The server is temporarily unavailable."),
}

_BODIES = {"moonshot": _MOONSHOT, "zai": _ZAI, "openai": _OPENAI}


def error_value(personality: Personality, refusal: Refusal, model: str = "") -> dict[str, object]:
    """The JSON of one refusal, as this provider writes it."""
    return _value(personality, _BODIES[personality.name][refusal], model)


def error_reply(personality: Personality, refusal: Refusal, model: str = "", status: int | None = None) -> Reply:
    """The answer to one refusal; ``status`` replaces the usual one."""
    body = _BODIES[personality.name][refusal]
    return json_reply(_value(personality, body, model), status or body.status)


def zai_code_reply(personality: Personality, code: int) -> Reply:
    """Z.ai's answer with this business code; an unknown code comes under 429 as all of the 13xx do."""
    status, message = ZAI_CODES.get(code, (429, "Unknown code"))
    return json_reply(_value(personality, ErrorBody(status, str(code), message), ""), status)


def _value(personality: Personality, body: ErrorBody, model: str) -> dict[str, object]:
    message = body.message.replace("{model}", model)
    if personality.name == "zai":
        return {"error": {"code": body.word, "message": message}, "request_id": "20260212000000stub"}
    if personality.name == "moonshot":
        return {"error": {"message": message, "type": body.word}}
    return {"error": {"message": message, "type": body.word, "param": None, "code": body.code}}
