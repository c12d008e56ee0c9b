"""What an account may do, with which client, where from, and whether it is alive."""

from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_investigator.classify.rule import rule

CLIENTS = (
    rule(
        "client.coding_agents",
        C.CLIENT_NOT_ALLOWED,
        r"only available for coding agents",
        groups=("moonshot.coding_agents_only",),
    ),
    rule(
        "client.only",
        C.CLIENT_NOT_ALLOWED,
        r"only available for…(coding agents|clients?|tools?|cli|code)",
        r"(only|exclusively) authorized for use with",
        (
            r"(can|may) only be used (in|with|by|through|via|from)…(tools?|clients?|agents?|code|cli|ide|"
            r"products?|plugins?|endpoint)"
        ),
        (
            r"only (be )?(used|accessible|usable) (in|with|by|through|via|from) (supported|official|"
            r"the official|approved|authorized|coding)"
        ),
        (
            r"only (accepts?|serves?|allows?|takes?|answers?) (\w+ )?(requests?|calls?|traffic)( made| sent| coming)? "
            r"(from|by)…(\bcli\b|claude code|coding|clients?\b|tools?\b|agents?\b|plugins?\b|\bide\b)"
        ),
        r"(unsupported|unauthorized|unknown|third[- ]party|unofficial) (client|tool|app|application|harness)s?\b",
        r"(other|third-party) (clients|tools|apps|harnesses)…(rejected|not (allowed|supported|permitted)|blocked)",
        r"cannot be used (for other api requests|with this client|outside|with this endpoint|in this client)",
        r"personal access tokens are not supported",
        r"missing editor-version",
        r"restricted to the coding",
        r"use of this (key|credential|token)…(client|application|endpoint)…not (allowed|permitted)",
        r"client (is )?not (allowed|permitted|supported|authorized|recognized)",
        r"client_not_allowed",
        r"client is no longer supported",
        r"not (a )?(supported|allowed|approved) client",
        r"please use the official",
        r"only supports? (the )?official",
        r"only (works|valid|for use) (with|in|for)…(coding|claude code|cli|agents)",
        r"user[- ]agent…(not allowed|blocked|rejected|not supported|forbidden)",
        r"only for coding agents",
        (
            r"coding (plan|subscription)s?…(not|n't) (\w+ )?(cover|include|allow|permit|support|valid)…(\bapi\b|"
            r"direct|sdk)"
        ),
        (
            r"(key|plan|subscription|token)…not (valid|usable|authorized) for (the )?(general|standard|"
            r"open platform|public) api"
        ),
        r"integrator…not (allowed|available|permitted|recognized)",
        r"not available for integrator",
        r"third-party apps now draw from",
        r"not (allowed|permitted|supported) (for|from|by) third[- ]party",
    ),
    rule(
        "client.only.chinese",
        C.CLIENT_NOT_ALLOWED,
        r"(仅|只)(支持|限|能|可|允许)…(客户端|工具|编程|coding|cli|claude code)…(使用|调用|访问|中)?",
        r"不支持(该|此|第三方)(客户端|工具|应用)",
        r"(客户端|工具)…(不被允许|被禁止|未授权)",
    ),
)

REGIONS = (
    rule(
        "region",
        C.REGION_BLOCKED,
        r"country, region, or territory not supported",
        r"unsupported_country",
        r"(location|region|country|territor(y|ies)) (is )?not (supported|served|allowed|available|eligible)",
        (
            r"not (available|supported|accessible|served|offered|allowed) in (your|this|the|"
            r"certain) (\w+ )?(country|region|location|area|territory)"
        ),
        r"unsupported (countr|region|location)",
        r"not available in…(country|region)\b",
        r"(country|region|location|geo\w*)…(is |are )?(blocked|restricted|banned)",
        r"error( code)?:? ?1009\b",
        r"geographic location",
        r"in (your|this) (territory|country|region|jurisdiction)…(not |cannot|prohibit|block|forbid)",
        r"your (country|region|location)…not",
        r"geo-?(blocked|restricted|fenc)",
        r"embargo",
        r"sanction",
        r"from unsupported (countries|regions|locations)",
        r"not (supported|available) in (the )?(location|region|zone) ",
        r"restricted in your (country|region)",
        unless=r"model…region…(does not exist|not found)|no endpoints",
    ),
    rule(
        "region.chinese",
        C.REGION_BLOCKED,
        r"(所在|当前|您的)…(地区|区域|国家)…(不支持|暂不|未开放|无法|不可用|受限)",
        r"(地区|区域|国家)(不支持|不可用|受限|被限制)",
        r"不支持…(地区|区域|国家)",
    ),
)

STANDING = (
    rule(
        "account.restricted",
        C.ACCOUNT_RESTRICTED,
        r"fair[- ]usage? policy",
        r"(usage|request frequency) has been limited",
        r"flagged for (unusual|suspicious|potential|abus)",
        r"(suspicious|unusual|abnormal) (activity|usage|behaviou?r|pattern|traffic)",
        r"temporarily restricted",
        r"access…has been (limited|restricted)",
        r"account…(has been |is |was )?(restricted|limited|throttled)(?! to)",
        r"usage pattern does not comply",
        r"abuse[- ]detection",
        r"access to this endpoint is forbidden\. please review our terms",
        r"restricted account",
        r"organization has been restricted",
        r"organization_restricted",
        r"(limited|restricted) (due to|because of)…(policy|abuse|violation|risk|activity)",
        r"account under review",
        r"automated queries",
        unless=r"key limit|credit|billing|rate limit of",
    ),
    rule(
        "account.restricted.chinese",
        C.ACCOUNT_RESTRICTED,
        r"公平使用",
        r"(账户|账号|帐号|频率)…(已)?受(到)?限",
        r"使用模式不符合",
        r"(账户|账号|帐号)…被限制",
        r"(账户|账号)…异常",
        r"风控",
    ),
    rule(
        "account.suspended",
        C.ACCOUNT_SUSPENDED,
        r"access was terminated",
        (
            r"(account|organization|organisation|user|consumer|project|workspace|team|access)…(has been |is |"
            r"was |been )(suspended|deactivated|disabled|banned|terminated|locked|blocked|closed|frozen)"
        ),
        r"account[ _](suspended|deactivated|disabled|banned|locked|blocked|terminated|frozen)",
        r"organization has been disabled",
        r"account is (currently )?inactive",
        r"(banned|suspended|terminated) for violat",
        r"consumer_suspended",
        r"violation of our (policies|terms|usage)…",
        r"(terminated|disabled|suspended) due to (a )?(policy )?violation",
        r"your account…not (currently )?active(?!.{0,40}billing)",
        r"account locked",
        r"user is (blocked|banned|disabled)",
        r"deactivated account",
        unless=(
            r"balance|billing|payment|invoice|spending|credit|recharge|overdue|api has been disabled|model…"
            r"(disabled|blocked)|quota|is disabled\. enable|disabled\. enable|api is disabled|"
            r"or it is disabled|leaked"
        ),
    ),
    rule(
        "account.suspended.chinese",
        C.ACCOUNT_SUSPENDED,
        r"(账户|账号|帐号|帐户|用户|组织)…(封禁|锁定|冻结|停用|禁用|注销|非活动|封号)",
        r"违规…(锁定|封禁|停用)",
    ),
)

PERMISSIONS = (
    rule(
        "permission",
        C.PERMISSION_DENIED,
        r"(doesn't|does not|don't|do not|no|not) have (\w+ )?(access|permissions?|rights?|authori[sz]ation)…",
        (
            r"(insufficient|missing|lacks?|lacking|required|without|needs?)( the)?( required)? (permissions?|"
            r"scopes?|privileges|role)"
        ),
        r"not authori[sz]ed to (perform|access|use|call|invoke|view)",
        r"(is|are) not (allowed|permitted|authori[sz]ed|entitled|enabled|eligible)…(to|for|use|access|model|sample)",
        r"permission…(denied|to use|to access)",
        r"permission_?denied",
        r"access (to (the |this )?model )?(is )?denied",
        r"model access (is )?denied",
        r"access denied",
        r"accessdenied",
        (
            r"(model|feature|access)…(is |has )?(not |yet )(been )?(enabled|activated|granted|opened|"
            r"purchased|subscribed)"
        ),
        r"organization must be verified",
        r"must be verified to",
        r"has not been used in project…before or it is disabled",
        r"(not|hasn't) activated the model",
        (
            r"(only|not) available (to|on|for|in) (your |the |paid |pro |plus |max |enterprise |tier |higher |"
            r"current |certain )…(plan|tier|users?|customers?|subscri\w+|accounts?|organi[sz]ations?)"
        ),
        r"(plan|subscription|tier)…(does|do)(n't| not) (yet )?(include|support|have|allow|cover|offer)",
        r"token plan not support model",
        r"upgrade (your|to)…(plan|tier|account)…to (use|access)",
        r"not allowed to (access|sample|get|use|call|create|perform)",
        r"(key|team|user|token|org\w*) (is )?not allowed to access",
        r"can only access models",
        r"blocked at the (organization|project) level",
        r"not open\b",
        r"not (yet )?available (for|on|in|under|with) (this|your) (\w+ )?(subscription|plan|account|tier)",
        (
            r"(requires?|needs?) (an? )?(\w+ ){0,2}(subscription|plan|verification|approval|allow-?list\w*|"
            r"whitelist\w*|beta access|waitlist)"
        ),
        r"paid balance is required",
        r"allow-?list",
        r"gated (repo|model)",
        r"(request|apply for|grant|accept) (access|the license|license)",
        r"rbac: access denied",
        r"virtual network/firewall rules",
        r"does not include access",
        r"must be enabled in",
        r"byok is allowed",
        r"scope requirement",
        r"missing scope",
        r"unpurchased",
        r"api…(is |has been )?(disabled|not enabled)",
        r"enable it by visiting",
        r"blocked by (policy|your organization|admin)",
        r"doesn't have any credits yet",
        r"requires billing to be enabled",
        r"have been blocked",
        r"error( code)?:? ?(1006|1007|1008|1010|1020)\b",
        r"denied by…policy",
        r"explicit deny",
        r"admin(istrator)? (must|has|needs)",
        r"terms…(must|have to|not) (be )?accepted",
        unless=(
            r"insufficient_quota|does not exist or|not found the model|subscription key|could not be found|"
            r"was not found or|does not exist, or|exec: |extraneous key|inputs are not permitted|"
            r"permission denied: unknown|pull access denied|you do not have access to it|"
            r"team does not have access to it|error 13\b|errno 13"
        ),
    ),
    rule(
        "permission.chinese",
        C.PERMISSION_DENIED,
        r"无权(限)?(访问|使用|调用|操作)?",
        r"没有权限",
        r"(未|暂未|尚未)(开放|开通|授权|购买|订阅|激活)",
        r"权限不足",
        r"无权使用",
        r"暂未开放",
        r"不在…白名单",
        unless=r"地区|区域",
    ),
    rule(
        "forbidden.bare",
        C.PERMISSION_DENIED,
        r"\bforbidden\b",
        r"\b403\b",
        hint=True,
        unless=r"\b(401|404|429|5\d\d)\b",
    ),
)
