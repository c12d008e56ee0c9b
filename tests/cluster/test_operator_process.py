"""The operator as a process on a real API server: it leads, works, ends, dies, freezes, and others take over."""

import json
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.support.cluster import Cluster
from tests.support.kubectl import Kubectl
from tests.support.obedient_router import ObedientRouter
from tests.support.operator_process import IMPATIENT_OPERATOR, OPERATOR, OperatorProcess, operator_process
from tests.support.resources import Document, provider, route, rule
from tests.support.waiting import until

#: A silent leader is believed for so long; short, because some tests wait for it.
_LEASE_SECONDS = 4


@pytest.fixture
def namespace(administrator: Kubectl) -> Iterator[str]:
    """A namespace of the test's own."""
    name = f"process-{uuid4().hex[:8]}"
    administrator("create", "namespace", name)
    yield name
    administrator("delete", "namespace", name, "--wait=false")


class Scene:
    """A namespace, a router that obeys at once, and operators that are started."""

    def __init__(
        self, kubectl: Kubectl, namespace: str, router: ObedientRouter, folder: Path, stack: AsyncExitStack
    ) -> None:
        self._kubectl = kubectl
        self.namespace = namespace
        self._router = router
        self._folder = folder
        self._stack = stack

    async def start(self, program: Sequence[str] = OPERATOR, **settings: str) -> OperatorProcess:
        common = {"SEALANE_ROUTERS": self._router.address, "SEALANE_LEASE_DURATION": f"{_LEASE_SECONDS}s"}
        started = operator_process(self._folder, self._kubectl.kubeconfig, self.namespace, common | settings, program)
        return await self._stack.enter_async_context(started)

    def __call__(self, *arguments: str) -> str:
        return self._kubectl(*arguments, f"--namespace={self.namespace}")

    def apply(self, name: str, prefix: str, **spec: object) -> None:
        rules = [rule(prefix=prefix)]
        self._kubectl.apply(route(name, self.namespace, **({"providers": [provider()], "rules": rules} | spec)))

    def read(self, kind: str, name: str) -> Document:
        found: Document = json.loads(self(*("get", kind, name, "-o", "json")))
        return found

    def stable(self, name: str) -> Any:
        return (self.read("providerroute", name).get("status") or {}).get("stable", {}).get("revision")

    def is_ready(self, name: str) -> bool:
        said = (self.read("providerroute", name).get("status") or {}).get("conditions", [])
        return any(each["type"] == "Ready" and each["status"] == "True" for each in said)

    @property
    def holder(self) -> str:
        return str(self.read("lease", "sealane-operator")["spec"]["holderIdentity"])


@pytest.fixture
async def scene(administrator: Kubectl, namespace: str, tmp_path: Path) -> AsyncIterator[Scene]:
    """A namespace, and a router for it."""
    async with AsyncExitStack() as stack:
        router = await stack.enter_async_context(ObedientRouter(administrator.kubeconfig))
        yield Scene(administrator, namespace, router, tmp_path, stack)


async def test_a_route_is_served_and_the_lease_is_given_back(scene: Scene) -> None:
    """A leader makes the revision, sees the router hold it, says so everywhere, and ends in order."""
    operator = await scene.start(SEALANE_IDENTITY="operator-0")
    await operator.leads()
    scene.apply("chat", "kimi-")
    await until(lambda: scene.is_ready("chat"))
    label = f'{{route="{scene.namespace}/chat",type="Ready"}}'
    await until(lambda: scene("get", "events.v1.events.k8s.io", "-o", "name").strip())
    shown = json.loads(scene("get", "events.v1.events.k8s.io", "-o", "json"))["items"]
    names = {"sealane_operator_leader": "", "sealane_route_condition": label}
    metrics = [await operator.metric(name, labels) for name, labels in names.items()]
    held = scene.holder
    probes = [(await operator.get(path)).status for path in ("/livez", "/readyz")]
    operator.send(signal.SIGTERM)
    metadata = scene.read("providerroute", "chat")["metadata"]

    assert await operator.exit_code() == 0
    assert scene.stable("chat") == 1
    assert (metrics, probes) == ([1.0, 1.0], [200, 200])
    assert held.startswith("operator-0-")
    assert scene.holder == ""
    assert {each["reportingController"] for each in shown} == {"sealane.dev/operator"}
    assert "RevisionCreated" in {each["reason"] for each in shown}
    assert shown[0]["regarding"]["uid"] == metadata["uid"]
    assert "finalizers" not in metadata
    assert [name for name in metadata.get("annotations", {}) if "kopf" in name] == []


async def test_what_was_killed_goes_on_where_it_was(scene: Scene) -> None:
    """The next process takes over when the Lease has run out, and sees what changed meanwhile."""
    first = await scene.start()
    await first.leads()
    scene.apply("chat", "kimi-")
    await until(lambda: scene.is_ready("chat"))
    first.send(signal.SIGKILL)
    await first.exit_code()
    scene.apply("code", "glm-")
    scene("delete", "providerroute", "chat")
    second = await scene.start()
    await until(lambda: scene.is_ready("code"))

    assert scene.stable("code") == 1
    assert await second.metric("sealane_operator_objects", '{kind="providerroutes"}') == 1.0


async def test_a_second_operator_waits_and_takes_over_at_once(scene: Scene) -> None:
    """It has seen everything and writes nothing; an end in order is not waited for until the Lease runs out."""
    first = await scene.start()
    await first.leads()
    second = await scene.start()
    scene.apply("chat", "kimi-")
    await until(lambda: scene.is_ready("chat"))
    ready = await second.get("/readyz?verbose")
    before = await second.metric("sealane_operator_leader")
    writes = (await second.get("/metrics")).body.decode()
    first.send(signal.SIGTERM)
    await first.exit_code()
    await second.leads()

    assert (ready.status, before) == (200, 0.0)
    assert b"leader ok: stands by: another operator leads" in ready.body
    assert 'verb="PUT"' not in writes
    assert 'verb="PATCH"' not in writes


async def test_a_frozen_leader_ends_without_another_write(scene: Scene) -> None:
    """When it wakes, another one leads: it says why it ends, and every write since is the other's."""
    first = await scene.start(SEALANE_IDENTITY="first")
    await first.leads()
    second = await scene.start(SEALANE_IDENTITY="second")
    first.send(signal.SIGSTOP)
    scene.apply("chat", "kimi-")
    await second.leads()
    await until(lambda: scene.is_ready("chat"))
    first.send(signal.SIGCONT)

    assert await first.exit_code() == 1
    assert first.events("lease_lost")
    assert scene.holder.startswith("second-")
    instances = {
        each["reportingInstance"].rpartition("-")[0]
        for each in json.loads(scene("get", "events.v1.events.k8s.io", "-o", "json"))["items"]
    }
    assert instances == {"second"}


async def test_grants_that_change_are_judged_by_without_a_restart(scene: Scene, tmp_path: Path) -> None:
    """A namespace that loses a model is refused it at its next spec; what serves goes on serving."""
    grants = tmp_path / "grants"
    grants.mkdir()
    file = grants / "grants.yaml"
    file.write_text(f"- {{name: {scene.namespace}, models: [kimi-*]}}\n", encoding="utf-8")
    elsewhere = {"SEALANE_NAMESPACE": "default", "SEALANE_LEASE_NAME": scene.namespace}
    operator = await scene.start(SEALANE_GRANTS=str(file), **elsewhere)
    await operator.leads()
    scene.apply("chat", "kimi-")
    await until(lambda: scene.is_ready("chat"))
    file.write_text(f"- {{name: {scene.namespace}, models: [glm-*]}}\n", encoding="utf-8")

    def accepted() -> str:
        said = scene.read("providerroute", "chat")["status"]["conditions"]
        return str(next(each["reason"] for each in said if each["type"] == "Accepted"))

    await until(lambda: accepted() == "NotPermitted")
    assert scene.is_ready("chat")


async def test_an_operator_that_may_see_nothing_ends(scene: Scene, control_plane: Cluster) -> None:
    """Blind is worse than dead: refused lists are tried for a time, and the exit code is not 0."""
    scene("create", "serviceaccount", "blind")
    kubeconfig = control_plane.service_account_kubeconfig(scene.namespace, "blind")
    operator = await scene.start(IMPATIENT_OPERATOR, SEALANE_KUBECONFIG=str(kubeconfig))
    ready = (await operator.get("/readyz")).status

    assert await operator.exit_code() == 1
    assert ready == 500
    assert operator.events("watches_ended")
