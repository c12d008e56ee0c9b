"""Each wording of what is wrong with a request finds its rule, wrapped as it was found."""

import pytest

from sealane_investigator.classify.rules.refusals import requests
from tests.support.rules_found import names_of_rules, rule_found

_WORDINGS = [
    ("content.refused", 403, "generic", "403 PROHIBITED_CONTENT"),
    (
        "content.refused",
        200,
        "openai",
        ('{"choices":[{"index":0,"finish_reason":"content_filter","message":{"role":"assistant","content":""}}]}'),
    ),
    (
        "content.refused",
        400,
        "zai",
        (
            '{"error": {"code": "1301", "message": "System detected potentially unsafe or sensitive content'
            " in input or generation. Please avoid using prompts that may generate sensitive content. Thank"
            ' you for your cooperation."}}'
        ),
    ),
    ("content.refused.chinese", 400, "moonshot", "内容可能包含违规信息"),
    ("content.refused.chinese", 400, "zhipu", "[1301][系统检测到输入或生成内容可能包含不安全或敏感内容...]"),
    (
        "content.refused.chinese",
        400,
        "zhipu",
        (
            'status code: 400; body: {"error":{"code":"1301","message":"系统检测到输入或生成内容可能包含不'
            '安全或敏感内容，请您避免输入易产生敏感内容的提示语，感谢您的配合。"}}'
        ),
    ),
    ("request.duplicate", 400, "qianfan", "重复请求，请勿重复提交"),
    ("request.duplicate", 409, "generic", "Idempotency key has already been used with different parameters"),
    (
        "request.duplicate",
        409,
        "generic",
        ('{"error":{"code":"DuplicateRequestId","message":"The request id was used before"}}'),
    ),
    ("parameter.refused", 400, "openai", "Invalid base64 image_url."),
    (
        "parameter.refused",
        400,
        "openai",
        (
            "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) va"
            "lue is supported."
        ),
    ),
    (
        "parameter.refused",
        400,
        "openai",
        (
            "Error code: 400 - {'error': {'message': \"Unsupported parameter: 'max_tokens' is not supp"
            "orted with this model. Use 'max_completion_tokens' instead.\", 'type': 'invalid_request_er"
            "ror', 'param': 'max_tokens', 'code': 'unsupported_parameter'}}"
        ),
    ),
    ("parameter.refused.chinese", 400, "zhipu", "max_tokens参数非法。请检查文档。"),
    (
        "parameter.refused.chinese",
        400,
        "zhipu",
        ('{"error": {"code": "1210", "message": "API 调用参数有误,请检查文档"}}'),
    ),
    (
        "parameter.refused.chinese",
        400,
        "zhipu",
        (
            "{'error_code': 500, 'text': '[1214][prompt 参数非法。请检查文档。]', 'error': {'message': '[12"
            "14][prompt 参数非法。请检查文档。]', 'type': 'invalid_request_error', 'param': None, 'cod"
        ),
    ),
    ("parameter.worded", 400, "deepseek", "Invalid tools: function name must match pattern"),
    (
        "parameter.worded",
        400,
        "gemini",
        ("google.api_core.exceptions.InvalidArgument: 400 Request contains an invalid argument."),
    ),
    (
        "parameter.worded",
        400,
        "openai",
        (
            "[{'error': {'code': 400, 'message': 'Request contains an invalid argument.', 'status': 'INVALI"
            "D_ARGUMENT'}}]"
        ),
    ),
]


@pytest.mark.parametrize(("rule", "status", "provider", "text"), _WORDINGS)
def test_a_wording_finds_its_rule(rule: str, status: int | None, provider: str | None, text: str) -> None:
    """No rule that stands before it takes it away."""
    assert rule_found(text, status=status, provider=provider) == rule


def test_every_rule_has_a_wording() -> None:
    """A rule that nothing shows to work is not needed."""
    assert names_of_rules(requests) == {name for name, *_ in _WORDINGS}
