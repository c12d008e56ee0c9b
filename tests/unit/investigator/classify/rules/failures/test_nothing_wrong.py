"""Each wording of what is no error finds its rule, wrapped as it was found."""

import pytest

from sealane_investigator.classify import rulebook
from sealane_investigator.classify.rule import Rule
from sealane_investigator.classify.rules.failures import nothing_wrong
from sealane_investigator.classify.wording import wording_of
from sealane_investigator.peel.peeling import peel

_RULES = [
    one for group in vars(nothing_wrong).values() if isinstance(group, tuple) for one in group if isinstance(one, Rule)
]

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
    wording = wording_of(peel(text, http_status=status, provider=provider))

    found = next(
        one
        for ask in (rulebook.outermost, rulebook.strong, rulebook.around, rulebook.hinted)
        if (one := ask(wording)) is not None
    )

    assert found.name == rule


def test_every_rule_has_a_wording() -> None:
    """A rule that nothing shows to work is not needed."""
    assert {rule.name for rule in _RULES} == {name for name, *_ in _WORDINGS}
