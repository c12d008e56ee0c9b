"""A route as the API server has it."""

from sealane_investigator.recommend.live_route import key_of, pointers_of, provider_of, rules_of
from tests.support.resources import provider, route, rule

_LIVE = route(
    "chat",
    "team",
    providers=[provider(credential={"secretRef": {"name": "keys", "key": "moonshot"}}), provider("zai")],
    rules=[
        rule(),
        rule("glm", "glm-", targets=[{"provider": "zai"}]),
        rule("one", models=[{"exact": "GPT-X"}], targets=[{"provider": "zai", "model": "glm-5"}]),
    ],
)


def test_a_provider_is_found_with_its_place_and_its_secret() -> None:
    """None where there is none of that name, or no credential."""
    moonshot, zai = provider_of(_LIVE, "moonshot"), provider_of(_LIVE, "zai")

    assert moonshot is not None
    assert zai is not None
    assert (moonshot.at, moonshot.secret, zai.at, zai.secret) == (0, ("keys", "moonshot"), 1, None)
    assert provider_of(_LIVE, "nobody") is None
    assert provider_of(_LIVE, None) is None


def test_the_rules_of_a_model_are_found() -> None:
    """By prefix, by exact name in any case, and by the name that a target sends."""
    assert [each.raw["name"] for each in rules_of(_LIVE, "moonshot", "kimi-k3")] == ["kimi"]
    assert [each.raw["name"] for each in rules_of(_LIVE, "zai", "gpt-x")] == ["one"]
    assert [each.raw["name"] for each in rules_of(_LIVE, "zai", "glm-5")] == ["glm", "one"]


def test_an_unknown_model_leaves_all_rules_of_the_provider() -> None:
    """A regex may claim it, which is not tried here."""
    assert [each.raw["name"] for each in rules_of(_LIVE, "zai", "other")] == ["glm", "one"]
    assert [each.raw["name"] for each in rules_of(_LIVE, "zai", None)] == ["glm", "one"]
    assert rules_of(_LIVE, "nobody", None) == []


def test_pointers_are_read_from_the_status() -> None:
    """None before the operator has looked."""
    status = {"stable": {"revision": 7}, "candidate": {"revision": 8}}

    assert pointers_of({**_LIVE, "status": status}) == (7, 8)
    assert pointers_of(_LIVE) == (None, None)
    assert pointers_of({"status": {"stable": {"revision": True}}}) == (None, None)


def test_whatever_is_no_route_is_read_as_empty() -> None:
    """Nothing raises."""
    assert provider_of({"spec": {"providers": "none"}}, "moonshot") is None
    assert rules_of({"spec": {"rules": [None, 5]}}, "moonshot", "kimi") == []
    assert key_of(_LIVE) == "team/chat"
    assert key_of({"metadata": {"name": "chat"}}) == "default/chat"
