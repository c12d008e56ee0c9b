"""Each wording of providers and hops that fail finds its rule, wrapped as it was found."""

import pytest

from sealane_investigator.classify.rules.failures import capacity
from tests.support.rules_found import names_of_rules, rule_found

_WORDINGS = [
    ("upstreams.variants_failed", None, None, ("502 All variants failed with errors: glm-5.2: 429 Too Many Requests")),
    ("upstreams.all_failed", 503, "generic", "所有渠道均已失败"),
    (
        "upstreams.all_failed",
        503,
        "openrouter",
        ('{"error":{"message":"All upstream providers failed to respond","code":503}}'),
    ),
    (
        "upstreams.all_failed",
        None,
        "openclaw",
        (
            "Embedded agent failed before reply: All models failed (2): opencode-go/deepseek-v4-pro: Provid"
            "er opencode-go is in cooldown (billing) | xiaomi-token-plan/mimo-v2.5-pro: 401 Invalid API Key"
            " (auth)"
        ),
    ),
    ("upstream.none_healthy", 503, "envoy", "no healthy upstream"),
    (
        "upstream.none_healthy",
        504,
        "envoy",
        ("504 - upstream connect error or disconnect/reset before headers. reset reason: connection timeout"),
    ),
    (
        "upstream.none_healthy",
        503,
        "litellm",
        (
            '{"error":{"message":"No deployments available for selected model, Try again in 60 seconds. Pas'
            'sed model=gpt-4o. pre-call-checks=False, cooldown_list=[\'a1\']","type":"None","param":"None",'
            '"code":"429"}}'
        ),
    ),
    ("provider.overloaded", 500, "huggingface", "Model is overloaded, please wait"),
    (
        "provider.overloaded",
        503,
        "deepseek",
        (
            "Server overloaded: the server is overloaded due to high traffic. Please retry your request aft"
            "er a brief wait."
        ),
    ),
    (
        "provider.overloaded",
        503,
        "groq",
        (
            '{"error":{"message":"llama-3.3-70b-versatile is currently over capacity. Please try again and '
            'back off exponentially. Visit https://groqstatus.com to see if there is an active incident.","'
            'type":"internal_server_error"}}'
        ),
    ),
    ("provider.overloaded.chinese", 503, "hunyuan", "服务繁忙，请稍后再试"),
    ("provider.overloaded.chinese", 429, "zhipu", "429 该模型当前访问量过大，请您稍后再试"),
    (
        "provider.overloaded.chinese",
        529,
        "minimax",
        (
            '{"type":"error","error":{"type":"overloaded_error","message":"当前服务集群负载较高，请稍后重试'
            '，感谢您的耐心等待 (2064)","http_code":"529"}}'
        ),
    ),
    ("edge.timeout", 524, "cloudflare", "error code: 524"),
    ("edge.timeout", 522, "cloudflare", "<title>api.example.com | 522: Connection timed out</title>"),
    (
        "edge.timeout",
        504,
        "zai",
        ("504 upstream timed out (110: Connection timed out) while reading response header from upstream"),
    ),
    ("edge.bad", 530, "cloudflare", "error code: 1033"),
    ("edge.bad", 521, "cloudflare", "<title>api.example.com | 521: Web server is down</title>"),
    (
        "edge.bad",
        502,
        "gemini",
        (
            "Error 502 (Server Error)!!1 The server encountered a temporary error and could not complete yo"
            "ur request. Please try again in 30 seconds."
        ),
    ),
    ("gateway.timeout", 408, "generic", "408 Request Timeout"),
    ("gateway.timeout", 408, "azure", '{"error":{"code":"Timeout","message":"The operation was timeout."}}'),
    (
        "gateway.timeout",
        408,
        "bedrock",
        (
            "An error occurred (ModelTimeoutException) when calling the InvokeModel operation: The request "
            "took too long to process. Processing time exceeded the model timeout length."
        ),
    ),
    ("gateway.bad", 502, "generic", "502 Bad Gateway"),
    ("gateway.bad", 502, "openrouter", '{"error":{"message":"Network connection lost.","code":502}}'),
    (
        "gateway.bad",
        502,
        "nginx",
        (
            "<html>\\r\\n<head><title>502 Bad Gateway</title></head>\\r\\n<body>\\r\\n<center><h1>502 Bad G"
            "ateway</h1></center>\\r\\n<hr><center>nginx/1.25.3</center>\\r\\n</body>\\r\\n</html>"
        ),
    ),
    ("provider.broken", 503, "generic", "503 Service Unavailable"),
    (
        "provider.broken",
        500,
        "gemini",
        ('{"error":{"code":500,"message":"Internal error encountered.","status":"INTERNAL"}}'),
    ),
    (
        "provider.broken",
        500,
        "dashscope",
        (
            "openai.InternalServerError: Error code: 500 - {'error': {'code': 'internal_server_error', 'par"
            "am': None, 'message': '<500> InternalError.Algo: list index out of range', 'type': 'internal_s"
            "erver_error'}, 'id': 'chatcmpl-29672c65-6077-9e06-a097-f45cbbfca53b'}"
        ),
    ),
    ("provider.broken.by_number", None, "generic", "upstream: http 503"),
    ("provider.broken.chinese", 500, "zhipu", "系统内部错误"),
    (
        "provider.broken.chinese",
        None,
        "zhipu",
        ('{"error": {"code": "1120", "message": "无法成功访问您的账户,请稍后重试"}}'),
    ),
    (
        "provider.broken.chinese",
        500,
        "zai",
        (
            "Error processing message: LLM call failed after retries: API request failed:\n  Status: 500\n "
            ' Body: {"error":{"code":"1234","message":"网络错误，错误id：20261579412463bc0d301d6d250dda，请'
            '联系客服。"}}'
        ),
    ),
]


@pytest.mark.parametrize(("rule", "status", "provider", "text"), _WORDINGS)
def test_a_wording_finds_its_rule(rule: str, status: int | None, provider: str | None, text: str) -> None:
    """No rule that stands before it takes it away."""
    assert rule_found(text, status=status, provider=provider) == rule


def test_a_refusal_that_a_hop_gave_its_own_number_is_no_failure() -> None:
    """The inner status is the provider's, the number before it that of who called it."""
    hop = "Route: [doubao] 500: Error: "

    assert rule_found(f"{hop}no body", status=None, provider=None) == "provider.broken.by_number"
    with pytest.raises(StopIteration):
        rule_found(f"{hop}404 status code (no body)", status=None, provider=None)


def test_every_rule_has_a_wording() -> None:
    """A rule that nothing shows to work is not needed."""
    assert names_of_rules(capacity) == {name for name, *_ in _WORDINGS}
