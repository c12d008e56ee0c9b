"""A sentence that nobody has written down finds the rule of its subject: what broke."""

import pytest

from sealane_investigator.classify.rules.concepts import failures
from tests.support.rules_found import names_of_rules, rule_found

_SENTENCES = [
    ("concept.busy", 503, "当前排队人数过多"),
    ("concept.busy", 429, "模型服务压力过大"),
    ("concept.busy", 429, "当前模型算力紧张，请稍后重试"),
    ("concept.busy", 503, "GPU 资源不足，请稍后再试"),
    ("concept.certificate", None, "Certificate chain incomplete, refusing to talk"),
    ("concept.certificate", None, "The certificate presented by api.z.ai is not trusted"),
    ("concept.not_json", None, "返回内容不是合法的 JSON"),
    ("concept.not_json", None, "Response could not be parsed: <html>"),
    ("concept.not_json", None, "API answered with text instead of JSON"),
    ("concept.nowhere", 503, "没有健康的后端节点"),
    ("concept.nowhere", 503, "service llm-a has 0 endpoints"),
    ("concept.nowhere", 503, "Could not pick a provider: none is healthy"),
    ("concept.nowhere", 503, "Zero eligible accounts in the pool for model glm-5"),
    ("concept.pending", None, "no node has enough GPUs"),
    ("concept.pending", None, "pod pending: not enough memory on any node"),
    ("concept.pool", None, "HTTP client has no idle connection left"),
    ("concept.pull", None, "image can't be pulled: denied"),
    ("concept.refused", None, "无法连接：目标计算机积极拒绝"),
    ("concept.refused", None, "nothing is listening on port 8000"),
    ("concept.reset", None, "远程主机强迫关闭了一个现有的连接"),
    ("concept.reset", None, "Connection was cut by the other side"),
    ("concept.stream", None, "the event stream broke off"),
    ("concept.stream", None, "connection ended in the middle of a chunk"),
    ("concept.upstreams", 503, "所有可用渠道均请求失败"),
    ("concept.upstreams", 502, "Tried 3 providers, none answered"),
    ("concept.upstreams", 502, "Ran through the whole fallback list without success"),
    ("concept.upstreams", 502, "Gave up: openai failed, anthropic failed, gemini failed; nothing left to try"),
    ("concept.waited", None, "Nothing received for 120 s"),
    ("concept.waited", None, "no answer after 60 seconds, giving up"),
    ("concept.waited", None, "deadline passed while reading the reply"),
    ("concept.waited", None, "model did not respond within 120 seconds"),
]


@pytest.mark.parametrize(("rule", "status", "text"), _SENTENCES)
def test_a_sentence_finds_the_rule_of_its_subject(rule: str, status: int | None, text: str) -> None:
    """Where no known wording, no code and no telling type speaks."""
    assert rule_found(text, status=status, provider=None) == rule


def test_every_rule_has_a_sentence() -> None:
    """A rule that nothing shows to work is not needed."""
    assert names_of_rules(failures) == {name for name, *_ in _SENTENCES}


def test_every_rule_is_a_hint() -> None:
    """So that none of them takes a known wording away."""
    assert all(rule.hint for rule in failures.FAILURES)
