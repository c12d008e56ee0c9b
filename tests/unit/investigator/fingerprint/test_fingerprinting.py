"""One template has one fingerprint in every wrapper, two templates have two, and a new version remembers the old."""

import json
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane_investigator.fingerprint.fingerprinting import fingerprint, former_hash
from sealane_investigator.fingerprint.versions import VERSIONS, Named, Version
from sealane_investigator.peel.peeling import peel
from sealane_telemetry.error_text.redaction import ErrorTextRedactor

_VARIANTS = [json.loads(line) for line in Path(__file__).with_name("variants.jsonl").read_text("utf-8").splitlines()]


def _hash(text: str, provider: str | None = None) -> str:
    return fingerprint(peel(text, provider=provider)).hash


def _b_cubed(pairs: list[tuple[str, str]]) -> tuple[float, float]:
    """Precision and recall of grouping, averaged over the messages."""
    both, groups, found = Counter(pairs), Counter(group for group, _ in pairs), Counter(name for _, name in pairs)
    precision = sum(both[pair] / found[pair[1]] for pair in pairs) / len(pairs)
    recall = sum(both[pair] / groups[pair[0]] for pair in pairs) / len(pairs)
    return precision, recall


def test_variants_of_one_template_are_one_and_no_others() -> None:
    """The same in other wrappers, cut elsewhere, of other models, accounts, hosts and numbers."""
    precision, recall = _b_cubed([(one["group"], _hash(one["text"], one["provider"])) for one in _VARIANTS])

    assert len(_VARIANTS) >= 150
    assert precision >= 0.99
    assert recall >= 0.97


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("request reached organization max RPM: 3", "request reached organization max concurrency: 3"),
        (
            "request reached organization TPM rate limit, current: 1",
            "request reached organization TPD rate limit, current: 1",
        ),
        (
            "request reached organization TPM rate limit, current: 1",
            "request reached project TPM rate limit, current: 1",
        ),
        (
            "Rate limit reached for x in organization o on tokens per min (TPM)",
            "Rate limit reached for x in organization o on requests per min (RPM)",
        ),
        (
            "Rate limit reached for x in organization o on requests per day (RPD)",
            "Rate limit reached for x in organization o on requests per min (RPM)",
        ),
        (
            "This model's maximum context length is 1 tokens. However, you requested 2",
            "This model's maximum context length is 1 tokens. However, your messages resulted in 2",
        ),
        ("Invalid Authentication", "invalid x-api-key"),
        (
            "Your account o is suspended due to insufficient balance",
            "Your account o is suspended, please check your plan and billing details",
        ),
        (
            '{"error":{"code":"1302","message":"Rate limit reached for requests"}}',
            '{"error":{"code":"1302","message":"High concurrency usage of this API"}}',
        ),
        (
            '{"error":{"code":"1308","message":"Usage limit reached for 5 hour"}}',
            '{"error":{"code":"1310","message":"Weekly/Monthly Limit Exhausted"}}',
        ),
        ("No endpoints found for a/b", "No endpoints found that support tool use"),
        (
            "ThrottlingException: Too many tokens, please wait before trying again.",
            "ThrottlingException: Too many requests, please wait before trying again.",
        ),
        (
            "certificate verify failed: self signed certificate (_ssl.c:1)",
            "certificate verify failed: self signed certificate in certificate chain (_ssl.c:1)",
        ),
        ("[Errno -3] Temporary failure in name resolution", "[Errno -2] Name or service not known"),
        ("[Errno 111] Connection refused", "[Errno 104] Connection reset by peer"),
        ("Server disconnected", "Server disconnected without sending a response."),
        ("The read operation timed out", "The write operation timed out"),
        ("0/1 nodes are available: 1 Insufficient cpu.", "0/1 nodes are available: 1 Insufficient memory."),
        ('Back-off pulling image "a"', "Back-off restarting failed container a in pod b"),
        ('configmap "a" not found', 'secret "a" not found'),
        ("exceeded token rate limit of your current", "exceeded call rate limit of your current"),
        ("404 status code (no body)", "403 status code (no body)"),
        (
            "Rate limit of 15 per 60s exceeded for UserByModelByMinute. Please wait 1 seconds before retrying.",
            "Rate limit of 50 per 86400s exceeded for UserByModelByDay. Please wait 1 seconds before retrying.",
        ),
        (
            "Rate limit of 15 per 60s exceeded for UserByModelByMinute. Please wait 1 seconds before retrying.",
            "Rate limit of 2 per 0s exceeded for UserConcurrentRequests. Please wait 0 seconds before retrying.",
        ),
        ("seat limit of this workspace reached", "seat limit of this project reached"),
    ],
)
def test_two_wordings_of_one_class_are_two(one: str, other: str) -> None:
    """However near they are."""
    assert _hash(one) != _hash(other)


def test_languages_of_a_documented_code_are_one() -> None:
    """The code says the same."""
    assert _hash('{"error":{"code":"1211","message":"模型不存在,请检查模型代码"}}') == _hash(
        '{"error":{"code":"1211","message":"Model does not exist, please check the model code"}}'
    )


@pytest.mark.parametrize(
    ("whole", "cut"),
    [
        (
            "The engine is currently overloaded, please try again later",
            "Error code: 429 - {'error': {'message': 'The engine is cur",
        ),
        (
            "Your account o request reached organization max RPM: 3",
            '{"error":{"message":"Your account o<ak-7> request reached organization max R',
        ),
        ('{"error":{"code":"1113","message":"余额不足或无可用资源包,请充值。"}}', '{"error":{"code":"1113","mess'),
        ("prompt is too long: 5 tokens > 3 maximum", '{"type":"error","error":{"message":"prompt is too long: 2092'),
        ("no healthy upstream", "503 no healthy upstr"),
    ],
)
def test_where_a_text_was_cut_is_no_part_of_it(whole: str, cut: str) -> None:
    """As long as what is left begins one known wording and no other."""
    assert _hash(cut) == _hash(whole)


@pytest.mark.parametrize("status", [None, 400, 429, 500])
@pytest.mark.parametrize("provider", [None, "generic", "kimi", "gateway"])
def test_status_and_hint_are_no_part_of_a_known_template(status: int | None, provider: str | None) -> None:
    """Nor is the model, the account, the host."""
    peeled = peel("The engine is currently overloaded, please try again later", http_status=status, provider=provider)

    assert fingerprint(peeled).hash == _hash("429 The engine is currently overloaded")


def test_a_fingerprint_is_a_version_and_a_hash_with_a_template_to_read() -> None:
    """The hash is the same in every process."""
    found = fingerprint(
        peel("Your account a<b> request reached organization max RPM: 3, please try again after 1 seconds")
    )

    assert found.hash == "v1:81347e09cb9a1ca0"
    assert found.template == (
        "Your account {} request reached organization max RPM: {}, please try again after {} seconds"
    )


def test_a_new_version_remembers_the_one_before() -> None:
    """An incident of either hash is one, so an upgrade makes no second."""
    older = Version("v0", lambda peeled: Named(str(len(peeled.message)), "by length"))
    peeled = peel("slow down")

    assert former_hash(peeled) is None
    assert former_hash(peeled, (older, *VERSIONS)) == fingerprint(peeled, (older,)).hash
    assert fingerprint(peeled, (older, *VERSIONS)) == fingerprint(peeled)
    assert former_hash(peeled, (older, *VERSIONS)) != fingerprint(peeled).hash


def test_redaction_changes_no_fingerprint_of_a_known_template() -> None:
    """Whoever redacted it, once or twice."""
    redactor = ErrorTextRedactor(b"a secret of this test")
    changed = defaultdict(list)
    for one in _VARIANTS:
        if _hash(one["text"], one["provider"]) != _hash(redactor.redact(one["text"]), one["provider"]):
            changed[one["group"]].append(one["text"])

    assert [group for group in changed if not group.startswith("new.")] == ["k8s.pull_backoff"]


@given(st.text(max_size=200), st.text(max_size=10))
def test_any_text_has_a_fingerprint(text: str, provider: str) -> None:
    """Of the same form, and always the same."""
    found = _hash(text, provider)

    assert re.fullmatch(r"v1:[0-9a-f]{16}", found)
    assert found == _hash(text, provider)
