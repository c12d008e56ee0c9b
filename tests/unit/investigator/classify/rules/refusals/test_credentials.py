"""Each wording of keys and tokens finds its rule, wrapped as it was found."""

import pytest

from sealane_investigator.classify.rules.refusals import credentials
from tests.support.rules_found import names_of_rules, rule_found

_WORDINGS = [
    ("key.missing", 401, "generic", '{"error":"Missing API key"}'),
    (
        "key.missing",
        401,
        "litellm",
        (
            '{"error":{"message":"Authentication Error, No api key passed in.","type":"auth_error","param":'
            '"None","code":"401"}}'
        ),
    ),
    (
        "key.missing",
        401,
        "dashscope",
        (
            '{"error":{"message":"You didn\'t provide an API key. You need to provide your API key in an Au'
            'thorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY). ","type":"invalid_'
            'request_error","param":null,"code":null}}'
        ),
    ),
    ("key.missing.chinese", 401, "zhipu", "Header中未收到Authorization参数，无法进行身份验证"),
    (
        "key.missing.chinese",
        401,
        "zai",
        ('{"code":1001,"msg":"Header中未收到Authorization参数，无法进行身份验证。","success":false}'),
    ),
    (
        "key.missing.chinese",
        401,
        "zhipu",
        ('{"error": {"code": "1001", "message": "Header 中未收到 Authentication 参数,无法进行身份验证"}}'),
    ),
    ("token.expired", 401, "generic", "jwt expired"),
    (
        "token.expired",
        401,
        "vertex",
        ("The access token has expired. Run gcloud auth application-default login to refresh"),
    ),
    (
        "token.expired",
        None,
        "vertex",
        (
            "google.auth.exceptions.RefreshError: ('invalid_grant: Token has been expired or revoked.', {'e"
            "rror': 'invalid_grant', 'error_description': 'Token has been expired or revoked.'})"
        ),
    ),
    (
        "token.expired.chinese",
        401,
        "zhipu",
        ('{"error": {"code": "1003", "message": "Authentication Token 已过期,请重新生成/获取"}}'),
    ),
    ("key.refused", 401, "copilot", "token is malformed"),
    (
        "key.refused",
        401,
        "litellm",
        ("Authentication Error - Expired Key. Key Expiry time 2026-01-01 and current time 2026-02-01"),
    ),
    (
        "key.refused",
        401,
        "litellm",
        (
            '{"error":{"message":"Authentication Error, Invalid proxy server token passed. Received API Key'
            " = sk-...AbCd, Key Hash (Token) =9f8e. Unable to find token in cache or `LiteLLM_VerificationT"
            'okenTable`","type":"token_not_found_in_db","param":"key","code":"401"}}'
        ),
    ),
    ("key.refused.chinese", 401, "generic", '{"code":401,"msg":"用户验证失败"}'),
    (
        "key.refused.chinese",
        401,
        "zhipu",
        ('{"error": {"code": "1004", "message": "通过 Authentication Token 的验证失败"}}'),
    ),
    (
        "key.refused.chinese",
        401,
        "zhipu",
        ('{"error": {"code": "1002", "message": "Authentication Token 非法,请确认 Authentication Token 正确传递"}}'),
    ),
    ("unauthorized.bare", 401, "fireworks", "unauthorized"),
    ("unauthorized.bare", 401, "mistral", '{"message":"Unauthorized","request_id":"b1a0"}'),
    (
        "unauthorized.bare",
        401,
        "moonshot",
        ("Failed to get models: 401, message='Unauthorized', url='https://api.moonshot.cn/v1/models'"),
    ),
]


@pytest.mark.parametrize(("rule", "status", "provider", "text"), _WORDINGS)
def test_a_wording_finds_its_rule(rule: str, status: int | None, provider: str | None, text: str) -> None:
    """No rule that stands before it takes it away."""
    assert rule_found(text, status=status, provider=provider) == rule


def test_every_rule_has_a_wording() -> None:
    """A rule that nothing shows to work is not needed."""
    assert names_of_rules(credentials) == {name for name, *_ in _WORDINGS}
