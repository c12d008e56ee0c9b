"""Sealane as its chart installs it, and a team that uses it: what the end-to-end tests do and look at."""

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tests.support.e2e_pods import MODEL, caller
from tests.support.e2e_previous import CHART
from tests.support.kubectl import Kubectl, KubectlError
from tests.support.node import Node

T = TypeVar("T")

SYSTEM = "sealane-e2e"
TEAM = "sealane-e2e-team"
RELEASE = "sealane"
URL = f"http://sealane.{SYSTEM}.svc.cluster.local/v1/chat/completions"

#: What a node of two cores has room for.
VALUES: Mapping[str, Any] = {
    "image": {"registry": "localhost/sealane", "tag": "dev"},
    "router": {
        "bufferedBodies": "64MiB",
        "resources": {
            "requests": {"cpu": "50m", "memory": "128Mi"},
            "limits": {"memory": "384Mi", "ephemeral-storage": "1Gi"},
        },
    },
    "operator": {"resources": {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "384Mi"}}},
}
#: How long an answer of the cluster may take on a machine that is busy with something else.
PATIENCE_SECONDS = 240.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What a caller saw of its requests and streams."""

    requests: int
    failed: int
    streams: int
    cut: int
    slowest: float
    kinds: Mapping[str, int]

    def __str__(self) -> str:
        return (
            f"{self.requests} requests, {self.failed} failed, slowest {self.slowest:.2f} s; "
            f"{self.streams} streams, {self.cut} cut"
        )

    @property
    def lost(self) -> tuple[int, int, Mapping[str, int]]:
        """Failed requests, cut streams, and the words of each kind of failure."""
        return self.failed, self.cut, self.kinds


class Scene:
    """One node with Sealane in ``SYSTEM`` and a team in ``TEAM``; both namespaces enforce ``restricted``."""

    def __init__(self, node: Node, account: list[str]) -> None:
        self.node = node
        self.account = account
        self.image = f"{VALUES['image']['registry']}/router:{VALUES['image']['tag']}"
        self._callers = 0

    @property
    def kubectl(self) -> Kubectl:
        """The administrator."""
        return self.node.kubectl

    def install(self, chart: Path) -> None:
        """``helm install`` with a namespace that is made for it."""
        self.namespace(SYSTEM)
        command = ("install", RELEASE, str(chart), f"--namespace={SYSTEM}", "--wait", "--timeout=240s")
        self.node.helm(*command, values=VALUES)

    def upgrade(self, *flags: str) -> None:
        """``helm upgrade`` to the chart of this source, with the values of the install and what ``flags`` add."""
        command = ("upgrade", RELEASE, str(CHART), f"--namespace={SYSTEM}", "--wait", "--timeout=300s", *flags)
        self.node.helm(*command, values=VALUES)

    def namespace(self, name: str) -> None:
        """A namespace in which only restricted pods are admitted."""
        labels = {"pod-security.kubernetes.io/enforce": "restricted"}
        self.kubectl.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})

    def call(self, *arguments: str, model: str = MODEL, audience: str = "sealane") -> Seen:
        """A pod that calls until it has done what ``arguments`` say."""
        return self.begin(*arguments, model=model, audience=audience).end(at_once=False)

    def begin(self, *arguments: str, model: str = MODEL, audience: str = "sealane") -> "Load":
        """A pod that has begun to call; it goes on until it is told to end."""
        self._callers += 1
        name = f"caller-{self._callers}"
        self.kubectl.apply(caller(self.image, TEAM, name, URL, model, *arguments, audience=audience))
        load = Load(self, name)
        wait(lambda: "loading" in load.log(), f"{name} calls")
        return load

    def objects(self, kind: str, namespace: str, *flags: str) -> list[Any]:
        """The objects of a kind."""
        said = self.kubectl("get", kind, f"--namespace={namespace}", "-o", "json", *flags)
        return list(json.loads(said)["items"])

    def routers(self) -> list[str]:
        """The names of the router pods that nobody is taking away."""
        pods = self.objects("pods", SYSTEM, "-l=app.kubernetes.io/component=router")
        return [pod["metadata"]["name"] for pod in pods if "deletionTimestamp" not in pod["metadata"]]

    def in_service(self) -> set[str]:
        """The names of the routers that the Service sends requests to."""
        slices = self.objects("endpointslices", SYSTEM, "-l=kubernetes.io/service-name=sealane")
        ends = [end for each in slices for end in each.get("endpoints") or ()]
        return {end["targetRef"]["name"] for end in ends if end["conditions"]["ready"]}

    def inside(self, pod: str, *command: str) -> str:
        """Run a program of the node in the network of a router; its own image has none that could do harm."""
        return self.node.enter("nsenter", "-t", self._process(pod), "-n", *command)

    def kill(self, pod: str) -> None:
        """SIGKILL to the process of a router, as the node sees it."""
        self.node.enter("kill", "-KILL", self._process(pod))

    def _process(self, pod: str) -> str:
        """The number that the process of a router has on the node."""
        (found,) = self.objects("pods", SYSTEM, f"--field-selector=metadata.name={pod}")
        container = found["status"]["containerStatuses"][0]["containerID"].removeprefix("containerd://")
        tasks = self.node.enter("ctr", "-a", "/run/containerd/containerd.sock", "-n", "k8s.io", "tasks", "ls")
        (pid,) = (line.split()[1] for line in tasks.splitlines() if line.startswith(container))
        return pid

    def settled(self) -> None:
        """Return once every Deployment of the release is as it should be."""
        for deployment in ("sealane-router", "sealane-operator"):
            self.kubectl("rollout", "status", f"deployment/{deployment}", f"--namespace={SYSTEM}", "--timeout=80s")

    def status(self, route: str = "assistants") -> Mapping[str, Any]:
        """The status of a route of the team's."""
        said = self.kubectl("get", "providerroute", route, f"--namespace={TEAM}", "-o", "json")
        found: Mapping[str, Any] = json.loads(said).get("status", {})
        return found

    def condition(self, kind: str, route: str = "assistants") -> str:
        """``status/reason`` of a condition of a route of the team's; empty while there is none."""
        for each in self.status(route).get("conditions", ()):
            if each["type"] == kind:
                return f"{each['status']}/{each['reason']}"
        return ""

    def stable(self) -> int:
        """The number of the stable revision; 0 while there is none."""
        return int((self.status().get("stable") or {}).get("revision") or 0)

    def metrics(self, pod: str) -> str:
        """What Prometheus would scrape of a router."""
        return self.kubectl("get", "--raw", f"/api/v1/namespaces/{SYSTEM}/pods/{pod}:9090/proxy/metrics")

    def in_router(self, pod: str, program: str) -> str:
        """Run Python inside the container of a router."""
        return self.kubectl("exec", pod, f"--namespace={SYSTEM}", "-c", "router", "--", "python", "-c", program)


@dataclass(frozen=True, slots=True)
class Load:
    """A pod that calls."""

    scene: Scene
    name: str

    def log(self) -> str:
        """What it wrote so far; empty while it has not started."""
        try:
            return self.scene.kubectl("logs", self.name, f"--namespace={TEAM}")
        except KubectlError:
            return ""

    def end(self, *, at_once: bool = True) -> Seen:
        """Tell it to end (unless it ends by itself), wait for that, and return what it saw."""
        kubectl, place = self.scene.kubectl, f"--namespace={TEAM}"
        if at_once:
            kubectl("exec", self.name, place, "--", "python", "-c", "import os; os.kill(1, 2)")
        wait(self._over, f"{self.name} has ended")
        said = json.loads(self.log().strip().splitlines()[-1])
        kubectl("delete", "pod", self.name, place, "--wait=false")
        seen = Seen(**said)
        self.scene.account.append(f"{os.environ.get('PYTEST_CURRENT_TEST', '').partition(' ')[0]}: {seen}")
        return seen

    def meanwhile(self, look: Callable[[], T]) -> list[T]:
        """What ``look`` returned, again and again until the caller has ended by itself."""
        looks = [look()]
        while not self._over():
            time.sleep(0.5)
            looks.append(look())
        return looks

    def _over(self) -> bool:
        phase = ("get", "pod", self.name, f"--namespace={TEAM}", "-o", "jsonpath={.status.phase}")
        return self.scene.kubectl(*phase).strip() in {"Succeeded", "Failed"}


def wait(true: Callable[[], object], what: str) -> None:
    """Return once ``true()`` is. Raises AssertionError that says ``what`` never was."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, f"not within {PATIENCE_SECONDS:.0f} s: {what}"
        time.sleep(0.5)
