"""``kubectl sealane`` and the operator's own decisions, on a real API server: what is asked is what happens.

The routers are played: they hold whatever a status points at, and count nothing.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from sealane_operator.reconciler.reconcile import Reconciler, Surroundings
from sealane_operator.rollout.machine import decide
from tests.support.api_kube import ApiKube
from tests.support.cluster import Cluster
from tests.support.crds import with_crds
from tests.support.kubectl import Kubectl
from tests.support.resources import route, rule
from tests.support.small_operator import FakeFleet, Told

#: Longer than the test: only requests take steps.
_STEPS = {"steps": [{"weight": 10, "hold": "1h"}, {"weight": 50, "hold": "1h"}]}


@dataclass(frozen=True, slots=True)
class Desk:
    """A terminal beside an operator that looks at ``chat`` again and again while a command runs."""

    kubectl: Kubectl
    kube: ApiKube
    reconciler: Reconciler
    namespace: str

    def apply(self, prefix: str) -> None:
        """Change the spec of ``chat``."""
        self.kubectl.apply(route("chat", self.namespace, rules=[rule(prefix=prefix)], rollout=_STEPS))

    async def type(self, *arguments: str) -> tuple[int, str]:
        """Type ``kubectl sealane arguments``; returns exit code and output, once the operator is done as well."""
        process = await asyncio.create_subprocess_exec(
            *(str(self.kubectl.program), "sealane", *arguments, "-n", self.namespace),
            env=self._environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output = asyncio.ensure_future(process.communicate())
        while not output.done():
            await self.look()
        out, _ = await output
        return process.returncode or 0, out.decode()

    async def look(self) -> None:
        """Reconcile once with what is there now."""
        await self.kube.catch_up()
        await self.reconciler.reconcile(f"{self.namespace}/chat")

    async def settle(self) -> None:
        """Reconcile until nothing is written any more."""
        count = -1
        while len(self.kube.writes) != count:
            count = len(self.kube.writes)
            await self.look()

    def _environment(self) -> dict[str, str]:
        found = self.kubectl.environment()
        return found | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{found.get('PATH', '')}"}


@pytest.fixture
async def desk(control_plane: Cluster) -> AsyncIterator[Desk]:
    """A namespace of its own, with the route ``chat`` served by its first revision."""
    kubectl = with_crds(control_plane)
    namespace = f"steered-{uuid4().hex[:8]}"
    kubectl("create", "namespace", namespace)
    async with ApiKube(kubectl.kubeconfig, namespace) as kube:
        told = Told()
        reconciler = Reconciler(
            Surroundings(
                seen=kube,
                kube=kube,
                fleet=FakeFleet(),
                recorder=told,
                metrics=told,
                decide=decide,
                mark=lambda _key: None,
                now=time.time,
                monotonic=time.monotonic,
            )
        )
        found = Desk(kubectl, kube, reconciler, namespace)
        found.apply("a-")
        await found.settle()
        yield found
    kubectl("delete", "namespace", namespace, "--wait=false")


async def test_a_rollout_is_steered_to_its_end(desk: Desk) -> None:
    """Paused, resumed, promoted by a step and all the way; each outcome is the operator's own."""
    assert await desk.type("status", "chat") == (
        0,
        f"{desk.namespace}/chat: revision 1 serves, and nothing is under way\n",
    )
    desk.apply("b-")
    await desk.settle()
    _, listed = await desk.type("list")
    assert listed.splitlines()[1].split()[:6] == ["chat", "True", "1", "2", "10", "1/2"]

    said = []
    for words in ("pause", "resume", "promote", "promote --full"):
        verb, *flags = words.split()
        code, output = await desk.type(verb, "chat", *flags, "--wait")
        assert code == 0, output
        said.append(output.splitlines()[-1].partition(": ")[2])

    assert said == [
        "pause paused; what fails is still rolled back",
        "resume goes on",
        "promote revision 2 goes to 50 %",
        "promote promoted revision 2",
    ]
    assert (await desk.type("status", "chat", "--promoted"))[0] == 0
    _, history = await desk.type("history", "chat")
    assert [line.split()[:2] for line in history.splitlines()[1:]] == [["2", "*"], ["1", "Superseded"]]


async def test_what_was_given_up_stays_so_until_somebody_asks(desk: Desk) -> None:
    """Abort and undo are exit code 1 of status, and retry starts again; what means nothing is refused."""
    desk.apply("b-")
    await desk.settle()
    code, output = await desk.type("abort", "chat", "--wait")
    assert (code, "revision 1 serves everybody" in output.splitlines()[-1]) == (0, True)

    code, output = await desk.type("status", "chat")
    assert (code, "rolled back (ManualRollback)" in output) == (1, True)
    _, output = await desk.type("why", "chat")
    assert "Last rollback: 2 → 1, ManualRollback" in output
    assert "kubectl sealane retry chat" in output

    assert (await desk.type("retry", "chat", "--wait"))[0] == 0
    assert (await desk.type("promote", "chat", "--full", "--wait"))[0] == 0
    code, output = await desk.type("undo", "chat", "--wait")
    assert (code, "revision 1 serves everybody" in output.splitlines()[-1]) == (0, True)
    assert (await desk.type("status", "chat"))[0] == 1

    code, output = await desk.type("resume", "chat", "--wait")
    assert (code, output.splitlines()[-1].partition(": ")[2]) == (1, "resume refused: nothing is paused")
