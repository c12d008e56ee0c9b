"""Each wording of what is wrong with messages finds its rule, wrapped as it was found."""

import pytest

from sealane_investigator.classify.rules.refusals import histories
from tests.support.rules_found import names_of_rules, rule_found

_WORDINGS = [
    ("messages.tool_calls", 400, "moonshot", "Invalid request: tool_call_id is not found"),
    (
        "messages.tool_calls",
        400,
        "gemini",
        (
            "Function call is missing a thought_signature in functionCall parts. This is required for tools"
            " to work correctly"
        ),
    ),
    (
        "messages.tool_calls",
        400,
        "anthropic",
        (
            '{"type":"error","error":{"type":"invalid_request_error","message":"messages.2: `tool_use` ids '
            "were found without `tool_result` blocks immediately after: toolu_01. Each `tool_use` block mus"
            't have a corresponding `tool_result` block in the next message."}}'
        ),
    ),
    ("messages.reasoning", 400, "openai", "Previous response with id 'resp_abc' not found."),
    (
        "messages.reasoning",
        400,
        "openai",
        ("Duplicate item found with id rs_0a. Remove duplicate items from your input and try again."),
    ),
    (
        "messages.reasoning",
        400,
        "anthropic",
        (
            "messages.1.content.0: `thinking` or `redacted_thinking` blocks in the latest assistant message"
            " cannot be modified. These blocks must remain as they were in the original response."
        ),
    ),
    ("messages.order", 400, "moonshot", "assistant message must not be empty"),
    ("messages.order", 400, "anthropic", "messages: final assistant content cannot end with trailing whitespace"),
    (
        "messages.order",
        400,
        "minimax",
        (
            '{"type":"error","error":{"type":"bad_request_error","message":"invalid params, chat content ha'
            's invalid message role: system (2013)","http_code":"400"},"request_id":"0660b098aa1e9dd5a6773a'
            '48c479fc89"}'
        ),
    ),
    ("messages.empty", 400, "moonshot", "text content is empty"),
    ("messages.empty", 400, "cohere", "invalid request: all elements in history must have a message."),
    (
        "messages.empty",
        400,
        "bedrock",
        (
            "The text field in the ContentBlock object at messages.0.content.0 is blank. Add text to the te"
            "xt field, and try again."
        ),
    ),
    ("messages.chinese", 400, "zhipu", "messages 参数非法：tool 消息之前必须有 tool_calls 消息"),
    (
        "messages.chinese",
        400,
        "zhipu",
        ('{"error":{"code":"1214","message":"messages 参数非法。最后一条消息不能是 assistant"}}'),
    ),
]


@pytest.mark.parametrize(("rule", "status", "provider", "text"), _WORDINGS)
def test_a_wording_finds_its_rule(rule: str, status: int | None, provider: str | None, text: str) -> None:
    """No rule that stands before it takes it away."""
    assert rule_found(text, status=status, provider=provider) == rule


def test_every_rule_has_a_wording() -> None:
    """A rule that nothing shows to work is not needed."""
    assert names_of_rules(histories) == {name for name, *_ in _WORDINGS}
