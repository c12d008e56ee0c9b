"""Each wording of what has been paid for finds its rule, wrapped as it was found."""

import pytest

from sealane_investigator.classify.rules.refusals import money
from tests.support.rules_found import names_of_rules, rule_found

_WORDINGS = [
    ("plan.expired", 403, "minimax", "your token plan has expired"),
    ("plan.expired", 403, "generic", "Your subscription has expired. Please renew to continue using the service."),
    (
        "plan.expired",
        None,
        "zai",
        (
            '{"error": {"code": "1309", "message": "Your GLM Coding Plan package has expired and is tempora'
            "rily unavailable. You can resume using it after renewing the subscription on the official webs"
            'ite. https://z.ai/subscribe"}}'
        ),
    ),
    ("plan.membership", 402, "moonshot", "unable to verify your membership benefits"),
    (
        "plan.membership",
        402,
        "moonshot",
        ("We're unable to verify your membership benefits at this time. Please ensure your membership is active."),
    ),
    ("plan.expired.chinese", 401, "zhipu", "您的订阅已过期"),
    ("plan.expired.chinese", 403, "generic", "您的套餐已过期，请续费后使用"),
    (
        "plan.expired.chinese",
        None,
        "zhipu",
        (
            '{"error": {"code": "1309", "message": "您的 GLM Coding Plan 套餐已到期,暂无法使用,前往官方续订'
            '后即可恢复 https://bigmodel.cn/claude-code"}}'
        ),
    ),
    ("quota.plan_window", 429, "anthropic", "Claude AI usage limit reached|1749924000"),
    (
        "quota.plan_window",
        429,
        "dashscope",
        ("hour allocated quota exceeded. Your Coding Plan 5-hour quota has been used up; wait for it to reset"),
    ),
    (
        "quota.plan_window",
        403,
        "moonshot",
        (
            '{"error":{"type":"access_terminated_error","message":"You\'ve reached your usage limit for thi'
            "s billing cycle. Your quota will be refreshed in the next cycle. Upgrade to get more: https://"
            'www.kimi.com/code/console"}}'
        ),
    ),
    ("quota.plan_window.chinese", 429, "zai", "您已达到每周使用上限，将在 2026-08-01 00:00:00 重置"),
    (
        "quota.plan_window.chinese",
        None,
        "zhipu",
        ('{"error": {"code": "1310", "message": "您已达到每周/每月使用上限,您的限额将在 ${next_flush_time} 重置"}}'),
    ),
    (
        "quota.plan_window.chinese",
        429,
        "zhipu",
        (
            '{"error": {"code": "1308", "message": "已达到 ${number} ${unit} 的使用上限。您的限额将在 ${nex'
            't_flush_time} 重置"}}'
        ),
    ),
    ("quota.credit", 402, "generic", "402 Payment Required"),
    (
        "quota.credit",
        403,
        "openrouter",
        (
            '{"error":{"message":"Key limit exceeded (total limit). Manage it using https://openrouter.ai/s'
            'ettings/keys","code":403}}'
        ),
    ),
    (
        "quota.credit",
        412,
        "fireworks",
        (
            '{"error":{"object":"error","type":"error","code":"error","message":"Account acme is suspended,'
            " possibly due to reaching the monthly spending limit or failure to pay past invoices. Please g"
            'o to https://fireworks.ai/account/billing for more information"}}'
        ),
    ),
    ("quota.credit.chinese", 401, "new-api", "该令牌额度已用尽"),
    (
        "quota.credit.chinese",
        403,
        "one-api",
        ('{"error":{"message":"用户额度不足","type":"one_api_error","code":"insufficient_user_quota"}}'),
    ),
    (
        "quota.credit.chinese",
        429,
        "zhipu",
        (
            "Unknown agent error: RateLimitError: Error code: 429 - {'error': {'code': '1113', 'message': '"
            "余额不足或无可用资源包,请充值。'}} (Details: C:\\\\Users\\\\x\\\\AppData\\\\Local\\\\Temp\\\\c"
            "opaw_query_error.json)"
        ),
    ),
]


@pytest.mark.parametrize(("rule", "status", "provider", "text"), _WORDINGS)
def test_a_wording_finds_its_rule(rule: str, status: int | None, provider: str | None, text: str) -> None:
    """No rule that stands before it takes it away."""
    assert rule_found(text, status=status, provider=provider) == rule


def test_every_rule_has_a_wording() -> None:
    """A rule that nothing shows to work is not needed."""
    assert names_of_rules(money) == {name for name, *_ in _WORDINGS}
