"""Each kind of wrapper is known by how it begins."""

import pytest

from sealane_investigator.peel.prefixes import PREFIXES


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("timestamp", "2026-03-01 10:00:00,123 - slow"),
        ("timestamp", "[2018-01-31 17:52:19,296] slow"),
        ("klog", "E0717 15:19:02.673250   23191 kubelet.go:1549] slow"),
        ("level", "[ERROR] slow"),
        ("kubelet", "Warning BackOff 10s (x2 over 11s) kubelet slow"),
        ("compose", "app_1  | slow"),
        ("sse", "data: slow"),
        ("sdk", "Error code: 429 - slow"),
        ("status", "HTTP 429 Too Many Requests: slow"),
        ("status", "[429] slow"),
        ("status", "API Error: 429 slow"),
        ("status", "503 Service Unavailable: slow"),
        ("litellm", "litellm.RateLimitError: slow"),
        ("litellm", "VertexAIException - slow"),
        ("retry", "Failed after 3 attempts. Last error: slow"),
        ("retry", "Reconnecting... 1/5 (5s • esc to interrupt)\n  └ slow"),
        ("form", "Error Details\n\nModel: a b\nProvider: openai\nStatus Code: 429\n\n**Error Output**\nslow"),
        ("dify", "[models] Bad Request Error, slow"),
        ("langchain", "Retrying a.b.<locals>.c in 4.0 seconds as it raised slow"),
        ("exception", "openai.NotFoundError: slow"),
        ("exception", "RetryError [AI_RetryError]: slow"),
        ("exception", "BadRequestError('slow"),
        ("botocore", "An error occurred (ThrottlingException) when calling the Converse operation: slow"),
        ("gateway", "Error from provider(404): slow"),
        ("agent", "LLM provider error: slow"),
        ("agent", "Video Generation Failed: slow"),
    ],
)
def test_a_wrapper_is_known_by_its_beginning(name: str, text: str) -> None:
    """And what is behind it is left."""
    rests = [text[match.end() :] for kind, one in PREFIXES if kind == name and (match := one.match(text))]

    assert any(rest.startswith("slow") or rest == " slow" for rest in rests), rests


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("stream disconnected before completion: Rate limit is exceeded.", True),
        ("stream disconnected before completion: stream closed before response.completed", False),
    ],
)
def test_a_stream_that_ends_with_a_reason_is_a_wrapper(text: str, *, known: bool) -> None:
    """One that ends without any is the error itself."""
    assert any(kind == "retry" and one.match(text) is not None for kind, one in PREFIXES) is known
