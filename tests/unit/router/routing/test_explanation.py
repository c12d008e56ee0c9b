"""Explaining what would happen."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from sealane_api.failure import FailureClass
from sealane_api.route_table import (
    DialectName,
    Fallback,
    Limits,
    Pattern,
    PatternKind,
    Provider,
    Route,
    RouteTable,
    Rule,
    Target,
)
from sealane_router.routing.explanation import explain
from sealane_router.routing.matcher import Matcher
from sealane_router.routing.splits import Arm

_MOONSHOT = Provider("default/assistants", "moonshot", DialectName.MOONSHOT, "https://api.moonshot.ai/v1")
_SPARE = Provider("default/assistants", "spare", DialectName.MOONSHOT, "https://spare.example/v1")
_ZAI = Provider("default/assistants", "zai", DialectName.ZAI, "https://api.z.ai/api/paas/v4")
_RULE = Rule(
    "default/assistants",
    "kimi",
    True,
    (Pattern(PatternKind.EXACT, "kimi-k3"),),
    (Target(_SPARE, weight=10), Target(_MOONSHOT, weight=90)),
    Fallback(
        frozenset({FailureClass.CONNECT}),
        (Target(_ZAI, model="glm-4.7", set={"temperature": "a value"}, remove=("thinking",)),),
    ),
    limits=Limits(6000),
)
_ROUTE = Route("default", "assistants", "7", "0" * 64, (_MOONSHOT, _SPARE, _ZAI), (_RULE,))


def _explained(name: str) -> dict[str, Any]:
    return explain(Matcher(RouteTable((_ROUTE,), "hash")), name)


def test_a_served_model_has_route_rule_and_targets_in_order() -> None:
    """By weight, then the fallback; each with the model that is forwarded there."""
    told = _explained("KIMI-K3")

    assert [told[member] for member in ("model", "route", "rule", "revision", "error")] == [
        "KIMI-K3",
        "default/assistants",
        "kimi",
        "7",
        None,
    ]
    shown = [
        (each["provider"], each["baseURL"], each["model"], each["weight"], each["fallback"], each["breaker"])
        for each in told["targets"]
    ]
    assert shown == [
        ("moonshot", "https://api.moonshot.ai/v1", "kimi-k3", 90, False, "closed"),
        ("spare", "https://spare.example/v1", "kimi-k3", 10, False, "closed"),
        ("zai", "https://api.z.ai/api/paas/v4", "glm-4.7", 100, True, "closed"),
    ]
    assert told["limits"] == {"requestsPerMinute": 6000, "tokensPerMinute": None}


def test_the_edits_of_a_body_are_told() -> None:
    """The spliced model, the names that are set, removed, and renamed for another model; never a value."""
    told = _explained("kimi-k3")

    assert told["targets"][0]["edits"] == {"model": None, "set": [], "remove": [], "rename": {}}
    assert told["targets"][2]["edits"] == {
        "model": "glm-4.7",
        "set": ["temperature"],
        "remove": ["thinking"],
        "rename": {"max_completion_tokens": "max_tokens"},
    }
    assert "a value" not in json.dumps(told)


def test_a_spelling_that_is_corrected_is_an_edit() -> None:
    """The exact pattern's spelling is spliced into the body, and an alias goes the same way."""
    for name in ("KIMI-k3", "moonshot/Kimi-K3"):
        assert _explained(name)["targets"][0]["edits"]["model"] == "kimi-k3"


def test_an_unknown_model_is_the_error_of_a_request() -> None:
    """The same code, and every rule with its reason."""
    told = _explained("gpt-5")

    assert told["error"] == {
        "code": "model_not_found",
        "message": "The model 'gpt-5' does not exist: no route claims it.",
    }
    assert (told["route"], told["targets"]) == (None, [])
    assert told["considered"] == [
        {
            "route": "default/assistants",
            "rule": "kimi",
            "pattern": None,
            "matched": False,
            "serves": False,
            "reason": "none of its patterns matches: exact kimi-k3",
        }
    ]


@pytest.mark.parametrize("name", ["", "kimi-k3\n", "kimi\x00", "kimi\x85"])
def test_what_no_request_may_name_is_a_bad_request(name: str) -> None:
    """An empty model and control characters are 400, as for a request."""
    assert _explained(name)["error"]["code"] == "invalid_request"


def test_a_running_router_tells_its_state() -> None:
    """The breaker and more, which cannot replace what the table says."""

    def state_of(provider: Provider, arm: Arm) -> Mapping[str, Any]:
        return {
            "breaker": "open" if arm is Arm.STABLE else "closed",
            "parked": provider.name == "zai",
            "baseURL": "https://elsewhere.example",
        }

    first, _, last = explain(Matcher(RouteTable((_ROUTE,), "hash")), "kimi-k3", state_of)["targets"]

    assert (first["breaker"], first["parked"], first["baseURL"]) == ("open", False, "https://api.moonshot.ai/v1")
    assert last["parked"] is True


def test_it_is_json() -> None:
    """Every answer can be printed as one line."""
    for name in ("kimi-k3", "gpt-5", ""):
        assert json.loads(json.dumps(_explained(name))) == _explained(name)
