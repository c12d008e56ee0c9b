"""Each wording of too much in one request finds its rule, wrapped as it was found."""

import pytest

from sealane_investigator.classify.rules.refusals import sizes
from tests.support.rules_found import names_of_rules, rule_found

_WORDINGS = [
    (
        "context.body_of_tokens",
        413,
        "github-models",
        ("Request body too large for gpt-4o model. Max size: 8000 tokens."),
    ),
    (
        "context.body_of_tokens",
        400,
        "bedrock",
        ("Malformed input request: expected maxLength: 2048, actual: 3000, please reformat your input and try again."),
    ),
    (
        "output.above_limit",
        400,
        "openrouter",
        ("max_completion_tokens 200000 exceeds the maximum output tokens of 65536 for this model"),
    ),
    (
        "output.above_limit",
        400,
        "anthropic",
        (
            "max_tokens: 100000 > 8192, which is the maximum allowed number of output tokens for claude-3-5"
            "-sonnet-20241022"
        ),
    ),
    ("output.too_large", 400, "zai", "max_tokens 超过上限 98304"),
    (
        "output.too_large",
        400,
        "siliconflow",
        ('{"code":20015,"message":"max_tokens (32768) is too large, maximum is 16384","data":null}'),
    ),
    (
        "output.too_large",
        400,
        "generic",
        (
            'Provider error: OpenAI API error 400 Bad Request: {"error":{"message":"Param Incorrect","type"'
            ':"upstream_error","param":"max_tokens is too large: 1048576. This model supports at most 13107'
            '2 completion tokens, whereas you provided 1048576.","code":"400"}}'
        ),
    ),
    ("output.too_large.chinese", None, None, "max_tokens 超出上限"),
    ("context.too_long", 413, "anthropic", "Prompt is too long"),
    (
        "context.too_long",
        400,
        "siliconflow",
        (
            '{"code":20015,"message":"length of prompt_tokens (40000) must be less than max_seq_len (32768)'
            '.","data":null}'
        ),
    ),
    (
        "context.too_long",
        400,
        "openai",
        (
            "Server returned an error message：This model's maximum context length is 4096 tokens. However,"
            " you requested 4222 tokens (1222 in the messages, 3000 in the completion). Please reduce the l"
            "ength of the messages or completion."
        ),
    ),
    ("context.too_long.chinese", 400, "hunyuan", "输入长度超过模型限制"),
    ("context.too_long.chinese", 400, "zai", "输入过长，超过模型最大上下文"),
    ("context.too_long.chinese", 400, "generic", "输入内容过长，超过模型上下文长度限制"),
    ("payload.too_large", 435, "zai", "file too large"),
    ("payload.too_large", 413, "copilot", "failed to parse request: request body too large"),
    (
        "payload.too_large",
        400,
        "anthropic",
        (
            "messages.24.content.9.image.source.base64.data: At least one of the image dimensions exceed ma"
            "x allowed size for many-image requests: 2000 pixels"
        ),
    ),
    ("payload.too_large.chinese", 400, "zhipu", "文件大小超出限制"),
    ("payload.too_large.chinese", 400, "zhipu", "图片大小超过限制 5M"),
    ("payload.by_status", 413, "workers-ai", "3006: Request is too large"),
]


@pytest.mark.parametrize(("rule", "status", "provider", "text"), _WORDINGS)
def test_a_wording_finds_its_rule(rule: str, status: int | None, provider: str | None, text: str) -> None:
    """No rule that stands before it takes it away."""
    assert rule_found(text, status=status, provider=provider) == rule


def test_every_rule_has_a_wording() -> None:
    """A rule that nothing shows to work is not needed."""
    assert names_of_rules(sizes) == {name for name, *_ in _WORDINGS}
