"""How much in how little time: per minute, per day, at once, and in one request."""

import re

from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_investigator.classify.rule import rule
from sealane_investigator.classify.wording import Wording


def _above_the_limit(match: re.Match[str], _: Wording) -> bool:
    """Whether the one request asks for more than the limit is."""
    limit, requested = (int(number.replace(",", "")) for number in match.group("limit", "requested"))
    return requested > limit > 0


QUOTAS = (
    rule(
        "limit.quota_id.day",
        C.RATE_LIMIT_DAILY,
        r"(requests|tokens|quota)perday",
        r"per_day_per_(project|model)",
        anywhere=True,
        unless=r"limit: 0\b|quotavalue'?: ?'0'",
    ),
    rule(
        "limit.quota_id.minute",
        C.RATE_LIMIT,
        r"(requests|tokens|quota)perminute",
        r"per_minute_per_(project|model|base)",
        anywhere=True,
        unless=r"limit: 0\b|quotavalue'?: ?'0'",
    ),
)

RATES = (
    rule(
        "limit.one_request",
        C.RATE_LIMIT_SINGLE_REQUEST,
        r"limit:? (?P<limit>[\d,]{1,12})( / min)?,? (used:? [\d,]{1,12},? )?requested:? (?P<requested>[\d,]{1,12})",
        condition=_above_the_limit,
    ),
    rule(
        "limit.one_request.worded",
        C.RATE_LIMIT_SINGLE_REQUEST,
        r"request too large for…(model|gpt|llama|organization|tpm|tokens per min)",
        r"(single|one) request…(above|exceed|larger|more|over)…limit",
        r"(single|one) (request|prompt|message|call)…(tokens per min|\btpm\b|per[- ]minute)",
        r"request (is )?too large…(tokens? per minute|tpm|rate limit)",
        r"requested tokens exceed…per[- ]minute",
        r"单次请求…(超过|超出)…(限制|上限)",
    ),
    rule(
        "limit.one_request.above",
        C.RATE_LIMIT_SINGLE_REQUEST,
        (
            r"(request|prompt|message) (of |with |has |contains )(?P<requested>[\d,]{1,12}) tokens…"
            r"(?P<limit>[\d,]{1,12}) ?(tpm|tokens? per min)"
        ),
        condition=_above_the_limit,
    ),
    rule(
        "limit.concurrency",
        C.RATE_LIMIT_CONCURRENCY,
        (
            r"(max(imum)?|too many|high|exceed\w*|reduce|limit\w*|number of|reached|your|allowed|"
            r"over) (\w+ ){0,3}(concurren\w+|parallel|simultaneous)"
        ),
        r"(concurren\w+|parallel|simultaneous) (\w+ ){0,4}(limit|exceed|reached|usage|too (many|high)|quota)",
        r"too many (open |active )?(connections|sessions|streams|requests in (flight|progress|parallel))",
        r"concurrency_limit",
        r"max_parallel_requests?",
        r"conn limit",
        r"too many…at (once|the same time)",
        unless=(
            r"clients already|mysql|hy000|redis|for role|for database|maxconnectionserror|1040|tpm / rpm|"
            r"hostname|postgres|maxclients|error from (pgbouncer|postgres)"
        ),
    ),
    rule(
        "limit.concurrency.chinese",
        C.RATE_LIMIT_CONCURRENCY,
        r"并发",
        unless=r"频率过高",
    ),
    rule(
        "limit.day",
        C.RATE_LIMIT_DAILY,
        r"(requests?|tokens?|calls?|messages?|images?|queries|neurons|units)[ _]?(/|per)[ _-]?(day|24 ?h|86400)",
        r"\b(tpd|rpd|rpd|ipd)\b",
        r"perday",
        r"per[- _]day",
        r"_rpd\b",
        r"byday\b",
        r"limit_rpd",
        r"daily (\w+ ){0,3}(limit|quota|cap|allowance|allocation|usage|rate)",
        r"(today's|todays|daily) (quota|limit)",
        r"(quota|limit|cap)…for (today|the day)",
        r"per 86400s",
        r"\b24[- ]?h(ours?)? (\w+ ){0,2}(limit|quota|cap)\b",
        r"try again tomorrow",
        r"requests for the day",
        r"limit…resets (daily|at midnight)",
        r"(requests|quota|limit) today\b",
        r"daily_limit",
        unless=r"limit: 0\b|retention|insufficient|limit: ?0,",
    ),
    rule(
        "limit.day.chinese",
        C.RATE_LIMIT_DAILY,
        r"(今日|当日|每日|当天|每天|单日|一天)…(次数|限额|上限|额度|限制|配额|用量|用完)",
    ),
    rule(
        "limit.minute",
        C.RATE_LIMIT,
        (
            r"(requests?|tokens?|calls?|queries|images?|messages?|input|output)( \w+)?[ _]?(/|per)[ _-]?(min|"
            r"sec|hour|1? ?hour)"
        ),
        r"per-minute",
        r"per[ _]minute",
        r"per[ _]second",
        r"perminute",
        r"perhour",
        r"\b(tpm|rpm|qpm|rps|qps|ipm)\b",
        r"(max|organization|project|account)( \w+)? (tpm|rpm)",
        r"rate[- _]limit…(reach|exceed|hit|increas|of your|for|by|with|on|has|was|is)?",
        r"rate-?limited",
        r"rate[- _]?limit\w*",
        r"ratelimit",
        r"(too many|a lot of|receiving too many|so many) requests",
        r"requests? (has been |have been |was |were |is |are |being )*throttled",
        r"throttl(ed|ing)",
        r"exceeded your current requests",
        r"request rate increased too quickly",
        r"high frequency",
        r"reduce (the )?(frequency|request rate)",
        r"quota exceeded for",
        r"slow ?down\b",
        r"reduce your request rate",
        r"too many tokens(?!: (size|total|max|in|the|your)\b)",
        r"resource (has been )?exhausted",
        r"resource_exhausted",
        r"allocated quota exceeded",
        r"requests? (limit|quota) (exceeded|reached)",
        r"too fast",
        r"too frequent",
        r"(?<!model )\btoken limit(?= \(|$)",
        r"copilot token usage",
        r"service tier capacity exceeded",
        r"back ?off and retry",
        r"error( code)?:? ?1015\b",
        unless=(
            r"worker local total|system capacity limits|overloaded_error|engine is currently overloaded|"
            r"over capacity|reset after…timeout|pull rate|'type': ?'overloaded|experiencing high (demand|"
            r"traffic)|model is overloaded|due to server overload|context window"
        ),
    ),
    rule(
        "limit.minute.chinese",
        C.RATE_LIMIT,
        r"(频率|速率|速度)…(过高|过快|限制|上限|超)",
        r"(请求|调用|访问)…(过于频繁|太频繁|频繁|过快|过多)",
        r"限流",
        r"分钟内…(最多|超过|上限)",
        r"每分钟",
        r"请求数限制",
        r"超出…(频率|速率)",
    ),
)

WEAK_RATES = (
    rule(
        "limit.bare",
        C.RATE_LIMIT,
        r"\b429\b",
        r"please (wait|retry|try again)( after| in)? \d+(\.\d+)? ?(s|sec|seconds|ms|minutes?)\b",
        r"流量限制",
        r"limit exceeded",
        r"exceeded…limit",
        r"too_many_requests",
        hint=True,
        unless=r"token|size|length|context|bytes",
    ),
)
