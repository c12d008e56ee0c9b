"""Each wording of one product finds its rule, wrapped as it was found."""

import pytest

from sealane_investigator.classify import rulebook
from sealane_investigator.classify.rules import particular
from sealane_investigator.classify.wording import wording_of
from sealane_investigator.peel.peeling import peel

_WORDINGS = [
    (
        "envoy.flags.nowhere",
        None,
        '"POST /v1/chat/completions HTTP/1.1" 503 UH no_healthy_upstream - "-" 512 19 0 - "-" "curl/8.5.0"',
    ),
    (
        "envoy.flags.nowhere",
        503,
        '"GET /v1/status HTTP/1.1" 503 UC upstream_reset_before_response_started{connection_termination} - "-" 0 95',
    ),
    ("envoy.flags.timeout", None, '"POST /v1/chat/completions HTTP/2" 504 UT upstream_response_timeout - "-" 97 24'),
    (
        "tool_choice.not_configured",
        400,
        (
            'The error was: vllm API error 400: {"object":"error","message":"\\"auto\\" tool choice requires '
            "--enable-auto-tool-ch. Check the Home Assistant logs"
        ),
    ),
    (
        "limit.day.free_models",
        429,
        (
            '{\n  "errorMessage": "OpenAI: Rate limit reached",\n  "errorDescription": "Rate limit exceeded: '
            'free-models-per-day. Add 10 credits to unlock 1000 free model requests per day",\n  "errorDetails": {},'
        ),
    ),
    (
        "image.refused_by_registry",
        None,
        (
            "Error reading manifest latest in docker.io/library/solver: errors: denied: requested access to the "
            "resource is denied unauthorized: authentication required"
        ),
    ),
    (
        "quota.window_worded",
        403,
        (
            '{"error":{"message":"You\'ve reached your weekly (7-day) usage limit. Your quota will reset when the '
            'current 7-day window ends.","type":"access_terminated_error"}}'
        ),
    ),
    ("quota.window_worded", 403, "403 You have reached your subscription quota limit. Please wait for automatic"),
    (
        "quota.paused_model",
        429,
        (
            '{"error":{"code":"SetLimitExceeded","message":"Your account [210] has reached the set inference limit for '
            'the [deepseek-r1] model, and the model service has been paused."}}'
        ),
    ),
    (
        "quota.paused_model",
        403,
        (
            '{"code":"The caller does not have permission to execute the specified operation","error":"Your newly '
            "created team doesn't have any credits yet.\"}"
        ),
    ),
    (
        "quota.paused_model",
        429,
        "* Quota exceeded for metric: generativelanguage.googleapis.com/free_tier_requests, limit: 0, model: x",
    ),
    ("limit.day.free_usage", None, "⚠️ You have used all of today’s free usage on this account."),
    (
        "limit.concurrency.by_model",
        429,
        '{"error":{"code":"RateLimitReached","message":"Rate limit of 2 per 0s exceeded for UserConcurrentRequests."}}',
    ),
    ("limit.qps_overflow", None, '{"header":{"code":11202,"message":"AppIdQpsOverFlow","sid":"cht01"}}'),
    (
        "signature.date",
        403,
        (
            '{"message":"HMAC signature cannot be verified, a valid date or x-date header is required for HMAC '
            'Authentication"}'
        ),
    ),
    (
        "client.coding_tools",
        403,
        (
            '{"error":{"message":"The Coding Plan API key is only supported in coding tools such as Qwen Code",'
            '"type":"access_denied"}}'
        ),
    ),
    (
        "model.of_another_api",
        404,
        (
            "404 This model is only supported in v1/responses and not in v1/chat/completions.\nLikely causes:\n"
            "Model/deployment not found for: codex-mini-latest"
        ),
    ),
    ("model.no_access", 403, '{"error":{"code":"no_access","message":"No access to model: gpt-5"}}'),
    ("parameter.batch", 413, "input batch size 473 > maximum allowed batch size 64"),
    (
        "parameter.batch",
        400,
        (
            "Error code: 400 - {'error': {'message': '...' is too long - \\'functions.0.description\\'', 'type': "
            "'invalid_request_error', 'param': None, 'code': None}}"
        ),
    ),
    (
        "websocket.server_broke",
        None,
        "websockets.exceptions.ConnectionClosedError: received 1011 (internal error) Internal error occurred.",
    ),
    (
        "websocket.1011",
        None,
        "ConnectionClosed in AbstractAsyncWebSocketClient._listening with code 1011: Deepgram did not receive audio",
    ),
    ("stream.cut_by_upstream", None, "upstream prematurely closed connection while reading upstream, client: 10.0.0.1"),
    ("upstream.closed", None, "upstream prematurely closed connection while reading response header from upstream"),
    ("local_server.not_running", None, "Please check that Ollama is downloaded, running and accessible."),
    ("payload.alb", None, '{"message":"Request Too Long"}'),
    ("key.jwt_refused", None, "Jwt issuer is not configured"),
    ("descriptors.nginx", None, "[alert] 29#29: 512 worker_connections are not enough while connecting to upstream"),
    ("volume.attached_elsewhere", None, 'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) x'),
    ("connect.handshake", None, 'Post "https://api.example.com/v1/chat/completions": net/http: TLS handshake timeout'),
    ("read.timed_out", None, "reqwest::Error { kind: Body, source: TimedOut }"),
    ("connection.bare", None, "litellm.InternalServerError: InternalServerError: OpenAIException - Connection error."),
    ("upstream.no_peer", 502, "balancer(): failed to set the current peer (address: api.example.com port: 443)"),
]


@pytest.mark.parametrize(("rule", "status", "text"), _WORDINGS)
def test_a_wording_finds_its_rule(rule: str, status: int | None, text: str) -> None:
    """No general rule speaks before it."""
    wording = wording_of(peel(text, http_status=status, provider=None))

    found = next(
        one
        for ask in (rulebook.outermost, rulebook.strong, rulebook.around, rulebook.hinted)
        if (one := ask(wording)) is not None
    )

    assert found.name == rule


def test_every_rule_has_a_wording() -> None:
    """A rule that nothing shows to work is not needed."""
    rules = {one.name for one in (*particular.OUTSIDE, *particular.PARTICULAR)}

    assert rules == {name for name, *_ in _WORDINGS}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stream disconnected before completion: Rate limit reached for gpt-5 on tokens per min (TPM)", "rate_limit"),
        ("stream disconnected before completion: stream closed before response.completed", "stream_truncated"),
    ],
)
def test_a_stream_that_ends_with_a_reason_has_the_reasons_class(text: str, expected: str) -> None:
    """Only one that ends without any is truncated."""
    found = rulebook.strong(wording_of(peel(text)))

    assert found is not None
    assert found.error_class.value == expected


_REFUSED = "[Errno 111] Connect call failed"
_UNKNOWN = "socket.gaierror: [Errno -2] Name or service not known"


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (f"ConnectionRefusedError: {_REFUSED}\n\nhttpx.ConnectError: All attempts failed", "connection_refused"),
        (f"{_UNKNOWN}\n\nhttpx.ConnectError: [Errno -2] Name or service not known", "dns_failure"),
        ("httpx.ConnectError: [SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate", "tls_verify"),
        ("httpx.ReadError: [Errno 104] Connection reset by peer", "connection_reset"),
    ],
)
def test_a_bare_connection_error_has_the_class_of_its_cause(cause: str, expected: str) -> None:
    """The SDK's last words say nothing when the traceback says more."""
    frame = 'Traceback (most recent call last):\n  File "/app/a.py", line 1, in b\n    c()\n'
    text = f"{frame}{cause}\n\n{frame}openai.APIConnectionError: Connection error."
    wording = wording_of(peel(text))

    found = rulebook.strong(wording) or rulebook.around(wording)

    assert found is not None
    assert found.error_class.value == expected
