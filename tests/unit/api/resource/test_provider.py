"""The fields of a provider have exactly the bounds their page says."""

import pytest

from tests.support.resources import ABSENT, FULL, Bounds, accepted, admitted, edited, refused

#: The values that are admitted and refused at each path of FULL.
BOUNDS: Bounds = [
    ("spec.providers.1.name", ["zai"], ["", "a" * 64, "Zai", "moonshot", "zai\n", 1, True, ABSENT]),
    ("spec.providers.0.dialect", ["Moonshot", "Zai", "OpenAI", ABSENT], ["moonshot", "OPENAI", "", 1, ["Zai"]]),
    (
        "spec.providers.1.baseURL",
        ["https://h/" + "a" * 502, "https://h"],
        ["https://h/" + "a" * 503, "h", "", "ftp://h/v1", "https:///v1", 1, ABSENT],
    ),
    (
        "spec.providers.1.baseURL",
        ["https://h/v1/"],
        ["https://u@h/v1", "https://h/v1?a", "https://h/v1#a", "http://h", "https://127.0.0.1"],
    ),
    ("spec.providers.1.baseURL", [], ["http://localhost/v1", "https://[::1]/v1"]),
    (
        "spec.providers.0.messagesBaseURL",
        ["https://api.moonshot.ai", "https://API.moonshot.ai:443/x", ABSENT],
        [
            "https://api.moonshot.cn/anthropic",
            "http://api.moonshot.ai/anthropic",
            "https://api.moonshot.ai:444/x",
            "https://u@api.moonshot.ai/x",
            "x",
        ],
    ),
    (
        "spec.providers.0.credential",
        [ABSENT],
        [{}, "sk-1", {"secretRef": None}, {"secretRef": "moonshot"}, {"value": "x"}],
    ),
    (
        "spec.providers.0.credential.secretRef.name",
        ["a", "a.b-c", "a" * 253],
        ["", "a" * 254, "A", "a/b", "../a", "a..b", ABSENT],
    ),
    (
        "spec.providers.0.credential.secretRef.key",
        ["a", "A.b_c-d", ".a", "a" * 253],
        ["", "a" * 254, "a/b", ".", "..", "..a", "a b", 1, ABSENT],
    ),
    ("spec.providers.0.maxConcurrency", [1, 2**31 - 1, ABSENT], [0, -1, 2**31, "200", 1.5, True]),
    ("spec.providers.0.tls", [{}, ABSENT], ["api.moonshot.ai", True]),
    (
        "spec.providers.0.tls.serverName",
        ["a", "a.b", "a" * 253, ABSENT],
        ["", "a" * 254, "a b", "a..b", "*.a", "https://a"],
    ),
    ("spec.providers.0.tls.caRef", [{"name": "a", "key": "b"}, ABSENT], [{"name": "a"}, {"key": "b"}, {}, "a"]),
    ("spec.providers.0.breaker", [{}, ABSENT], [[], 5, {"windows": "30s"}]),
    (
        "spec.providers.0.breaker.window",
        ["1ms", "99999h", "1h1m1s1ms", ABSENT],
        ["0s", "", "30", 30, "-5s", "5 m", "1d", "1.5s"],
    ),
    ("spec.providers.0.breaker.minRequests", [1, 1000, ABSENT], [0, "20"]),
    ("spec.providers.0.breaker.failurePercent", [1, 100, ABSENT], [0, 101, "50%", 50.5]),
    ("spec.providers.0.breaker.consecutiveFailures", [1, ABSENT], [0]),
    ("spec.providers.0.breaker.openFor", ["2m", "120s", "1ms"], ["121s", "0ms"]),
    ("spec.providers.0.breaker.maxOpenFor", ["10s", "10000ms"], ["9999ms", "9s"]),
    ("spec.providers.0.breaker.halfOpenMax", [1, 5, ABSENT], [0]),
    ("spec.providers.0.breaker.closeAfter", [1, 5, ABSENT], [0]),
    ("spec.providers.0.healthCheck", [{}, ABSENT], [True, "/models"]),
    (
        "spec.providers.0.healthCheck.path",
        ["/models", "/v1/a-b.c", "/" + "a" * 255, ABSENT],
        ["models", "", "/", "/a?b", "/..", "/a//b", "/" + "a" * 256],
    ),
    ("spec.providers.0.healthCheck.interval", ["1s", ABSENT], ["0s", 30]),
    ("spec.providers.0.allowInsecure", [True, False, ABSENT], ["true", 1, "yes"]),
]


@pytest.mark.parametrize(("path", "value"), admitted(BOUNDS))
def test_a_value_within_its_bounds_is_admitted(path: str, value: object) -> None:
    """At the limits themselves."""
    assert accepted(edited(FULL, path, value))


@pytest.mark.parametrize(("path", "value"), refused(BOUNDS))
def test_a_value_beyond_its_bounds_is_refused(path: str, value: object) -> None:
    """Just past the limits, and of other types."""
    assert not accepted(edited(FULL, path, value))
