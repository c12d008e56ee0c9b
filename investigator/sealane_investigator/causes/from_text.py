"""The cause that an error's own words name: a limit of 0, a name that has retired, a path of another product.

A number or an address in a text is a fact as well. The first rule that fits decides; none fits most texts.
"""

import re
from dataclasses import dataclass, replace

from sealane_api.diagnosis.error_class import Cause
from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_investigator.incident.diagnosis import Diagnosis
from sealane_investigator.incident.peeled import Peeled

#: Characters of a text that are looked at.
MAX_TEXT = 8_192

_REFUSED = frozenset({C.AUTH_INVALID_KEY, C.AUTH_MISSING_KEY, C.PERMISSION_DENIED})
_LIMITED = frozenset({C.QUOTA_EXHAUSTED, C.RATE_LIMIT, C.RATE_LIMIT_DAILY, C.RATE_LIMIT_SINGLE_REQUEST})
_NAMED = frozenset({C.MODEL_NOT_FOUND, C.NO_HEALTHY_UPSTREAM})
_ADDRESSED = frozenset(
    {C.ENDPOINT_NOT_FOUND, C.DNS_FAILURE, C.UPSTREAM_NON_JSON, C.CONNECTION_REFUSED, C.NETWORK_UNREACHABLE}
)
_ROUTED = frozenset(
    {C.NO_HEALTHY_UPSTREAM, C.MODEL_NOT_FOUND, C.ENDPOINT_NOT_FOUND, C.PERMISSION_DENIED, C.CAPABILITY_UNSUPPORTED}
)
_ON_THE_WAY = frozenset(
    {
        C.NETWORK_UNREACHABLE, C.CONNECTION_REFUSED, C.CONNECTION_RESET, C.TLS_VERIFY, C.BAD_GATEWAY, C.UPSTREAM_5XX,
        C.PERMISSION_DENIED, C.AUTH_INVALID_KEY, C.AUTH_MISSING_KEY, C.UPSTREAM_NON_JSON, C.INVALID_PARAM, C.UNKNOWN,
        C.GATEWAY_TIMEOUT,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TextRule:
    """A cause, the classes it can explain, the wording that names it, and why in a sentence."""

    cause: Cause
    classes: frozenset[C]
    wording: re.Pattern[str]
    why: str


#: How a refusal quotes the value that it refuses.
_GIVEN = r"(?:provided|api[ _-]?key|\b(?:key|token))['\"]?\s?(?:is )?[:=]\s?['\"]?"
#: Prefixes of other platforms' keys, and hosts of public platforms.
_FOREIGN = r"(?:AIza|sk-or-|sk-ant-|gsk_|xai-|hf_|sk-kimi-|<key:(?:AIza|sk-or-|sk-ant-|gsk_|xai-|hf_|sk-kimi-))"
_PUBLIC = r"(?:openai|anthropic|deepseek|moonshot|kimi|groq|mistral|openrouter|googleapis|aliyuncs|bigmodel|z)\.\w{2,3}"


def _rule(cause: Cause, classes: frozenset[C], wording: str, why: str) -> TextRule:
    return TextRule(cause, classes, re.compile(wording, re.IGNORECASE), why)


_RULES = (
    _rule(
        Cause.QUOTA_ZERO,
        _LIMITED,
        r"\blimit['\"]?: ?['\"]?0(?![\d.])|\blimit (?:is|of) 0(?![\d.])|\blimit 0, used|quota_?value['\"]?: ?['\"]?0\b"
        r"|限额为? ?0(?!\d)",
        "the limit that the text states is 0",
    ),
    _rule(
        Cause.KEY_FIELD_MISFILLED,
        _REFUSED,
        rf"{_GIVEN}(?:https?://|<key:(?:url|placeholder|words)|\$\{{?[A-Z_]{{3,40}}|\{{\{{|%\w{{3,40}}%|os\.environ)"
        rf"|{_GIVEN}<?(?:your|my|insert|enter|put|paste|replace)[-_ *][-_ *\w]{{0,60}}(?:key|token|here|secret|api)"
        rf"|{_GIVEN}(?:undefined|null|none|changeme|x{{4,60}}|test|fake|placeholder|dummy|empty|api[-_ ]?key|key|token)"
        r"(?=['\"]?(?:[\s.,;)}]|$))"
        rf"|{_GIVEN}(?:api_?key|bearer|authorization|export|\w{{2,20}}_api_key)\s?[:= ]"
        r"|sk-your|bearer bearer|illegal header value b?['\"]bearer ?['\"]",
        "where the key belongs there is a URL, a placeholder or words",
    ),
    _rule(
        Cause.AUTH_WRONG_ENDPOINT,
        _REFUSED,
        r"wrong (?:api )?endpoint|correct regional|(?:key|token)[^.]{0,60}(?:another|different|other|wrong) "
        r"(?:region|platform|site|endpoint|service)|(?:region|platform|endpoint)[^.]{0,40}(?:does not match|mismatch|"
        r"not match)[^.]{0,40}key"
        rf"|provided: ?['\"]?{_FOREIGN}[^\n]{{0,400}}platform\.openai\.com",
        "the text says that the key belongs to another endpoint or region",
    ),
    _rule(
        Cause.ROUTING_POLICY_TOO_STRICT,
        _ROUTED,
        r"data policy|no allowed providers|(?:all|every) providers? (?:have|has) been (?:ignored|excluded)|"
        r"provider (?:preferences|routing (?:options|preferences|rules))|guardrail restrictions|"
        r"zero data retention|\bzdr\b|"
        r"no providers? (?:match|meet|satisf)",
        "the routing options of the request exclude every provider",
    ),
    _rule(
        Cause.MODEL_RETIRED,
        _NAMED | {C.PERMISSION_DENIED},
        r"decommission|\bdeprecat|\bretired\b|end of (?:its )?life|"
        r"no longer (?:available|supported|offered|served)|discontinued|"
        r"\bsunset|shut ?down|was removed|has been removed|is a legacy|as legacy|已下线|已?下架|停止服务|已弃用|"
        r"\bkimi-(?:k2-(?:0711|0905|turbo|thinking)|latest|thinking-preview)",
        "the name that the text quotes has been retired by its provider",
    ),
    _rule(
        Cause.ALIAS_NOT_MAPPED,
        _NAMED,
        r"invalid model name passed|provider not provided|倍率或价格未配置|"
        r"no (?:alias|mapping)|"
        r"not (?:mapped|registered|configured)|unmapped|model ?group|无可用渠道|"
        r"no available channel|not in (?:the )?(?:config|model[_ ]list)",
        "a gateway before the provider has no mapping for the name",
    ),
    _rule(
        Cause.BAD_BASE_URL,
        _ADDRESSED,
        r"/v\d/v\d\b|/chat/completions/chat/|/v1/chat/completions/v1|connect to host https?:\d|host=['\"]https?['\"]|"
        r"lookup https?\b|ENOTFOUND https?\b|missing an? ['\"]?https?|no scheme supplied|unsupported protocol scheme|"
        r"no connection adapters|unsupportedprotocol|invalidurl|only http\(s\) protocols|/v4/v1/|/v1/v4/|"
        r"/v1/v1beta|//v1/|"
        r"url\.not_found|没找到对象",
        "the address in the text has a host or a path that no provider serves",
    ),
    _rule(
        Cause.PROXY_MISCONFIGURED,
        _ON_THE_WAY,
        r"tunnel connection failed|proxyerror|proxy authentication required|"
        r"(?:status|code|http|failed|error)[ :=/\d.]{1,12}407\b|"
        r"connect(?:ion)? to (?:the )?proxy|"
        r"proxyconnect|proxy_connection_failed|resolve proxy|"
        r"proxy (?:server )?(?:refused|error|not (?:found|reachable))|"
        r"socks\w{0,10}(?:error| error)|via proxy|behind (?:a )?proxy|wrong[_ ]version[_ ]number"
        rf"|(?:hostname mismatch|not valid for|doesn't match)[^\n]{{0,80}}{_PUBLIC}",
        "a proxy on the way refused or broke the connection",
    ),
)  # fmt: skip


def with_text_cause(diagnosis: Diagnosis, peeled: Peeled) -> Diagnosis:
    """Return the diagnosis with the cause that the text names; unchanged when it names none or one is known."""
    if diagnosis.cause is not None:
        return diagnosis
    text = peeled.text[:MAX_TEXT]
    for rule in _RULES:
        if diagnosis.error_class in rule.classes and rule.wording.search(text):
            return replace(diagnosis, cause=rule.cause, cause_why=rule.why)
    return diagnosis
