"""A sentence that nobody has written down finds the rule of its subject: what was asked for."""

import pytest

from sealane_investigator.classify.rules.concepts import requests
from tests.support.rules_found import names_of_rules, rule_found

_SENTENCES = [
    ("concept.address", 404, "Nothing is served at /v2/chat"),
    ("concept.address", 405, "Method GET is not supported for this path"),
    ("concept.address", 404, "Wrong path. Did you mean /v1/chat/completions?"),
    ("concept.address", 404, "Unrecognized request URL. Please see the documentation"),
    ("concept.capability", 400, "该模型仅能处理文字"),
    ("concept.capability", 400, "本模型不可使用函数调用"),
    ("concept.capability", 400, "当前模型不具备图片理解能力"),
    ("concept.capability", 400, "This model cannot look at pictures"),
    ("concept.content", 400, "The generated image was withheld: unsafe"),
    ("concept.content", 400, "Our classifier marked the text as hateful"),
    ("concept.content", 400, "This request violates the acceptable use rules"),
    ("concept.content", 400, "We cannot process this prompt because it breaks our rules on safety"),
    ("concept.messages", 400, "对话中连续出现了两条用户消息"),
    ("concept.messages", 400, "system 消息必须放在最前面"),
    ("concept.messages", 400, "消息中 tool 结果与 tool 调用不匹配"),
    ("concept.messages", 400, "tool result refers to an unknown call id"),
    ("concept.model", 400, "模型名称有误"),
    ("concept.model", 400, "没有这个模型"),
    ("concept.model", 400, "此模型不在支持列表中"),
    ("concept.model", 400, "gpt-4-32k was sunset; choose a successor"),
]


@pytest.mark.parametrize(("rule", "status", "text"), _SENTENCES)
def test_a_sentence_finds_the_rule_of_its_subject(rule: str, status: int | None, text: str) -> None:
    """Where no known wording, no code and no telling type speaks."""
    assert rule_found(text, status=status, provider=None) == rule


def test_every_rule_has_a_sentence() -> None:
    """A rule that nothing shows to work is not needed."""
    assert names_of_rules(requests) == {name for name, *_ in _SENTENCES}


def test_every_rule_is_a_hint() -> None:
    """So that none of them takes a known wording away."""
    assert all(rule.hint for rule in requests.REQUESTS)
