"""Each wording of what an account may do finds its rule, wrapped as it was found."""

import pytest

from sealane_investigator.classify.rules.refusals import accounts
from tests.support.rules_found import names_of_rules, rule_found

_WORDINGS = [
    (
        "client.coding_agents",
        403,
        "moonshot",
        (
            '{"error":{"message":"Kimi For Coding is currently only available for Coding Agents","type":"ac'
            'cess_terminated_error"}}'
        ),
    ),
    (
        "client.coding_agents",
        403,
        "moonshot",
        (
            "Error: [provider.api_error] 403 Kimi For Coding is currently only available for Coding Agents "
            "such as Kimi CLI,\n Claude Code, Roo Code, Kilo Code, etc.\n   If this persists, run `kimi exp"
            "ort"
        ),
    ),
    (
        "client.coding_agents",
        403,
        "moonshot",
        (
            "LLM request failed: Error code: 403 - {'error': {'message': 'Kimi For Coding is currently only"
            " available for Coding Agents such as Kimi CLI, Claude Code, Roo Code, Kilo Code, etc.', 'type'"
            ": 'access_terminated_error'}}"
        ),
    ),
    ("client.only", 400, "copilot", "bad request: missing Editor-Version header for IDE auth"),
    ("client.only", 400, "moonshot", ("This API key can only be used with Kimi CLI and other approved coding agents")),
    (
        "client.only",
        400,
        "anthropic",
        (
            '{"type":"error","error":{"type":"invalid_request_error","message":"This credential is only aut'
            'horized for use with Claude Code and cannot be used for other API requests."}}'
        ),
    ),
    ("client.only.chinese", None, None, "该套餐仅支持在编程工具中使用"),
    ("region", 403, "cloudflare", "error code: 1009"),
    ("region", 403, "generic", "OpenAI's services are not available in your country. (error=unsupported_country)"),
    (
        "region",
        400,
        "gemini",
        (
            '✕ [API Error: {"error":{"message":"{\\n \\"error\\": {\\n \\"code\\": 400,\\n \\"message\\": '
            '\\"User location is not supported for the API use.\\",\\n \\"status\\": \\"FAILED_PRECONDITION'
            '\\"\\n }\\n}\\n","code":400,"status":"Bad Request"}}]'
        ),
    ),
    ("region.chinese", 403, "generic", "您所在的地区暂不支持使用该服务"),
    ("account.restricted", 403, "generic", "Temporarily restricted due to abnormal usage"),
    (
        "account.restricted",
        403,
        "openai",
        ("We've limited access to this content for your account for safety reasons: suspicious activity detected"),
    ),
    (
        "account.restricted",
        429,
        "zai",
        (
            '{"error":{"code":"1313","message":"Your account\'s current usage pattern does not comply with '
            'the Fair Usage Policy, and your request frequency has been limited."}}'
        ),
    ),
    ("account.restricted.chinese", 403, "zai", "由于异常使用，您的账号已被限制"),
    (
        "account.restricted.chinese",
        429,
        "zhipu",
        ('{"error": {"code": "1313", "message": "您的账户当前使用模式不符合公平使用策略,请求频率已受到限制。"}}'),
    ),
    ("account.suspended", 403, "vertex", "Consumer 'projects/123' has been suspended."),
    (
        "account.suspended",
        400,
        "anthropic",
        ('{"type":"error","error":{"type":"invalid_request_error","message":"This organization has been disabled."}}'),
    ),
    (
        "account.suspended",
        401,
        "openai",
        (
            '{"error":{"message":"The OpenAI account associated with this API key has been deactivated. Ple'
            'ase check your email for more information.","type":"invalid_request_error","param":null,"code"'
            ':"account_deactivated"}}'
        ),
    ),
    ("account.suspended.chinese", 403, "generic", "该账号因违规已被封禁"),
    (
        "account.suspended.chinese",
        None,
        "zhipu",
        ('{"error": {"code": "1112", "message": "您的账户已被锁定,请联系客服解锁"}}'),
    ),
    (
        "account.suspended.chinese",
        403,
        "new-api",
        ('{"error":{"message":"用户已被封禁 (request id: 2026)","type":"new_api_error"}}'),
    ),
    ("permission", 403, "cloudflare", "error code: 1020"),
    (
        "permission",
        200,
        "minimax",
        ('{"base_resp":{"status_code":2061,"status_msg":"your current token plan not support model, MiniMax-M2"}}'),
    ),
    (
        "permission",
        400,
        "openai",
        (
            "400 Your organization must be verified to stream this model. Please go to: https://platform.op"
            "enai.com/settings/organization/general and click on Verify Organization. If you just verified,"
            " it can take up to 15 minutes for access to propagate."
        ),
    ),
    ("permission.chinese", 403, "zai", "您的账户无权限使用该模型"),
    ("permission.chinese", None, "zhipu", '{"error": {"code": "1220", "message": "您无权访问 ${API_name}"}}'),
    (
        "permission.chinese",
        403,
        "new-api",
        ('{"error":{"message":"该令牌无权使用模型：gpt-4o (request id: 20260101)","type":"new_api_error"}}'),
    ),
    ("forbidden.bare", 403, "generic", "403 Forbidden"),
    ("forbidden.bare", 403, "opencode", 'Forbidden: {"model":"big-pickle"}'),
    ("forbidden.bare", 403, "nvidia", '{"status":403,"title":"Forbidden","detail":"Authorization failed"}'),
]


@pytest.mark.parametrize(("rule", "status", "provider", "text"), _WORDINGS)
def test_a_wording_finds_its_rule(rule: str, status: int | None, provider: str | None, text: str) -> None:
    """No rule that stands before it takes it away."""
    assert rule_found(text, status=status, provider=provider) == rule


def test_every_rule_has_a_wording() -> None:
    """A rule that nothing shows to work is not needed."""
    assert names_of_rules(accounts) == {name for name, *_ in _WORDINGS}
