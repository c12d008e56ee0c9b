"""Causes that a text names by itself, and texts that name none."""

import pytest

from sealane_api.diagnosis.error_class import Cause
from sealane_investigator.causes.from_text import with_text_cause
from sealane_investigator.classify.deciding import classify
from sealane_investigator.peel.peeling import peel


def _cause(text: str, status: int | None = None, provider: str | None = None) -> Cause | None:
    peeled = peel(text, http_status=status, provider=provider)
    return with_text_cause(classify(peeled), peeled).cause


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("You exceeded your current quota. * Quota exceeded for metric: x, limit: 0, model: y", Cause.QUOTA_ZERO),
        ("Incorrect API key provided: https://api.example.com/v1", Cause.KEY_FIELD_MISFILLED),
        ("Incorrect API key provided: your_api_key_here. You can find your API key at", Cause.KEY_FIELD_MISFILLED),
        ("Incorrect API key provided: <key:placeholder:12:ab12cd>", Cause.KEY_FIELD_MISFILLED),
        ("Incorrect API key provided: undefined. You can find your API key at", Cause.KEY_FIELD_MISFILLED),
        ("Incorrect API key provided: ${OPENAI_API_KEY}. You can find your", Cause.KEY_FIELD_MISFILLED),
        ("401 Incorrect API key provided: apiKey: ********vJkA. You can find your", Cause.KEY_FIELD_MISFILLED),
        (
            "Incorrect API key provided: AIzaSyDX****58Jc. You can find it at https://platform.openai.com/account",
            Cause.AUTH_WRONG_ENDPOINT,
        ),
        ("Rate limit reached for gpt-5 on tokens per min (TPM): Limit 0, Used 0, Requested 12.", Cause.QUOTA_ZERO),
        (
            "SSLCertVerificationError: Hostname mismatch, certificate is not valid for 'api.openai.com'",
            Cause.PROXY_MISCONFIGURED,
        ),
        ("401 Access denied due to invalid subscription key or wrong API endpoint.", Cause.AUTH_WRONG_ENDPOINT),
        ("No endpoints found matching your data policy", Cause.ROUTING_POLICY_TOO_STRICT),
        ("The model `llama2-70b` has been decommissioned and is no longer supported.", Cause.MODEL_RETIRED),
        ("Not found the model kimi-k2-0711-preview or Permission denied", Cause.MODEL_RETIRED),
        ("Invalid model name passed in model=gpt-9. Call `/v1/models` to view models", Cause.ALIAS_NOT_MAPPED),
        ("当前分组 default 下对于模型 gpt-4 无可用渠道", Cause.ALIAS_NOT_MAPPED),
        ("404 Not Found for url: http://localhost:11434/v1/v1/chat/completions", Cause.BAD_BASE_URL),
        ("Cannot connect to host http:80 ssl:default [Temporary failure in name resolution]", Cause.BAD_BASE_URL),
        ("ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 407'))", Cause.PROXY_MISCONFIGURED),
    ],
)
def test_a_text_names_its_cause(text: str, cause: Cause) -> None:
    """Whatever class it has, the cause is one that explains it."""
    assert _cause(text) is cause


@pytest.mark.parametrize(
    "text",
    [
        "You exceeded your current quota. * Quota exceeded for metric: x, limit: 20, model: y",
        "Incorrect API key provided: sk-proj-********abcd. You can find your API key at https://platform.openai.com",
        "You didn't provide an API key. You need to provide your API key (i.e. Authorization: Bearer YOUR_KEY)",
        "Incorrect API key provided. For details, see: https://help.aliyun.com/zh/model-studio/error-code",
        "Invalid API key provided. You can find your API key at https://api.together.xyz/settings/api-keys.",
        '{"code":20001,"message":"Invalid token","data":null}',
        "Invalid request: 'messages' has 407 items",
        "The model `gpt-9` does not exist or you do not have access to it.",
        "Rate limit reached: limit: 0.5 requests per second",
        "404 page not found",
        "The engine is currently overloaded, please try again later",
    ],
)
def test_a_text_that_names_none_has_none(text: str) -> None:
    """A cause is not guessed."""
    assert _cause(text) is None


def test_a_cause_that_is_known_stays() -> None:
    """Facts may have named it."""
    peeled = peel("No endpoints found matching your data policy")
    known = with_text_cause(classify(peeled), peeled)

    assert with_text_cause(known, peel("/v1/v1/")) is known
