"""Each wording of models and addresses finds its rule, wrapped as it was found."""

import pytest

from sealane_investigator.classify.rules.refusals import models
from tests.support.rules_found import names_of_rules, rule_found

_WORDINGS = [
    ("capability", 400, "ollama", '"bge-m3:latest" does not support chat'),
    (
        "capability",
        501,
        "generic",
        ("501 Not Implemented: This server does not support embeddings. Start it with --embeddings"),
    ),
    (
        "capability",
        404,
        "openrouter",
        (
            'API Error: 404 {"error":{"message":"Error from provider(404): {\\"error\\":{\\"message\\":\\"N'
            "o\n    endpoints found that support tool use. To learn more about provider routing, visit:\n  "
            '  https://openrouter.ai/docs/provider-routing\\",\\"code\\":404}}'
        ),
    ),
    ("capability.chinese", 400, "generic", "该模型不支持图片输入"),
    ("capability.chinese", 400, "dashscope", "当前模型不支持 function call"),
    (
        "capability.chinese",
        None,
        "zhipu",
        ('{"error": {"code": "1212", "message": "当前模型不支持 ${method} 调用方式"}}'),
    ),
    ("model.missing", 404, "ollama", "model 'llama3' not found"),
    (
        "model.missing",
        404,
        "moonshot",
        (
            '{"error":{"message":"Not found the model moonshot-v2 or Permission denied","type":"resource_no'
            't_found_error"}}'
        ),
    ),
    (
        "model.missing",
        404,
        "azure",
        (
            "500: AzureException NotFoundError - Error code: 404 - {'error': {'code': 'DeploymentNotFound',"
            " 'message': 'The API deployment for this resource does not exist. If you created the deploymen"
            "t within the last 5 minutes, please wait a moment and try again.'}}"
        ),
    ),
    ("model.missing.tolerant", None, None, ("The model `gpt-image-1` does not exist or you do not have access to it.")),
    ("model.missing.chinese", 400, "zai", "模型不存在，请检查模型代码"),
    ("model.missing.chinese", None, "zhipu", ('{"error": {"code": "1211", "message": "模型不存在,请检查模型代码"}}')),
    (
        "model.missing.chinese",
        400,
        "new-api",
        (
            '{"error":{"message":"模型 foo 倍率或价格未配置，请联系管理员设置","type":"new_api_error","code'
            '":"model_price_error"}}'
        ),
    ),
    ("endpoint.missing", 404, "ollama", "404 page not found"),
    (
        "endpoint.missing",
        404,
        "spring",
        ('{"status":404,"error":"Not Found","message":"No message available","path":"/v1/chat"}'),
    ),
    (
        "endpoint.missing",
        404,
        "groq",
        (
            '{"error":{"message":"Unknown request URL: POST /openai/v1/v1/chat/completions. Please check th'
            'e URL for typos, or see the docs at https://console.groq.com/docs/","type":"invalid_request_er'
            'ror","code":"unknown_url"}}'
        ),
    ),
    ("endpoint.missing.chinese", None, "zhipu", ('{"error": {"code": "1221", "message": "API ${API_name} 已下线"}}')),
    ("endpoint.missing.chinese", None, "zhipu", ('{"error": {"code": "1222", "message": "API ${API_name} 不存在"}}')),
    (
        "endpoint.missing.chinese",
        404,
        "moonshot",
        ('{"code":5,"error":"url.not_found","message":"没找到对象","method":"POST","scode":"0x5","status":false}'),
    ),
    ("not_found.bare", 404, "vllm", '{"detail":"Not Found"}'),
    ("not_found.bare", 404, "azure", '{"error":{"code":"404","message":"Resource not found"}}'),
    (
        "not_found.bare",
        404,
        "nginx",
        (
            "<html>\\r\\n<head><title>404 Not Found</title></head>\\r\\n<body><center><h1>404 Not Found</h1"
            "></center><hr><center>nginx</center></body></html>"
        ),
    ),
]


@pytest.mark.parametrize(("rule", "status", "provider", "text"), _WORDINGS)
def test_a_wording_finds_its_rule(rule: str, status: int | None, provider: str | None, text: str) -> None:
    """No rule that stands before it takes it away."""
    assert rule_found(text, status=status, provider=provider) == rule


def test_every_rule_has_a_wording() -> None:
    """A rule that nothing shows to work is not needed."""
    assert names_of_rules(models) == {name for name, *_ in _WORDINGS}
