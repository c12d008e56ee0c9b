"""A sentence that nobody has written down finds the rule of its subject: how much and how often."""

import pytest

from sealane_investigator.classify.rules.concepts import amounts
from tests.support.rules_found import names_of_rules, rule_found

_SENTENCES = [
    ("concept.concurrency", 429, "您的并行任务数达到上限"),
    ("concept.concurrency", 429, "同一时间只能有 5 个请求在处理"),
    ("concept.concurrency", 429, "Active request ceiling reached (10)"),
    ("concept.concurrency", 429, "Session limit: 2 live sessions allowed"),
    ("concept.context", 400, "提示词长度大于模型上限"),
    ("concept.context", 400, "输入内容过多，超出模型可处理的长度"),
    ("concept.context", 400, "history too big for the model, trim it"),
    ("concept.context", 400, "Too much text: 210000 tokens, allowed 200000"),
    ("concept.daily", 429, "今天的免费次数用完了"),
    ("concept.daily", 429, "That's all for today: your 200 free calls have been used"),
    ("concept.daily", 429, "You have reached the maximum number of requests for one day"),
    ("concept.daily", 429, "Requests exhausted for the day: 1000/1000 (resets at 00:00 UTC)"),
    ("concept.money", 403, "免费额度已经用光"),
    ("concept.money", 403, "当前资源包余量为零"),
    ("concept.money", 400, "账户可用额度为 0，请先购买"),
    ("concept.money", 429, "Token plan depleted"),
    ("concept.output", 400, "输出 token 数设置超过上限 16384"),
    ("concept.output", 400, "You asked for 64000 output tokens; the model can produce at most 32768"),
    ("concept.output", 400, "Requested completion length 50000 is beyond what the model can emit (16384)"),
    ("concept.window", 429, "5小时窗口用量已满，17:00 后恢复"),
    ("concept.window", 429, "Weekly allotment used; new allotment in 3 days"),
    ("concept.window", 429, "Monthly plan allocation reached, resets on the 1st"),
    ("concept.window", 429, "You used 100% of your 5h window. Available again at 16:20."),
]


@pytest.mark.parametrize(("rule", "status", "text"), _SENTENCES)
def test_a_sentence_finds_the_rule_of_its_subject(rule: str, status: int | None, text: str) -> None:
    """Where no known wording, no code and no telling type speaks."""
    assert rule_found(text, status=status, provider=None) == rule


def test_every_rule_has_a_sentence() -> None:
    """A rule that nothing shows to work is not needed."""
    assert names_of_rules(amounts) == {name for name, *_ in _SENTENCES}


def test_every_rule_is_a_hint() -> None:
    """So that none of them takes a known wording away."""
    assert all(rule.hint for rule in amounts.AMOUNTS)
