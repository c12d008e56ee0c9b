"""What has been paid for: plans, their windows, credit."""

from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_investigator.classify.rule import rule

MONEY = (
    rule(
        "plan.expired",
        C.PLAN_EXPIRED,
        (
            r"(subscription|plan|package|membership|trial|licen[cs]e)( period)?…(has |is |was |"
            r"have )?(expired|ended|lapsed|no longer active|inactive|not active|cancell?ed|been cancell?ed)"
        ),
        r"(expired|inactive|no active|lapsed) (subscription|plan|membership|trial|package|licen[cs]e)",
        r"renew (your|the) (subscription|plan|membership)",
        r"after renewing the subscription",
        r"don't have an active (subscription|plan|membership)",
        r"membership (is|has)…(invalid|expired|inactive)",
        r"subscription (is )?(required|not found)",
        r"no (valid )?(subscription|membership)",
        unless=r"certificate|payment is past due",
    ),
    rule(
        "plan.membership",
        C.PLAN_EXPIRED,
        r"verify your membership",
        groups=("moonshot.doc.387669",),
    ),
    rule(
        "plan.expired.chinese",
        C.PLAN_EXPIRED,
        r"(套餐|订阅|会员|服务|包月|资源包|试用)[^,。]{0,8}(已|已经)?(到期|过期|失效|终止)",
        r"续订",
        r"续费后",
    ),
    rule(
        "quota.plan_window",
        C.PLAN_WINDOW_EXHAUSTED,
        r"usage limit…(reset|try again (at|in))",
        r"(5|five)[- ]?hours?…(limit|quota|window|usage|allocat)",
        r"(limit|quota|usage)…(for|per|of|in|every) (5|five|\d{1,2}) ?-?hours?\b",
        (
            r"(weekly|session|hourly|monthly|weekly/monthly|billing cycle|cycle|rolling) (usage |rate |token |"
            r"request |quota )?(limit|quota|allowance)…(reach|exhaust|exceed|used|hit)"
        ),
        (
            r"(reached|hit|exceeded|exhausted|used up|out of)…(weekly|session|monthly|5-hour|hourly|plan|"
            r"cycle) (usage |rate |token |request |quota )?(limit|quota|cap|allowance)"
        ),
        r"usage limit (has been |was )?reached",
        r"limit…∙…resets?",
        r"hit your limit",
        r"you've (hit|reached) your (usage )?limit",
        r"reached your (session|weekly|usage) ?(usage)? limit",
        r"out of (extra )?usage(?! credit)",
        r"usage limit for this billing cycle",
        r"quota will be (refreshed|reset)",
        r"limit will reset",
        r"limits? will be (reset|refreshed|restored)",
        r"hour allocated quota exceeded",
        r"week allocated quota exceeded",
        r"month allocated quota exceeded",
        r"usage limit exceeded",
        r"usage_limit_(reached|exceeded)",
        r"weekly_rate_limited",
        r"(quota|limit|allowance)…(used up|exhausted|reached)…resets?\b",
        r"premium (model )?request(s)? (quota|limit|allowance)…",
        r"exceeded your (monthly|weekly) quota",
        r"usage (quota|allowance) exhausted",
        r"limit reached…resets? (at|in|on)?",
        r"exhausted your (premium|capacity|quota) …(reset|refresh)",
        r"quota will reset",
        r"monthly (\w+ ){1,3}quota",
        r"wait for your allowance",
        unless=(
            r"per minute|per-minute|per day|daily|api usage limits|spend(ing)? limit|membership|trial key|"
            r"included credits|key limit|tpm|rpm|pull rate"
        ),
    ),
    rule(
        "quota.plan_window.chinese",
        C.PLAN_WINDOW_EXHAUSTED,
        r"(每|本)?(周|月|\d ?小时|5小时|五小时)…(使用)?(上限|限额|额度|配额)…(重置|刷新|恢复|用完|用尽|耗尽|已达)?",
        r"使用上限",
        r"(限额|额度|配额)…(将|会)…(重置|刷新|恢复)",
        unless=r"每?分钟|今日|当日|每日|每天",
    ),
    rule(
        "quota.credit",
        C.QUOTA_EXHAUSTED,
        r"insufficient…(balance|credits?|funds?|quota)",
        (
            r"(balance|credits?|funds)…(is |are )?(too low|insufficient|exhausted|depleted|used up|not enough|"
            r"negative|empty|ran out|run out|overdue|required)"
        ),
        (
            r"(not enough|no|low|out of|ran out of|run out of|any|purchase( more)?|buy( more)?|add( more)?|"
            r"more) credits?\b"
        ),
        r"exceeded your (current |monthly )?(token )?quota",
        r"exceeded your (monthly )?(included )?credits?",
        r"credit (limit|balance)",
        r"(check|review|update) your (plan and )?billing",
        r"plan and billing details",
        r"billing (hard )?(limit|details)",
        r"hard limit has been reached",
        r"payment (is )?(required|past due|overdue|failed|method)",
        r"past due",
        r"overdue (balance|payment|invoice)",
        r"in arrears",
        r"arrearage",
        (
            r"(monthly |daily |total )?(spend(ing)?|budget|usage|cost|credit)[ _](limit|cap|quota)…(reach|"
            r"exceed|hit|used)"
        ),
        r"(reached|exceeded|over|hit)…(spend(ing)?|budget|billing|api usage) (limit|cap)s?",
        r"budget (has been |was )?exceeded",
        r"exceeded(_| )?budget",
        r"budget_exceeded",
        r"over budget",
        r"out of call volume quota",
        r"quota is not enough",
        r"out of usage credits",
        r"free inference limit",
        r"not enough (balance|quota|credit|funds)",
        r"reach\w* (the|your) (\w+ )?(spend(ing)?|budget) limit",
        r"failure to pay",
        r"key limit exceeded",
        r"insufficient_(quota|user_quota|balance|credits)",
        r"account is in good standing",
        r"free (tier|quota|allocat\w+|trial|credits)…(exhausted|used up|exceeded|ended|expired|reached)",
        r"(used up|exhausted|exceeded)…free (allocation|quota|tier|credits?|trial)",
        r"(recharge|top[- ]?up|add (more )?(credits?|funds))",
        r"limited to \d+ api calls / month",
        r"included credits",
        r"quota (left|remaining)",
        r"no quota",
        r"(out of|depleted) (credits|funds|balance|quota)",
        r"can only afford",
        r"never purchased credits",
        r"payment_required",
        r"payments? (is )?required",
        r"prepa(id|yment) credits",
        r"has a balance of \$?-?0",
        r"balance: ?\$?-?0(\.0+)?\b",
        r"quota…(has been |is )?(exhausted|depleted|used up)",
        r"account…suspended…(billing|balance|payment|invoice)",
        r"account…suspended, please check your plan",
        unless=(
            r"per[- ]minute|per[- ]day|perday|perminute|today's quota|daily free alloca|requests?_per_|"
            r"resource has been exhausted|pull rate|not have permission to purchase|authorized to purchase|"
            r"paid balance is required|doesn't have any credits yet|requests? per|connection pool|"
            r"exceeded quota: |credits were charged|per_minute"
        ),
    ),
    rule(
        "quota.credit.chinese",
        C.QUOTA_EXHAUSTED,
        r"欠费",
        r"余额(不足|为|已|小于|过低)",
        r"(额度|配额|余额|点数|积分|资源包)…(不足|用尽|用完|耗尽|已尽|已用)",
        r"充值",
        r"账户余额",
        r"剩余额度",
        unless=r"每?分钟|今日|当日|每日",
    ),
)
