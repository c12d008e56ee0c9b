"""Causes that the gateway's facts name, and a confirmed rollback that ends the errors.

Everything is real: API server, operator, router, investigator, each with the permissions of ``k8s/rbac``.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from sealane_cli.stub.faults import Fault
from tests.support.cluster import ControlPlane
from tests.support.investigating import Investigator
from tests.support.proof_scene import Chat
from tests.support.sealane_world import World, install, world

#: The promotion is over before anybody asks: what the operator takes back by itself needs nobody to confirm it.
_AT_ONCE = {"strategy": "Immediate", "bakeTime": "1ms"}


@pytest.fixture
def sealane(private_control_plane: ControlPlane, tmp_path: Path) -> Iterator[World]:
    """An empty namespace of a cluster with Sealane's kinds, permissions and policies."""
    install(private_control_plane)
    folder = tmp_path / "world"
    folder.mkdir()
    with world(private_control_plane, folder, f"team-{uuid4().hex[:8]}") as made:
        yield made


@pytest.fixture
def investigator(sealane: World) -> Iterator[Investigator]:
    """A router that reports to it, and an operator."""
    made = Investigator(sealane)
    sealane.start_routers(1, made.router_settings)
    sealane.start_operator()
    made.start()
    yield made
    made.stop()


def _ask(sealane: World, model: str = "kimi-k3") -> int:
    """One exchange; its status."""
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": "CANARY of a prompt"}]}).encode()
    url = f"http://127.0.0.1:{sealane.routers[0].port}/v1/chat/completions"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": "application/json"})) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def _serves(sealane: World, model: str) -> bool:
    return _ask(sealane, model) == 200


def _diagnosed(investigator: Investigator, cause: str) -> dict[str, Any] | None:
    """The incident with that cause, once it has a recommendation."""
    found = (each for each in investigator.incidents() if each["recommendation"] is not None)
    return next((each for each in found if each["diagnosis"]["cause"] == cause), None)


def test_a_wrong_base_url_is_named_and_undone(sealane: World, investigator: Investigator) -> None:
    """With the revision that brought it; and after the rollback requests are answered again."""
    chat = Chat(sealane, steps=((50, 1),), bake=1)
    good = chat.serve(**_AT_ONCE)
    sealane.until(lambda: _ask(sealane) == 200, "the good base URL serves")
    bad = chat.serve(base=f"{sealane.stubs.url('good')}/wrong", **_AT_ONCE)
    sealane.until(lambda: _ask(sealane) >= 400, "the wrong base URL fails")
    found: list[dict[str, Any]] = []

    def is_named() -> bool:
        incident = _diagnosed(investigator, "bad_base_url")
        found[:] = [incident] if incident is not None else []
        return bool(found)

    sealane.until(is_named, lambda: f"the cause is named: {investigator.incidents()} {investigator.log[-3000:]}")
    (incident,) = found
    advice = incident["recommendation"]
    route = f"{sealane.namespace}/chat"

    assert f"revision {bad} of {route} changed providers[moonshot].baseURL:" in incident["diagnosis"]["cause_why"]
    assert f"fact:revision:{route}@{bad}" in incident["diagnosis"]["evidence"]
    assert advice["rollback"] == {"route": route, "from_revision": bad, "to_revision": good}
    assert f"kubectl sealane undo chat --to-revision={good}" in advice["change"]["text"]

    status, asked = investigator.confirm(incident)

    assert (status, asked["requested"]) == (200, True), asked
    sealane.until(lambda: sealane.stable() == good, lambda: f"the operator goes back: {chat.explain()}")
    sealane.until(lambda: _ask(sealane) == 200, "the errors stop")
    sealane.until(lambda: "carried out" in investigator.history(incident), lambda: investigator.history(incident))
    by = sealane.status()["lastRequest"]["by"]
    assert by == "jane doe (jane) via system:serviceaccount:sealane-system:sealane-investigator"
    assert sealane.status()["lastRollback"]["to"] == good
    status, again = investigator.confirm(incident)
    assert (status, again["requested"]) == (200, False), "it is superseded by now"
    assert "CANARY" not in investigator.log
    assert b"CANARY" not in b"".join(path.read_bytes() for path in sealane.folder.rglob("incidents.db*"))


def test_a_provider_that_fails_for_two_models_is_an_incident_of_the_provider(
    sealane: World, investigator: Investigator
) -> None:
    """Though its first error was investigated when nobody could know; and nobody is told to roll anything back."""
    chat = Chat(sealane, steps=((50, 1),), bake=1)
    chat.serve(**_AT_ONCE)
    for model in ("kimi-k3", "kimi-k2.6"):
        sealane.until(partial(_serves, sealane, model), "the provider serves")
    sealane.stubs["good"].fault = Fault("status", 500)
    found: list[dict[str, Any]] = []

    def is_named() -> bool:
        for model in ("kimi-k3", "kimi-k2.6"):
            _ask(sealane, model)
        incident = _diagnosed(investigator, "provider_incident")
        found[:] = [incident] if incident is not None else []
        return bool(found)

    sealane.until(is_named, lambda: f"the cause is named: {investigator.incidents()} {investigator.log[-3000:]}")
    (incident,) = found

    assert "for 2 models at once" in incident["diagnosis"]["cause_why"]
    assert any(each.startswith("fact:traffic:") for each in incident["diagnosis"]["evidence"])
    assert incident["recommendation"]["action"] == "fail_over"
    assert incident["recommendation"]["rollback"] is None
