"""Wordings of one product each, so particular that no general rule may speak before them."""

import re

from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_investigator.classify.rule import rule
from sealane_investigator.classify.wording import Wording

#: What the exceptions before an SDK's bare "Connection error." say, when its whole traceback was kept.
_DEEPER = re.compile(
    r"\[errno -?\d|certificate_verify|gaierror|readerror|remoteprotocolerror|all connection attempts failed|"
    r"reset by peer|refused|timed? ?out|disconnected without"
)


def _nothing_deeper(_: re.Match[str], wording: Wording) -> bool:
    return _DEEPER.search(wording.text) is None


#: Read in the whole text: an access log's flags, and names that stand beside the message.
OUTSIDE = (
    rule(
        "envoy.flags.nowhere",
        C.NO_HEALTHY_UPSTREAM,
        r"http/[\d.]{1,3}' 50[34] ((uh|uf|urx|uo|lh|uc|ur|lr),?){1,3} ",
        r"upstream_reset_before_response_started",
        r"no_healthy_upstream",
        anywhere=True,
    ),
    rule(
        "envoy.flags.timeout",
        C.GATEWAY_TIMEOUT,
        r"http/[\d.]{1,3}' 504 (ut|ut,urx|urx,ut|dt) ",
        r"response_timeout - '",
        anywhere=True,
    ),
    rule(
        "tool_choice.not_configured",
        C.CAPABILITY_UNSUPPORTED,
        r"tool choice requires --enable-auto-tool",
        anywhere=True,
    ),
    rule(
        "limit.day.free_models",
        C.RATE_LIMIT_DAILY,
        r"free-models-per-day",
        anywhere=True,
    ),
)

PARTICULAR = (
    rule(
        "image.refused_by_registry",
        C.K8S_IMAGE_PULL,
        r"(reading|pulling|fetching|resolving) manifest",
        r"requested access to the resource is denied",
    ),
    rule(
        "quota.window_worded",
        C.PLAN_WINDOW_EXHAUSTED,
        r"(weekly|hourly|session|\d{1,2}[- ]?(day|hour))( \([\w -]{1,16}\))? usage limit",
        r"current \d{1,2}-(day|hour) window",
        r"(plan|subscription) (quota |usage )limit",
        r"subscription limit reached",
        r"rolling (time )?window",
        r"hit your (\w{1,20} )?usage limit",
        r"\(\d{1,9} requests / \d{1,2} ?h\)",
        unless=r"per[- ]minute|per[- ]day|today",
    ),
    rule(
        "quota.paused_model",
        C.QUOTA_EXHAUSTED,
        r"reached the set inference limit",
        r"model service has been paused",
        r"setlimitexceeded",
        r"doesn't have any credits",
        r"key with a higher (\w{1,10} )?limit",
        r"prompt tokens limit exceeded: \d",
        r"quota exceeded for metric: [\w./]{1,40}[\w./]{0,40}[\w./]{0,40}, limit: 0\b",
    ),
    rule(
        "limit.day.free_usage",
        C.RATE_LIMIT_DAILY,
        r"today's (\w{1,20} )?(usage|allowance)",
    ),
    rule(
        "limit.concurrency.by_model",
        C.RATE_LIMIT_CONCURRENCY,
        r"userconcurrentrequests",
        r"concurrentrequests\b",
    ),
    rule(
        "limit.qps_overflow",
        C.RATE_LIMIT,
        r"qps ?over ?flow",
    ),
    rule(
        "signature.date",
        C.AUTH_TOKEN_EXPIRED,
        r"valid date or x-date header",
    ),
    rule(
        "client.coding_tools",
        C.CLIENT_NOT_ALLOWED,
        (
            r"only (be )?(supported|valid|allowed|accepted) (in|for|by|with|from) (\w{1,12} )?(coding|supported) "
            r"(tools|agents|clients)"
        ),
    ),
    rule(
        "model.of_another_api",
        C.CAPABILITY_UNSUPPORTED,
        r"only supported in v1/(responses|completions|chat)",
        r"(request|operation) is not supported (by|for|with) (this|the) model",
    ),
    rule(
        "model.no_access",
        C.PERMISSION_DENIED,
        r"no access to model",
    ),
    rule(
        "parameter.batch",
        C.INVALID_PARAM,
        r"batch size is invalid",
        r"batch size \d{1,9} > maximum",
        r"is too long - '(functions|tools|tool_choice|metadata|stop)",
    ),
    rule(
        "websocket.server_broke",
        C.UPSTREAM_5XX,
        r"1011 \([a-z ]{3,24}\):? (an? )?(internal|server|unexpected|unknown|unhandled) (server )?(error|failure)",
    ),
    rule(
        "websocket.1011",
        C.WS_KEEPALIVE_TIMEOUT,
        r"\bcode:? ?1011\b",
    ),
    rule(
        "stream.cut_by_upstream",
        C.STREAM_TRUNCATED,
        r"prematurely closed connection while reading upstream",
    ),
    rule(
        "upstream.closed",
        C.CONNECTION_RESET,
        r"upstream prematurely closed connection",
        r"connection may have dropped",
    ),
    rule(
        "local_server.not_running",
        C.CONNECTION_REFUSED,
        r"check that \w{1,30} is (downloaded|installed|running)",
    ),
    rule(
        "payload.alb",
        C.PAYLOAD_TOO_LARGE,
        r"^request too long$",
    ),
    rule(
        "key.jwt_refused",
        C.AUTH_INVALID_KEY,
        r"jwt (issuer is not configured|verification fails|header is an invalid)",
        r"audiences in jwt are not allowed",
    ),
    rule(
        "descriptors.nginx",
        C.FD_EXHAUSTED,
        r"worker_connections (are|is) not enough",
    ),
    rule(
        "volume.attached_elsewhere",
        C.K8S_UNSCHEDULABLE,
        r"multi-attach error for volume",
    ),
    rule(
        "connect.handshake",
        C.NETWORK_UNREACHABLE,
        r"tls handshake time",
    ),
    rule(
        "read.timed_out",
        C.TIMEOUT_READ,
        r"source: timedout",
    ),
    rule(
        "connection.bare",
        C.NETWORK_UNREACHABLE,
        r"^connection error\.?$",
        condition=_nothing_deeper,
    ),
    rule(
        "upstream.no_peer",
        C.NO_HEALTHY_UPSTREAM,
        r"failed to set the current peer",
    ),
)
