"""Patches of a route: guarded, and never shown where they would be refused."""

import json
import shlex

from sealane_investigator.incident.recommendation import ChangeKind
from sealane_investigator.recommend.json_patch import Step, applied, fragment, is_valid, patch_command
from tests.support.resources import provider, route

_LIVE = route("chat", "team")
_NAMED = Step("test", ("spec", "providers", 0, "name"), "moonshot")
_URL = ("spec", "providers", 0, "baseURL")


def test_a_patch_is_a_command_that_works_as_it_stands() -> None:
    """Each word is quoted for a shell, and what it would do was judged."""
    change = patch_command(_LIVE, [_NAMED, Step("replace", _URL, "https://api.moonshot.cn/v1")])

    assert change is not None
    assert change.kind is ChangeKind.KUBECTL
    *words, patch = shlex.split(change.text)
    assert words == ["kubectl", "patch", "providerroute", "chat", "--namespace=team", "--type=json"]
    assert json.loads(patch.removeprefix("--patch=")) == [
        {"op": "test", "path": "/spec/providers/0/name", "value": "moonshot"},
        {"op": "replace", "path": "/spec/providers/0/baseURL", "value": "https://api.moonshot.cn/v1"},
    ]


def test_what_the_resource_refuses_is_not_shown() -> None:
    """A loopback address, a provider that is not there, a value of another kind."""
    for path, value in (
        (_URL, "https://127.0.0.1/v1"),
        (("spec", "rules", 0, "targets", 0, "provider"), "nobody"),
        (("spec", "providers", 0, "maxConcurrency"), "many"),
    ):
        assert patch_command(_LIVE, [Step("add", path, value)]) is None


def test_a_laptop_may_reach_itself() -> None:
    """There ``allowInsecure`` also admits loopback."""
    live = route("chat", None, providers=[provider(allowInsecure=True)])
    change = fragment(live, [_NAMED, Step("replace", _URL, "http://127.0.0.1:8000/v1")])

    assert change is not None
    assert change.kind is ChangeKind.PATCH
    assert change.text == '# spec.providers[moonshot]\nbaseURL: "http://127.0.0.1:8000/v1"\n'
    assert patch_command(live, [Step("replace", _URL, "http://127.0.0.1:8000/v1")]) is None


def test_a_test_that_fails_makes_no_patch() -> None:
    """The route is another one by now."""
    steps = [Step("test", ("spec", "providers", 0, "name"), "zai"), Step("replace", _URL, "https://b.example/v1")]

    assert applied(_LIVE, steps) is None
    assert patch_command(_LIVE, steps) is None
    assert fragment(_LIVE, steps) is None


def test_a_step_without_a_place_makes_no_patch() -> None:
    """Nothing is guessed into an object."""
    for path in (
        ("spec", "providers", 5, "name"),
        ("spec", "nothing", "here"),
        ("spec", "rules", 0, "timeouts", "idle"),
    ):
        assert applied(_LIVE, [Step("add", path, "x")]) is None
    assert applied(_LIVE, [Step("replace", ("spec", "providers", 0, "maxConcurrency"), 5)]) is None
    assert applied(_LIVE, [Step("replace", ("spec", "rules", 7), {})]) is None


def test_an_item_of_a_list_can_be_replaced() -> None:
    """By its position."""
    changed = applied(_LIVE, [Step("replace", ("spec", "providers", 0), provider("zai"))])

    assert changed is not None
    assert changed["spec"]["providers"] == [provider("zai")]
    assert _LIVE["spec"]["providers"] == [provider()]


def test_a_patch_that_changes_nothing_is_none() -> None:
    """Somebody did it already."""
    same = [Step("replace", _URL, "https://api.moonshot.ai/v1")]

    assert patch_command(_LIVE, same) is None
    assert fragment(_LIVE, same) is None


def test_a_route_without_a_name_cannot_be_patched() -> None:
    """And one without a spec is not valid."""
    assert patch_command({"spec": _LIVE["spec"]}, [Step("replace", _URL, "https://b.example/v1")]) is None
    assert not is_valid({}, laptop=False)
    assert is_valid(_LIVE, laptop=False)


def test_names_are_escaped_as_json_pointers_want_it() -> None:
    """A slash in a name is no step."""
    assert Step("add", ("a/b", "c~d"), 1).document["path"] == "/a~1b/c~0d"
