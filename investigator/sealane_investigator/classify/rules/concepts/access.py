"""Who may come in: keys, tokens, clients, regions, accounts."""

from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_investigator.classify.rule import rule

_PLAN = r"(plan|subscription|membership|trial|licen[cs]e|package)"
_ACCOUNT = r"(account|organi[sz]ation|workspace|tenant|user|profile|project)"
_PLACE = r"(region|country|location|territory|jurisdiction|area)"
_NOT_HERE = (
    r"(unavailable|not (offer|available|serve|support|possible|permitted|allowed)|(don't|do not|cannot) (offer|serve)|"
    r"prohibited|blocked|denied|restricted|forbidden|excluded)"
)

ACCESS = (
    rule(
        "concept.token_expired",
        C.AUTH_TOKEN_EXPIRED,
        (
            r"(token|session|signature|jwt|login|assertion|credentials?)…(past its|no longer valid|too old|not yet "
            r"(current|valid)|out of date|expir|lapsed|stale|end of (its )?life|renew|ran out)"
        ),
        r"(sign|log) ?in again",
        r"(登录|会话|令牌|凭证|token)…(过期|失效|有效期)",
        hint=True,
        unless=r"api[ _-]?key|apikey|certificate|or (is )?(not |no longer )?(valid|invalid|incorrect)|或",
    ),
    rule(
        "concept.no_key",
        C.AUTH_MISSING_KEY,
        (
            r"(api[ _-]?key|authorization|bearer|access token|credentials?)'?\b…(blank|absent|none was|was empty|"
            r"is empty|"
            r"not (sent|attached|included|supplied|given|there))"
        ),
        r"(without|no|missing) (any )?(api[ _-]?key|authorization|credentials?|bearer)",
        r"(没有|未|缺少)(携带|提供|传入|填写)?…(api[ _-]?key|密钥|令牌|凭证|authorization)",
        hint=True,
        unless=r"wrong|invalid|incorrect|无效|错误",
    ),
    rule(
        "concept.key",
        C.AUTH_INVALID_KEY,
        (
            r"(api[ _-]?key|\bkey|secret|credentials?|auth\w* token|access token)\b…(not know|unknown|no such|"
            r"incorrect|"
            r"wrong|not recogni|rejected|refused|mismatch|bad\b|did not match|check failed|not accepted|not genuine|"
            r"unsuccessful|declined|not verified)"
        ),
        r"(not|n't) (know|recogni[sz]e|accept|find) (this|the|your|that) (api |access |secret )?(key|token|credential)",
        r"(密钥|令牌|凭证|key)…(错误|有误|不对|不匹配|不通过|无效)",
        hint=True,
        unless=r"model|parameter|tool|schema|json|redis|foreign key|primary key|ssh",
    ),
    rule(
        "concept.client",
        C.CLIENT_NOT_ALLOWED,
        (
            rf"({_PLAN}|key|credential|token)s?\b…(only|solely|exclusively|reserved|bound)…(plug-?in|\bide\b|\bcli\b|"
            r"tools?\b|"
            r"clients?|coding|agents?|official)"
        ),
        r"first[- ]party (apps?|clients?|tools?)",
        r"(official|approved|supported|authori[sz]ed) (\w+ )?(ide|cli|tool|client|plug-?in|app|agent)s?\b…only",
        (
            r"(sdk|client|third[- ]party|application|harness|agent|wrapper)s?\b…(not (permitted|allowed|accepted)|"
            r"forbidden|rejected|blocked|refused)"
        ),
        rf"coding {_PLAN}s?\b…(not|n't)",
        r"(仅供|只供|仅限|只限|只能|限于)…(工具|客户端|插件|编程|编码)",
        hint=True,
        unless=r"model|region|country",
    ),
    rule(
        "concept.region",
        C.REGION_BLOCKED,
        rf"{_NOT_HERE}…((your|this|the|current) (current )?{_PLACE}|where you)",
        rf"(your|this|the|current|certain|some) (current )?{_PLACE}…{_NOT_HERE}",
        rf"(originat|coming|sent|access|connect)\w* (from|in) (?!the (server|client|model))…{_NOT_HERE}",
        r"(国家|地区|区域|境外|海外)…(不|无法|禁止|限制|受限)",
        hint=True,
        unless=r"model|image|tool|parameter",
    ),
    rule(
        "concept.suspended",
        C.ACCOUNT_SUSPENDED,
        rf"{_ACCOUNT}…(switched off|closed|shut down|banned|barred|frozen|blacklisted|blocklisted|reopen|trust team)",
        r"(suspended|disabled|terminated|banned|closed|blocked|locked|deactivated) (your|this|the) (\w+ )?account",
        r"(账号|账户|帐号|用户)…(封|停用|冻结|禁用|注销|拉黑|关闭)",
        hint=True,
    ),
    rule(
        "concept.restricted",
        C.ACCOUNT_RESTRICTED,
        (
            rf"{_ACCOUNT}…(irregular|unusual|abnormal|suspicious|under review|temporary restriction|risk control|"
            r"on hold)"
        ),
        r"(slowed|limited|restricted)…account",
        r"(look|seem|appear)s? (to be )?automated|(automated|bot|robot) (traffic|requests|activity)",
        r"(账号|账户|帐号)…(风险|异常|受限)",
        hint=True,
    ),
    rule(
        "concept.plan_over",
        C.PLAN_EXPIRED,
        rf"{_PLAN}\b…(is over|ended|lapsed|expired|finished|not active|no longer (active|valid)|ran out)",
        r"(会员|套餐|订阅|试用)…(结束|到期|过期|失效|已过)",
        hint=True,
    ),
)
