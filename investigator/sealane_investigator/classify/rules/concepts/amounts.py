"""How much, how often, how many at once, and what has been paid for."""

from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_investigator.classify.rule import rule

_MONEY = (
    r"(wallet|balance|credits?|funds|deposit|prepaid|budget|token plan|token pack|resource pack|quota|allowance|"
    r"(billing|cost|spend(ing)?)( \w+)? (cap|ceiling|limit|threshold))"
)

AMOUNTS = (
    rule(
        "concept.window",
        C.PLAN_WINDOW_EXHAUSTED,
        (
            r"(session|weekly|week|\dh|hours?|hourly|monthly|month|window|cycle|plan|subscription|allowance)\b…"
            r"(used|consumed|exhausted|spent|gone|reached|hit|full)…(replenish|refresh|reset|renew|restor|"
            r"available again|comes? back)"
        ),
        r"(used|reached|hit|exhausted)…\b\d{1,2}[- ]?(h|hours?|days?) window",
        r"(quota|allowance|usage)…(replenish|refresh|renew|reset|restor)\w*…(in|at|on) ",
        (
            r"(weekly|monthly|session|hourly|\d-?hour)( \w+)? (allotment|allocation|share|quota|cap|allowance)…(used|"
            r"gone|reach|full)"
        ),
        r"(本周|每周|本月|套餐|周期|\d ?小时)…(额度|限额|用量|次数|窗口)",
        hint=True,
        unless=r"per (minute|second|day)|daily|today",
    ),
    rule(
        "concept.daily",
        C.RATE_LIMIT_DAILY,
        (
            r"(requests?|calls?|messages?|quota|limit|cap|tokens?|all)\b…(for the day|for today|for one day|in a day|"
            r"midnight|24 ?h)"
        ),
        r"(daily|today|24 ?h\w*)…(limit|quota|cap|maximum|exhausted|reached|used)",
        r"(当天|当日|今日|今天|每日|每天)",
        hint=True,
    ),
    rule(
        "concept.concurrency",
        C.RATE_LIMIT_CONCURRENCY,
        r"in[- ]flight",
        (
            r"(at most|only|no more than|maximum of|up to|limit of) \d{1,6}…(at once|at the same time|at a time|"
            r"in parallel)"
        ),
        (
            r"\b(live|active|open|parallel|running) (sessions?|requests?|jobs?|streams?)…(allowed|ceiling|limit|max|"
            r"permitted)"
        ),
        r"(still|already) (running|in progress|being processed)",
        r"(concurren|parallel|simultaneous)\w*…(full|limit|max|reached|exceed|quota|too many)",
        r"(同一时间|同时|并行)…(请求|处理|运行|任务|调用)",
        hint=True,
        unless=r"parallel_tool|parallel tool|idempot|same (request|id)|duplicate",
    ),
    rule(
        "concept.money",
        C.QUOTA_EXHAUSTED,
        (
            rf"\b{_MONEY}\b…(is empty|depleted|used up|run out|ran out|is gone|is zero|is 0\b|not enough|exhausted|"
            r"spent|"
            r"consumed|negative|insufficient|too low|overdrawn|remaining: 0)"
        ),
        (
            r"\b(empty|depleted|not enough|no (more|remaining)|insufficient|used up|run out of|ran out of|zero|"
            rf"hit)\b…\b{_MONEY}\b"
        ),
        r"(please |to )(pay|deposit|purchase|buy|top up|recharge)\b",
        r"(余额|额度|点数|积分|资源包|余量)…(不足|用尽|用完|用光|耗尽|为 ?0|为零|已尽|低于)",
        r"(billing|cost|spend(ing)?)( \w+)? (cap|ceiling|threshold)…(reach|exceed|hit)",
        hint=True,
        unless=r"per (minute|second|day)|daily|today|token limit|on any node",
    ),
    rule(
        "concept.output",
        C.MAX_TOKENS_TOO_LARGE,
        (
            r"\b(output|completion|generated|new|response) (tokens|length|size)…(at most|maximum|limit|exceed|above|"
            r"too (large|many|high|long)|more than|beyond|over)"
        ),
        r"(can (produce|generate|output|return|emit)|produces?)…(at most|no more than|up to|only) \d",
        r"(输出|生成)…(长度|token)…(上限|超|最大)",
        hint=True,
    ),
    rule(
        "concept.context",
        C.CONTEXT_LENGTH_EXCEEDED,
        r"(does(n't| not)|won't|cannot|can't) fit",
        r"too much (text|input|context)",
        (
            r"\b(tokens|prompt|input|conversation|history|context|chat|(your|the) messages)\b…(too (long|many|large|"
            r"big)|longer than|"
            r"overflow|over the|more than the)"
        ),
        r"\d ?k? tokens?,? …(allowed|permitted|maximum|max|limit|window)",
        r"shorten (the|your) (chat|conversation|prompt|input|text)",
        r"(输入|内容|文本|对话|提示词?|长度)…(过多|过长|超出|超过|太长|大于)",
        hint=True,
        unless=r"per (minute|second|day|hour)|\btpm\b|rate|quota|bytes|\bmb\b|output tokens|completion|"
        r"images?\b|图片|文件",
    ),
)
