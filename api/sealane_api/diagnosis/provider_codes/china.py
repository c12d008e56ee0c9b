"""DashScope (Model Studio), MiniMax, SiliconFlow, Volcengine (Ark), Qianfan, Hunyuan: their error code pages."""

from collections.abc import Mapping
from types import MappingProxyType

from sealane_api.diagnosis.error_class import ErrorClass as C

DASHSCOPE: Mapping[str, C] = MappingProxyType(
    {
        "invalidapikey": C.AUTH_INVALID_KEY,
        "accessdenied": C.PERMISSION_DENIED,
        "accessdenied.unpurchased": C.PERMISSION_DENIED,
        "model.accessdenied": C.PERMISSION_DENIED,
        "workspace.accessdenied": C.PERMISSION_DENIED,
        "arrearage": C.QUOTA_EXHAUSTED,
        "allocationquota.freetieronly": C.QUOTA_EXHAUSTED,
        "throttling": C.RATE_LIMIT,
        "throttling.ratequota": C.RATE_LIMIT,
        "throttling.burstrate": C.RATE_LIMIT,
        "throttling.allocationquota": C.RATE_LIMIT,
        "limitrequests": C.RATE_LIMIT,
        "limit_requests": C.RATE_LIMIT,
        "limit_burst_rate": C.RATE_LIMIT,
        "datainspectionfailed": C.CONTENT_FILTER,
        "data_inspection_failed": C.CONTENT_FILTER,
        "modelnotfound": C.MODEL_NOT_FOUND,
        "model_not_found": C.MODEL_NOT_FOUND,
        "modelservingerror": C.PROVIDER_OVERLOADED,
        "modelunavailable": C.PROVIDER_OVERLOADED,
        "serviceunavailable": C.PROVIDER_OVERLOADED,
        "requesttimeout": C.GATEWAY_TIMEOUT,
        "internalerror.timeout": C.GATEWAY_TIMEOUT,
        "invalidparameter": C.INVALID_PARAM,
        "invalidparameter.datainspection": C.INVALID_PARAM,
        "invalidurl": C.ENDPOINT_NOT_FOUND,
        "badrequest.toolarge": C.PAYLOAD_TOO_LARGE,
        "internalerror": C.UPSTREAM_5XX,
        "internalerror.algo": C.UPSTREAM_5XX,
        "systemerror": C.UPSTREAM_5XX,
        "mismatchedmodel": C.CAPABILITY_UNSUPPORTED,
        "duplicatecustomid": C.DUPLICATE_REQUEST,
    }
)

#: ``base_resp.status_code``; also in round brackets behind a message.
MINIMAX: Mapping[str, C] = MappingProxyType(
    {
        "1000": C.UPSTREAM_5XX,
        "1001": C.GATEWAY_TIMEOUT,
        "1002": C.RATE_LIMIT,
        "1004": C.AUTH_INVALID_KEY,
        "1008": C.QUOTA_EXHAUSTED,
        "1013": C.UPSTREAM_5XX,
        "1024": C.UPSTREAM_5XX,
        "1026": C.CONTENT_FILTER,
        "1027": C.CONTENT_FILTER,
        "1033": C.UPSTREAM_5XX,
        "1039": C.RATE_LIMIT,
        "1041": C.RATE_LIMIT_CONCURRENCY,
        "1042": C.INVALID_PARAM,
        "1043": C.INVALID_PARAM,
        "1044": C.INVALID_PARAM,
        "2013": C.INVALID_PARAM,
        "2037": C.INVALID_PARAM,
        "2038": C.PERMISSION_DENIED,
        "2039": C.DUPLICATE_REQUEST,
        "2042": C.PERMISSION_DENIED,
        "2045": C.RATE_LIMIT,
        "2048": C.INVALID_PARAM,
        "2049": C.AUTH_INVALID_KEY,
        "2056": C.PLAN_WINDOW_EXHAUSTED,
        "2061": C.PERMISSION_DENIED,
        "2062": C.RATE_LIMIT,
        "2064": C.PROVIDER_OVERLOADED,
        "0": C.NONE,
    }
)

SILICONFLOW: Mapping[str, C] = MappingProxyType(
    {
        "20001": C.AUTH_INVALID_KEY,
        "20012": C.MODEL_NOT_FOUND,
        "20015": C.INVALID_PARAM,
        "20028": C.INVALID_PARAM,
        "20037": C.CAPABILITY_UNSUPPORTED,
        "20041": C.CAPABILITY_UNSUPPORTED,
        "30001": C.QUOTA_EXHAUSTED,
        "30003": C.MODEL_NOT_FOUND,
        "30011": C.PERMISSION_DENIED,
        "50501": C.UPSTREAM_5XX,
        "50505": C.PROVIDER_OVERLOADED,
        "50603": C.PROVIDER_OVERLOADED,
        "60000": C.UPSTREAM_5XX,
    }
)

VOLCENGINE: Mapping[str, C] = MappingProxyType(
    {
        "authenticationerror": C.AUTH_INVALID_KEY,
        "accountoverdueerror": C.QUOTA_EXHAUSTED,
        "quotaexceeded": C.QUOTA_EXHAUSTED,
        "accessdenied": C.PERMISSION_DENIED,
        "modelnotopen": C.PERMISSION_DENIED,
        "operationdenied.servicenotopen": C.PERMISSION_DENIED,
        "modelloadingerror": C.PROVIDER_OVERLOADED,
        "serveroverloaded": C.PROVIDER_OVERLOADED,
        "invalidendpointormodel.notfound": C.MODEL_NOT_FOUND,
        "sensitivecontentdetected": C.CONTENT_FILTER,
        "missingparameter": C.INVALID_PARAM,
        "invalidparameter": C.INVALID_PARAM,
        "internalserviceerror": C.UPSTREAM_5XX,
    }
)

QIANFAN: Mapping[str, C] = MappingProxyType(
    {
        "4": C.RATE_LIMIT,
        "6": C.PERMISSION_DENIED,
        "17": C.RATE_LIMIT_DAILY,
        "18": C.RATE_LIMIT,
        "19": C.QUOTA_EXHAUSTED,
        "100": C.AUTH_INVALID_KEY,
        "110": C.AUTH_INVALID_KEY,
        "111": C.AUTH_TOKEN_EXPIRED,
        "336000": C.UPSTREAM_5XX,
        "336100": C.PROVIDER_OVERLOADED,
        "336003": C.INVALID_PARAM,
        "336103": C.CONTEXT_LENGTH_EXCEEDED,
        "336104": C.CONTENT_FILTER,
        "336501": C.RATE_LIMIT,
        "336502": C.RATE_LIMIT,
    }
)

HUNYUAN: Mapping[str, C] = MappingProxyType(
    {
        "authfailure.secretidnotfound": C.AUTH_INVALID_KEY,
        "authfailure.signaturefailure": C.AUTH_INVALID_KEY,
        "authfailure.signatureexpire": C.AUTH_TOKEN_EXPIRED,
        "requestlimitexceeded": C.RATE_LIMIT,
        "failedoperation.resourcepackexhausted": C.QUOTA_EXHAUSTED,
        "limitexceeded": C.RATE_LIMIT_CONCURRENCY,
    }
)

#: Words of these families that nobody else uses for something else.
WORDS: Mapping[str, C] = MappingProxyType(
    {
        **{code: meaning for code, meaning in DASHSCOPE.items() if code not in ("throttling", "serviceunavailable")},
        **{code: meaning for code, meaning in VOLCENGINE.items() if not code.startswith("accessdenied")},
        **HUNYUAN,
        "ratelimitexceeded.endpointtpmexceeded": C.RATE_LIMIT,
        "ratelimitexceeded.endpointrpmexceeded": C.RATE_LIMIT,
    }
)
