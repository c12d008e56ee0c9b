"""Z.ai, Zhipu, BigModel: business codes (docs.z.ai and docs.bigmodel.cn, "api-code")."""

from collections.abc import Mapping
from types import MappingProxyType

from sealane_api.diagnosis.error_class import ErrorClass as C

#: 1302 covers frequency and concurrency; its message tells. HTTP statuses appear as codes too: 401, 500.
CODES: Mapping[str, C] = MappingProxyType(
    {
        "401": C.AUTH_INVALID_KEY,
        "500": C.UPSTREAM_5XX,
        "1000": C.AUTH_INVALID_KEY,
        "1001": C.AUTH_MISSING_KEY,
        "1002": C.AUTH_INVALID_KEY,
        "1003": C.AUTH_TOKEN_EXPIRED,
        "1004": C.AUTH_INVALID_KEY,
        "1100": C.AUTH_INVALID_KEY,
        "1110": C.ACCOUNT_SUSPENDED,
        "1111": C.AUTH_INVALID_KEY,
        "1112": C.ACCOUNT_SUSPENDED,
        "1113": C.QUOTA_EXHAUSTED,
        "1120": C.UPSTREAM_5XX,
        "1121": C.ACCOUNT_SUSPENDED,
        "1210": C.INVALID_PARAM,
        "1211": C.MODEL_NOT_FOUND,
        "1212": C.CAPABILITY_UNSUPPORTED,
        "1213": C.INVALID_PARAM,
        "1214": C.INVALID_PARAM,
        "1215": C.INVALID_PARAM,
        "1220": C.PERMISSION_DENIED,
        "1221": C.ENDPOINT_NOT_FOUND,
        "1222": C.ENDPOINT_NOT_FOUND,
        "1230": C.UPSTREAM_5XX,
        "1231": C.DUPLICATE_REQUEST,
        "1234": C.UPSTREAM_5XX,
        "1261": C.CONTEXT_LENGTH_EXCEEDED,
        "1300": C.CONTENT_FILTER,
        "1301": C.CONTENT_FILTER,
        "1302": C.RATE_LIMIT,
        "1303": C.RATE_LIMIT,
        "1304": C.RATE_LIMIT_DAILY,
        "1305": C.PROVIDER_OVERLOADED,
        "1308": C.PLAN_WINDOW_EXHAUSTED,
        "1309": C.PLAN_EXPIRED,
        "1310": C.PLAN_WINDOW_EXHAUSTED,
        "1311": C.PERMISSION_DENIED,
        "1312": C.PROVIDER_OVERLOADED,
        "1313": C.ACCOUNT_RESTRICTED,
    }
)

#: Codes of one meaning, whatever the message says. The others come with messages that say more than they do: 1210 and
#: 1214 with what is wrong with a parameter, 1302 with what there was too much of.
FIRM: frozenset[str] = frozenset(CODES) - {
    "401", "500", "1000", "1001", "1002", "1004", "1100", "1210", "1213", "1214", "1215", "1230", "1234", "1302",
}  # fmt: skip
