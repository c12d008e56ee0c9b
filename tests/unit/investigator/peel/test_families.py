"""The family that worded an error is told by wording, then code, then hint."""

import pytest

from sealane_investigator.peel.families import family_of


@pytest.mark.parametrize(
    ("message", "code", "provider", "expected"),
    [
        ("The engine is currently overloaded", None, "generic", "moonshot"),
        ("This model's maximum context length is 4097 tokens", None, "deepseek", "openai"),
        ("The API deployment for this resource does not exist", None, "openai", "azure"),
        ("No endpoints found for x", None, None, "openrouter"),
        ("Rate limit reached for requests", "1302", None, "zai"),
        ("anything", "1302", "minimax", "minimax"),
        ("Insufficient Balance", None, "deepseek", "deepseek"),
        ("Insufficient Balance", None, "generic", None),
        ("slow", None, "bigmodel", "zai"),
        ("slow", None, "zhipu", "zai"),
        ("slow", None, "z.ai", "zai"),
        ("slow", None, "who-is-that", None),
        ("slow", None, None, None),
        ("[Errno 111] Connection refused", None, "openai", None),
        ("certificate verify failed: certificate has expired", None, "anthropic", None),
        ("[Errno -2] Name or service not known", None, "moonshot", None),
        ("curl: (6) Could not resolve host: api.moonshot.cn", None, "moonshot", None),
        ("dial tcp: lookup api.openai.com: no such host", None, "openai", None),
        ("sorry, too many clients already", None, "openai", None),
        ("0/2 nodes are available: 2 Insufficient cpu.", None, "vllm", None),
    ],
)
def test_wording_beats_code_beats_hint(
    message: str, code: str | None, provider: str | None, expected: str | None
) -> None:
    """Network, TLS, DNS, databases and Kubernetes are no family's, whatever the hint."""
    assert family_of(message, message, code, provider) == expected


def test_what_stands_around_the_message_tells_last() -> None:
    """A wrapper may name the family when nothing else does."""
    assert family_of("GroqException slow", "slow", None, None) is None
    assert family_of("https://api.groq.com said slow", "slow", None, None) == "groq"
