"""The oracle of the routing tests, held against the architecture page's own sentences, worked out by hand."""

from typing import Any

import pytest

from tests.support.oracle import Oracle, Way

_PROVIDERS = [
    {"name": "moonshot", "dialect": "Moonshot", "baseURL": "https://api.moonshot.ai/v1"},
    {"name": "zai", "dialect": "Zai", "baseURL": "https://api.z.ai/api/paas/v4"},
    {"name": "plain", "baseURL": "https://llm.example/v1"},
]


def _route(name: str, rules: list[dict[str, Any]], created: str = "") -> dict[str, Any]:
    metadata = {"name": name, **({"creationTimestamp": created} if created else {})}
    return {"metadata": metadata, "spec": {"providers": _PROVIDERS, "rules": rules}}


def _rule(name: str, provider: str, *models: dict[str, str]) -> dict[str, Any]:
    return {"name": name, "models": list(models), "targets": [{"provider": provider}]}


_ORACLE = Oracle(
    [
        _route(
            "young",
            [
                _rule("kimi", "moonshot", {"prefix": "Kimi-"}),
                _rule("kimi-k3", "moonshot", {"exact": "Kimi-K3"}, {"prefix": "kimi-k2."}),
                _rule("a-late", "plain", {"regex": "gpt-[0-9].*"}),
                _rule("mixed", "moonshot", {"exact": "mixed"})
                | {"targets": [{"provider": "zai"}, {"provider": "plain"}]},
            ],
            "2026-02-02T00:00:00Z",
        ),
        _route(
            "old",
            [
                _rule("z-rule", "plain", {"regex": "gpt-.*"}, {"exact": "moonshot/odd"}),
                _rule("b-rule", "zai", {"regex": "gpt-4.*"}, {"prefix": "glm-"}),
            ],
            "2026-01-01T00:00:00Z",
        ),
        _route("ageless", [_rule("a-rule", "plain", {"regex": "[gx]p[tu]-.*"})]),
    ]
)


@pytest.mark.parametrize(
    ("name", "rule", "forwarded"),
    [
        ("kimi-k3", "kimi-k3", "Kimi-K3"),  # exact beats prefix, in the pattern's spelling
        ("KIMI-k3x", "kimi", "KIMI-k3x"),  # a prefix forwards the client's own spelling
        ("kimi-k2.6", "kimi-k3", "kimi-k2.6"),  # the longest prefix
        ("kimi-", "kimi", "kimi-"),
        ("gpt-4o", "b-rule", "gpt-4o"),  # the older route, then the rule name
        ("gpt-5", "z-rule", "gpt-5"),
        ("xpu-1", "a-rule", "xpu-1"),
        ("moonshot/kimi-k3", "kimi-k3", "Kimi-K3"),  # the alias is stripped
        ("MoonshotAI/Kimi-x", "kimi", "Kimi-x"),
        ("zai-org/glm-5", "b-rule", "glm-5"),
        ("moonshot/odd", "z-rule", "moonshot/odd"),  # matched as written first
        ("zai/kimi-k3", None, None),  # the result must belong to the alias's dialect
        ("zai/mixed", None, None),
        ("moonshot/moonshot/kimi-k3", None, None),
        ("openai/gpt-4o", None, None),
        ("moonshot/", None, None),
        ("kimi", None, None),
        (" kimi-k3", None, None),
        ("\N{KELVIN SIGN}imi-k3", None, None),
        ("agpt-4", None, None),  # a regex is for the whole name
        ("", None, None),
        ("kimi-\n", None, None),
        ("kimi-" + "x" * 252, None, None),
    ],
)
def test_the_oracle_reads_the_page_as_a_person_does(name: str, rule: str | None, forwarded: str | None) -> None:
    """Each name at the rule, and under the name, that the page gives it."""
    verdict = _ORACLE.judge(name)

    assert (verdict and verdict.rule) == rule
    assert (verdict and verdict.ways[0].model) == forwarded


def test_the_oracle_knows_the_ways_and_when_the_fallback_may_be_gone() -> None:
    """Targets as written with their defaults, then the fallback under its own model name."""
    rule = _rule("kimi", "moonshot", {"prefix": "kimi-"})
    rule["targets"].append({"provider": "plain", "weight": 0})
    rule["fallback"] = {"when": ["Timeout"], "targets": [{"provider": "zai", "model": "glm-4.7"}]}
    verdict = Oracle([_route("only", [rule])]).judge("kimi-k3")

    assert verdict is not None
    assert verdict.primary == [Way("moonshot", "https://api.moonshot.ai/v1", "kimi-k3", 100, False)]
    assert verdict.fallback == [Way("zai", "https://api.z.ai/api/paas/v4", "glm-4.7", 100, True)]
    assert [way.provider for way in verdict.ways] == ["moonshot", "plain", "zai"]
    assert (verdict.route, verdict.when) == ("default/only", frozenset({"Timeout"}))
