"""A sentence that nobody has written down finds the rule of its subject: who may come in."""

import pytest

from sealane_investigator.classify.rules.concepts import access
from tests.support.rules_found import names_of_rules, rule_found

_SENTENCES = [
    ("concept.client", 400, "本套餐仅供编程工具使用，不可用于 API 直接调用"),
    ("concept.client", 403, "This token is bound to the CLI and can't be used elsewhere"),
    ("concept.client", 403, "This subscription may be used from the official IDE plugin only"),
    ("concept.client", 403, "Only first-party apps may talk to this endpoint with a Max subscription"),
    ("concept.key", 403, "We do not know this API key"),
    ("concept.key", 401, "Key check failed: no such key"),
    ("concept.key", 403, "apiKey verification unsuccessful"),
    ("concept.key", 401, "Access refused, your secret is incorrect"),
    ("concept.no_key", 401, "未提供 Authorization 请求头"),
    ("concept.no_key", 401, "请求头中没有携带 Authorization"),
    ("concept.no_key", 400, '{"error":"header \'x-api-key\' was blank"}'),
    ("concept.no_key", 401, '{"error":"Authorization header is empty"}'),
    ("concept.plan_over", 403, "套餐有效期已过"),
    ("concept.plan_over", 400, "您的会员资格已结束，请续费"),
    ("concept.plan_over", 403, "Your trial is over"),
    ("concept.plan_over", 403, "Trial period finished on Jan 3"),
    ("concept.region", 403, "Access from your country has been prohibited"),
    ("concept.region", 400, "The API is unavailable for your current region"),
    ("concept.region", 403, "We do not offer the service where you are located"),
    ("concept.region", 403, "Requests originating from Hong Kong are not supported"),
    ("concept.restricted", 403, "Risk control has limited the speed of this account"),
    ("concept.restricted", 403, "We have slowed your account because of irregular traffic"),
    ("concept.restricted", 403, "Your requests are being limited because they look automated"),
    ("concept.suspended", 403, "账户已被平台关闭"),
    ("concept.suspended", 401, "Account closed. Contact support to reopen it."),
    ("concept.suspended", 403, "We have permanently disabled your developer account"),
    ("concept.suspended", 403, "Your organisation's access was switched off by our trust team"),
    ("concept.token_expired", 401, "凭证已超过有效期"),
    ("concept.token_expired", 401, "This JWT ran out 320 seconds ago"),
    ("concept.token_expired", 401, "The bearer token you supplied is past its expiry time"),
    ("concept.token_expired", 401, "Your session is no longer valid, please sign in again"),
]


@pytest.mark.parametrize(("rule", "status", "text"), _SENTENCES)
def test_a_sentence_finds_the_rule_of_its_subject(rule: str, status: int | None, text: str) -> None:
    """Where no known wording, no code and no telling type speaks."""
    assert rule_found(text, status=status, provider=None) == rule


def test_every_rule_has_a_sentence() -> None:
    """A rule that nothing shows to work is not needed."""
    assert names_of_rules(access) == {name for name, *_ in _SENTENCES}


def test_every_rule_is_a_hint() -> None:
    """So that none of them takes a known wording away."""
    assert all(rule.hint for rule in access.ACCESS)
