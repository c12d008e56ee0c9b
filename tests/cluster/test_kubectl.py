"""A day with kubectl: people and the operator write the same route in turn, and neither gets into the other's way.

The words of refusals are in test_crds.py, the columns in test_crd_objects.py.
"""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.kubectl import KubectlError
from tests.support.operated import Scene
from tests.support.resources import Document, edited, provider, route, rule

_KEYED = provider(credential={"secretRef": {"name": "moonshot", "key": "api-key"}})


class Editor:
    """An editor that replaces what matches a pattern, and remembers all that it was shown."""

    def __init__(self, folder: Path) -> None:
        self.program = folder / "editor"
        self._shown = folder / "shown"

    def will(self, pattern: str, replacement: str) -> None:
        """What it does from now on."""
        lines = ["#!/bin/sh", f'cat "$1" >>{self._shown}', f"sed -E -i.bak 's/{pattern}/{replacement}/' \"$1\"", ""]
        self.program.write_text("\n".join(lines), encoding="utf-8")
        self.program.chmod(0o755)

    @property
    def shown(self) -> str:
        """Everything it was opened with."""
        return self._shown.read_text(encoding="utf-8")


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Editor:
    """The editor of ``kubectl edit``, which keeps refused texts in the temporary folder."""
    made = Editor(tmp_path)
    monkeypatch.setenv("KUBE_EDITOR", str(made.program))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return made


def _file(scene: Scene, prefix: str = "kimi-", **spec: object) -> str:
    """What people keep in Git."""
    return json.dumps(
        route("chat", scene.namespace, **({"providers": [_KEYED], "rules": [rule(prefix=prefix)]} | spec))
    )


def _version(scene: Scene) -> tuple[str, int]:
    metadata = scene.get("chat")["metadata"]
    return metadata["resourceVersion"], metadata["generation"]


def _begun(scene: Scene, *arguments: str) -> subprocess.Popen[str]:
    """A kubectl that goes on while other things happen."""
    command = [str(scene.kubectl.program), *arguments, f"--namespace={scene.namespace}"]
    return subprocess.Popen(command, env=scene.kubectl.environment(), stdout=subprocess.PIPE, text=True)


def _diff(scene: Scene, text: str, *flags: str) -> list[str]:
    """The lines that ``kubectl diff`` shows as changed; it exits with 1 because there are some."""
    done = subprocess.run(
        [scene.kubectl.program, "diff", *flags, "-f", "-"],
        env=scene.kubectl.environment(),
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    return [line for line in done.stdout.splitlines() if re.match(r"[-+](?![-+]{2} )", line)]


@pytest.mark.parametrize("flags", [(), ("--server-side",)], ids=["client-side", "server-side"])
async def test_apply_and_the_operator_take_turns(scene: Scene, flags: tuple[str, ...]) -> None:
    """No conflict over any field, the same file again writes nothing, and diff shows what people change and no more."""
    scene("apply", *flags, "-f", "-", stdin=_file(scene))
    await scene.settle("chat")
    diff = _diff(scene, _file(scene, "glm-"), *flags)
    scene("apply", *flags, "-f", "-", stdin=_file(scene, "glm-"))
    await scene.settle("chat")
    before = _version(scene)
    scene("apply", *flags, "-f", "-", stdin=_file(scene, "glm-"))

    assert _version(scene) == before
    assert scene("diff", *flags, "-f", "-", stdin=_file(scene, "glm-")) == ""
    assert [re.sub(r"\d+$|\s+", " ", line).strip() for line in diff] == [
        "- generation:",
        "+ generation:",
        "- - prefix: kimi-",
        "+ - prefix: glm-",
    ]
    assert (scene.stable("chat"), scene.condition("chat", "Ready")) == (2, "True/Serving")


async def test_who_moves_to_server_side_apply_says_so_once(scene: Scene) -> None:
    """Targets are one value to server-side apply, and the stored ones have defaults: kubectl asks whose they are."""
    scene("apply", "-f", "-", stdin=_file(scene))
    await scene.settle("chat")
    before = scene.get("chat")
    with pytest.raises(KubectlError, match=r'conflict with "kubectl-client-side-apply".*\.targets'):
        scene("apply", "--server-side", "-f", "-", stdin=_file(scene))
    scene("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=_file(scene))
    scene("apply", "--server-side", "-f", "-", stdin=_file(scene))
    after = scene.get("chat")

    assert (after["spec"], after["status"]) == (before["spec"], before["status"])
    assert after["metadata"]["generation"] == before["metadata"]["generation"]


async def test_wait_ends_when_the_operator_says_so(scene: Scene) -> None:
    """``kubectl wait`` before anything happened; the route is not ready until it serves."""
    scene("apply", "-f", "-", stdin=_file(scene))
    ready = "--for=condition=Ready"
    with pytest.raises(KubectlError, match="condition not met for providerroutes/chat"):
        scene("wait", ready, "pr/chat", "--timeout=0s")
    with _begun(scene, "wait", ready, "pr/chat", "--timeout=60s") as waiting:
        await scene.settle("chat")
        said, _ = waiting.communicate(timeout=60)

    assert (waiting.returncode, said) == (0, "providerroute.sealane.dev/chat condition met\n")


async def test_a_route_is_edited_to_null_and_back(scene: Scene, editor: Editor) -> None:
    """``kubectl edit``: null is the default, and what was there can be written again; neither is a new revision."""
    scene("apply", "--server-side", "-f", "-", stdin=_file(scene, rollout={"strategy": "Immediate"}))
    await scene.settle("chat")
    editor.will("strategy: Immediate", "strategy: null")
    scene("edit", "pr", "chat")
    nothing = scene.get("chat")["spec"]["rollout"]["strategy"]
    await scene.settle("chat")
    editor.will("strategy: Canary", "strategy: Immediate")
    scene("edit", "pr", "chat")
    await scene.settle("chat")

    assert (nothing, scene.get("chat")["spec"]["rollout"]["strategy"]) == ("Canary", "Immediate")
    assert (scene.revisions(), scene.condition("chat", "Ready")) == ({"chat-1": "Stable"}, "True/Serving")


async def test_an_edit_that_is_refused_comes_back_with_the_reason(scene: Scene, editor: Editor) -> None:
    """The editor opens again and says which field; who gives up has changed nothing."""
    scene("apply", "-f", "-", stdin=_file(scene))
    before = _version(scene)
    editor.will("baseURL: .*", "baseURL: null")
    with pytest.raises(KubectlError, match="Edit cancelled, no valid changes were saved"):
        scene("edit", "pr", "chat")

    assert "# * spec.providers[0].baseURL: Required value" in editor.shown
    assert _version(scene) == before


async def test_delete_does_not_wait_for_the_operator(scene: Scene) -> None:
    """There is no finalizer: with nobody there to clear it, ``kubectl delete`` returns and the name is free."""
    scene("apply", "-f", "-", stdin=_file(scene))
    await scene.settle("chat")
    old = scene.get("chat")["metadata"]
    scene("delete", "pr", "chat", "--timeout=10s")
    scene("create", "-f", "-", stdin=_file(scene, "glm-"))
    created = scene.get("chat")
    scene.restart()
    await scene.settle("chat")

    assert (old.get("finalizers"), created["metadata"].get("finalizers")) == (None, None)
    assert {each["status"] for each in created["status"]["conditions"]} == {"Unknown"}
    assert scene.condition("chat", "Ready") == "True/Serving"
    assert scene.get("chat")["metadata"]["uid"] != old["uid"]


def _rolled_back(stored: Document) -> Document:
    """The status after a rollback."""
    moment = "2026-11-22T23:00:00Z"
    rollback = {
        "from": 8,
        "to": 7,
        "reason": "ErrorRateExceeded",
        "at": moment,
        "by": "operator",
        "evidence": "revision 8: 31 of 420 exchanges bad (7.4 %), stable 12 of 3900 (0.3 %), 12 s after 20 %",
    }
    conditions = [
        {"type": kind, "status": "True", "reason": reason, "message": message, "lastTransitionTime": moment}
        for kind, reason, message in (
            ("Ready", "Serving", "revision 7 serves"),
            ("RolledBack", "ErrorRateExceeded", "revision 8 was given up; change the spec, or kubectl sealane retry"),
            ("Stalled", "RolledBack", "waits for another spec"),
        )
    ]
    stable = {"revision": 7, "hash": "6b" * 32}
    return edited(stored, "status", {"stable": stable, "lastRollback": rollback, "conditions": conditions})


async def test_describe_shows_what_happened_and_why(scene: Scene) -> None:
    """The figures of a rollback, the conditions with what to do, and the Events."""
    scene("apply", "-f", "-", stdin=_file(scene))
    stored = scene.get("chat")
    scene("replace", "--subresource=status", "-f", "-", stdin=json.dumps(_rolled_back(stored)))
    about = {"kind": "ProviderRoute", "name": "chat", "namespace": scene.namespace, "uid": stored["metadata"]["uid"]}
    event: Document = {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {"name": "chat.1", "namespace": scene.namespace},
        "regarding": {"apiVersion": "sealane.dev/v1alpha1", **about},
        "eventTime": "2026-11-22T23:00:00.000000Z",
        "action": "Rollback",
        "reason": "RolledBack",
        "type": "Warning",
        "note": "revision 8 -> 7: 31/420 bad",
        "reportingController": "sealane.dev/operator",
        "reportingInstance": "sealane-operator-0",
    }
    scene("create", "-f", "-", stdin=json.dumps(event))
    said = scene("describe", "pr", "chat")

    for words in (
        r"Evidence: +revision 8: 31 of 420 exchanges bad \(7\.4 %\), stable 12 of 3900 \(0\.3 %\), 12 s after 20 %",
        r"Message: +revision 8 was given up; change the spec, or kubectl sealane retry",
        r"Type: +Stalled",
        r"Warning +RolledBack .*sealane\.dev/operator.* revision 8 -> 7: 31/420 bad",
    ):
        assert re.search(words, said), words
    assert "revision 8 -> 7" in scene("events", "--for=pr/chat")


async def test_short_names_and_the_category_find_routes(scene: Scene) -> None:
    """Whichever of its names a person remembers."""
    scene("apply", "-f", "-", stdin=_file(scene))
    await scene.settle("chat")

    for name in ("pr", "proute", "providerroute", "providerroutes", "providerroutes.sealane.dev"):
        assert scene("get", name, "-o", "name") == "providerroute.sealane.dev/chat\n"
    assert scene("get", "prr", "-o", "name") == "providerrouterevision.sealane.dev/chat-1\n"
    assert scene("get", "gateway", "-o", "name") == "providerroute.sealane.dev/chat\n"


async def test_columns_follow_a_route_from_the_first_moment(scene: Scene) -> None:
    """Unknown while nobody answers, then what the operator decided, without a column that is out of place."""
    scene("apply", "-f", "-", stdin=_file(scene))
    first = scene("get", "pr", "chat", "--no-headers").split()
    await scene.settle("chat")
    then = scene("get", "pr", "chat", "--no-headers").split()

    assert first[:3] == ["chat", "Unknown", "Pending"]
    assert then[:4] == ["chat", "True", "1", "RolloutComplete"]
