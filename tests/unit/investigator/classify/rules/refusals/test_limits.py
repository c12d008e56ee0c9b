"""Each wording of how much in how little time finds its rule, wrapped as it was found."""

import pytest

from sealane_investigator.classify.rules.refusals import limits
from tests.support.rules_found import names_of_rules, rule_found

_WORDINGS = [
    (
        "limit.quota_id.day",
        429,
        "gemini",
        (
            '{"error":{"code":429,"message":"You exceeded your current quota","details":[{"violations":[{"q'
            'uotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier","quotaValue":"250"}]}]}}'
        ),
    ),
    (
        "limit.quota_id.minute",
        429,
        "vertex",
        (
            "google.api_core.exceptions.ResourceExhausted: 429 Quota exceeded for aiplatform.googleapis.com"
            "/generate_content_requests_per_minute_per_project_per_base_model with base model: gemini-1.5-p"
            "ro. Please submit a quota increase request."
        ),
    ),
    (
        "limit.one_request",
        413,
        "groq",
        ("Request too large for model in organization: tokens per minute limit 8000, requested 20121"),
    ),
    (
        "limit.one_request",
        429,
        "openai",
        (
            "Rate limit reached for gpt-4 in organization org-a on tokens per min. Limit: 10000, Used 0, Re"
            "quested 15213. Please try again in 31s"
        ),
    ),
    (
        "limit.one_request",
        413,
        "groq",
        (
            "Request too large for model `llama-3.1-8b-instant` in organization `org_01` service tier `on_d"
            "emand` on tokens per minute (TPM): Limit 6000, Requested 7202, please reduce your message size"
            " and try again."
        ),
    ),
    (
        "limit.one_request.worded",
        429,
        "generic",
        ("A single request of 50000 tokens is above the limit of 30000 tokens per minute"),
    ),
    ("limit.concurrency", 429, "generic", "Too many concurrent requests"),
    (
        "limit.concurrency",
        429,
        "cohere",
        ("Please wait and try again later: too many concurrent requests for this key"),
    ),
    (
        "limit.concurrency",
        429,
        "zai",
        (
            '[glmt-proxy] Request error: Upstream error: 429 Too Many Requests\n{"error":{"code":"1302","me'
            'ssage":"High concurrency usage of this API, please reduce concurrency or contact customer serv'
            'ice to increase limits"}}'
        ),
    ),
    ("limit.concurrency.chinese", 429, "generic", "并发请求数超过限制"),
    ("limit.concurrency.chinese", 429, "hunyuan", '{"Error":{"Code":"LimitExceeded","Message":"并发超过上限"}}'),
    (
        "limit.concurrency.chinese",
        429,
        "zhipu",
        ('{"error": {"code": "1302", "message": "您当前使用该 API 的并发数过高,请降低并发,或联系客服增加限额"}}'),
    ),
    ("limit.day", 429, "generic", "Daily request limit exceeded"),
    (
        "limit.day",
        429,
        "modelscope",
        (
            '{"errors":{"message":"You have exceeded today\'s quota for model Qwen/Qwen3, please try again '
            'tomorrow, or consider upgrading"}}'
        ),
    ),
    (
        "limit.day",
        429,
        "github-models",
        (
            '{"error":{"code":"RateLimitReached","message":"Rate limit of 50 per 86400s exceeded for UserBy'
            'ModelByDay. Please wait 42345 seconds before retrying.","details":"Rate limit of 50 per 86400s'
            ' exceeded for UserByModelByDay."}}'
        ),
    ),
    ("limit.day.chinese", 429, "zhipu", "今日调用次数已用完"),
    ("limit.day.chinese", 429, "generic", "今日调用次数已达上限"),
    (
        "limit.day.chinese",
        None,
        "zhipu",
        ('{"error": {"code": "1304", "message": "该 API 已达今日调用次数限额,如有更多需求,请联系客服购买"}}'),
    ),
    ("limit.minute", 429, "cloudflare", "error code: 1015"),
    (
        "limit.minute",
        429,
        "gemini",
        (
            '{"error":{"code":429,"message":"Resource has been exhausted (e.g. check quota).","status":"RES'
            'OURCE_EXHAUSTED"}}'
        ),
    ),
    (
        "limit.minute",
        429,
        "litellm",
        (
            "litellm.RateLimitError: AzureException RateLimitError - Requests to the ChatCompletions_Create"
            " Operation under Azure OpenAI API version 2024-08-01-preview have exceeded call rate limit of "
            "your current OpenAI S0 pricing tier. Please retry after 1 second."
        ),
    ),
    ("limit.minute.chinese", 429, "generic", "请求过于频繁，请稍后再试"),
    (
        "limit.minute.chinese",
        429,
        "zhipu",
        ('{"error":{"code":"1302","message":"您的账户已达到速率限制，请您控制请求频率"}}'),
    ),
    (
        "limit.minute.chinese",
        None,
        "zhipu",
        ('{"error": {"code": "1303", "message": "您当前使用该 API 的频率过高,请降低频率,或联系客服增加限额"}}'),
    ),
    ("limit.bare", 429, "gemini", "429 status code (no body)"),
    ("limit.bare", 429, "generic", "429 status code (no body)"),
    ("limit.bare", 429, "openrouter", "429 Provider returned error"),
    (
        "limit.one_request.above",
        429,
        "generic",
        "Request of 45210 tokens exceeds the 30000 TPM limit of your tier; make it smaller",
    ),
]


@pytest.mark.parametrize(("rule", "status", "provider", "text"), _WORDINGS)
def test_a_wording_finds_its_rule(rule: str, status: int | None, provider: str | None, text: str) -> None:
    """No rule that stands before it takes it away."""
    assert rule_found(text, status=status, provider=provider) == rule


def test_every_rule_has_a_wording() -> None:
    """A rule that nothing shows to work is not needed."""
    assert names_of_rules(limits) == {name for name, *_ in _WORDINGS}
