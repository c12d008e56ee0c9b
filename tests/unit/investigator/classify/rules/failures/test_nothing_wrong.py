"""Each wording of what is no error finds its rule, wrapped as it was found."""

import pytest

from sealane_investigator.classify.rules.failures import nothing_wrong
from tests.support.rules_found import names_of_rules, rule_found

_WORDINGS = [
    ("client.gone", None, "go", "context canceled"),
    ("client.gone", None, "openai", "openai.APIUserAbortError: Request was aborted."),
    ("client.gone", 499, "moonshot", ('{"error":{"message":"client closed request","type":"client_closed_request"}}')),
    ("answer.at_limit", None, "generic", "finish_reason=length"),
    (
        "answer.at_limit",
        200,
        "openai",
        (
            '{"id":"resp_1","object":"response","status":"incomplete","incomplete_details":{"reason":"max_o'
            'utput_tokens"},"output":[]}'
        ),
    ),
    (
        "answer.at_limit",
        200,
        "anthropic",
        (
            '{"id":"msg_01","type":"message","role":"assistant","content":[{"type":"text","text":"The 429 e'
            'rror means too many requests."}],"stop_reason":"end_turn","usage":{"input_tokens":10,"output_t'
            'okens":25}}'
        ),
    ),
]


@pytest.mark.parametrize(("rule", "status", "provider", "text"), _WORDINGS)
def test_a_wording_finds_its_rule(rule: str, status: int | None, provider: str | None, text: str) -> None:
    """No rule that stands before it takes it away."""
    assert rule_found(text, status=status, provider=provider) == rule


def test_every_rule_has_a_wording() -> None:
    """A rule that nothing shows to work is not needed."""
    assert names_of_rules(nothing_wrong) == {name for name, *_ in _WORDINGS}
