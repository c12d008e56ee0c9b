"""Sealane in a cluster of the tests: routers and operators as processes, with the permissions of ``k8s/rbac``.

There is no node, so what a kubelet would do (start a program again that has ended) the world does while it waits.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.api_proxy import ApiProxy
from tests.support.cluster import ControlPlane, free_ports
from tests.support.cluster_component import Component
from tests.support.crds import wait_until_established
from tests.support.rbac import HOME, manifests
from tests.support.sealane_people import People
from tests.support.stubs import Stubs
from tests.support.this_machine import this_machine
from tests.support.traffic import PATIENCE_SECONDS, Traffic, until

KEY = "sk-of-the-proof"
_HOST = "127.0.0.1"


def install(plane: ControlPlane) -> None:
    """CRDs, permissions and the policy that binds a request to its requester, into an empty cluster."""
    root = Path(__file__).resolve().parents[2] / "k8s"
    kubectl = plane.kubectl
    kubectl("apply", "--server-side", "-f", str(root / "crds"))
    wait_until_established(kubectl, "providerroutes.sealane.dev")
    kubectl.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": HOME}})
    kubectl.apply(*manifests("home", "cluster"))
    kubectl("apply", "-f", str(root / "policies"))


@dataclass(slots=True)
class Program:
    """A router or an operator: its process, the proxy between it and the API, and where it listens."""

    name: str
    process: Component
    proxy: ApiProxy
    port: int
    admin_port: int = 0

    @property
    def resident(self) -> int:
        """Bytes of memory that it holds at the moment."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS:"))

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of the admin port's answer; 0 when there is none."""
        try:
            with _PLAIN.open(f"http://{_HOST}:{self.admin_port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def breaker(self, route: str, provider: str) -> str:
        """The state of a provider's breaker in the route's stable revision, as peers see it."""
        report = json.loads(self.get("/-/report")[1])
        return str(report["routes"][route]["providers"][provider]["breaker"])

    def metric(self, name: str, labels: str = "") -> float:
        """The sum of a metric's series, those with ``labels``; 0 where there is none."""
        lines = (line for line in self.get("/metrics")[1].splitlines() if line.startswith((name + "{", name + " ")))
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if labels in line)


_PLAIN = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class World(People):
    """A namespace with a Secret, and whatever was started for it; see :func:`world`."""

    def __init__(self, plane: ControlPlane, folder: Path, namespace: str, stack: ExitStack) -> None:
        super().__init__(plane, namespace)
        self.folder = folder
        self.stubs = stack.enter_context(Stubs("good", "flaky", "spare", keys=frozenset({KEY})))
        self.routers: list[Program] = []
        self.operators: list[Program] = []
        self._stack = stack
        self._tended: set[str] = set()

    def start_routers(self, count: int = 3, settings: Mapping[str, str] | None = None) -> None:
        """Start so many and wait until their admin ports answer."""
        for number in range(len(self.routers), len(self.routers) + count):
            self.routers.append(self._router(f"router-{number}", settings or {}))
        for router in self.routers:
            if not router.process.running:
                router.process.start()
        self.until(lambda: all(router.get("/livez")[0] == 200 for router in self.routers), "the routers start")

    def start_operator(self, name: str = "operator-0", settings: Mapping[str, str] | None = None) -> Program:
        """Start one that knows the routers there are, and return it at once."""
        program = self._operator(name, settings or {})
        self.operators.append(program)
        program.process.start()
        return program

    def start_provider(self) -> str:
        """Start a stub in a process of its own, which nothing that the test does can delay; returns its base URL."""
        (port,) = free_ports(1)
        command = [sys.executable, "-m", "sealane_cli.main", "stub-provider", "moonshot"]
        command += ["--host", this_machine().address, "--port", str(port)]
        component = Component("provider", command, self.folder / "provider.log")
        self._stack.callback(component.kill)
        component.start()
        self.until(lambda: "stub provider" in component.log.read_text(encoding="utf-8"), "the provider starts")
        return this_machine().url(f"http://{this_machine().address}:{port}/v1")

    def tend(self, program: Program) -> None:
        """Start it again whenever it has ended, as the kubelet does, while the world waits."""
        self._tended.add(program.name)

    def neglect(self, program: Program) -> None:
        """Do so no more."""
        self._tended.discard(program.name)

    def until(
        self,
        true: Callable[[], object],
        what: str | Callable[[], str],
        patience: float = PATIENCE_SECONDS,
        *,
        every: float = 0.1,
    ) -> float:
        """Wait until ``true()``; returns the seconds that took. Raises AssertionError that says what it waited for."""

        def tended() -> object:
            for program in (*self.routers, *self.operators):
                if program.name in self._tended and not program.process.running:
                    program.process.start()
            return true()

        return until(tended, what, patience, every=every)

    def rest(self, seconds: float) -> None:
        """Let so much time pass, and tend meanwhile."""
        deadline = time.monotonic() + seconds
        self.until(lambda: time.monotonic() >= deadline, "the time", seconds + 60)

    @contextmanager
    def traffic(self, rate: float = 200.0) -> Iterator[Traffic]:
        """Clients of all routers until the block ends."""
        folder = self.folder / f"traffic-{len(list(self.folder.glob('traffic-*')))}"
        folder.mkdir()
        with Traffic(folder, [f"{_HOST}:{router.port}" for router in self.routers], rate=rate) as clients:
            clients.wait_for(20)
            yield clients

    def _router(self, name: str, settings: Mapping[str, str]) -> Program:
        port, admin = free_ports(2)
        proxy = self._stack.enter_context(ApiProxy(self._account("sealane-router"), self.folder, name))
        environment = {
            "SEALANE_CLUSTER": "true",
            "SEALANE_KUBECONFIG": str(proxy.kubeconfig),
            "SEALANE_NAMESPACES": self.namespace,
            "SEALANE_LISTEN": f"{_HOST}:{port}",
            "SEALANE_ADMIN": f"{_HOST}:{admin}",
            "SEALANE_POD_NAME": name,
            "SEALANE_PROPAGATION_TIME": "0s",
            "SEALANE_ALLOWED_NETWORKS": this_machine().allowed,
            "SEALANE_EXCHANGE_LOG": "false",
            **settings,
        }
        return Program(name, self._component(name, "sealane_router", environment), proxy, port, admin)

    def _operator(self, name: str, settings: Mapping[str, str]) -> Program:
        (port,) = free_ports(1)
        proxy = self._stack.enter_context(ApiProxy(self._account("sealane-operator"), self.folder, name))
        environment = {
            "SEALANE_KUBECONFIG": str(proxy.kubeconfig),
            "SEALANE_NAMESPACE": HOME,
            "SEALANE_NAMESPACES": self.namespace,
            "SEALANE_LEASE_DURATION": "6s",
            "SEALANE_ROUTERS": ",".join(f"{_HOST}:{router.admin_port}" for router in self.routers),
            "SEALANE_OPERATOR_LISTEN": f"{_HOST}:{port}",
            "SEALANE_IDENTITY": name,
            **settings,
        }
        return Program(name, self._component(name, "sealane_operator", environment), proxy, port, port)

    def _component(self, name: str, module: str, environment: Mapping[str, str]) -> Component:
        kept = {each: os.environ[each] for each in ("PATH", "HOME", "PYTHONPATH") if each in os.environ}
        component = Component(
            name, [sys.executable, "-m", module], self.folder / f"{name}.log", {**kept, **environment}
        )
        self._stack.callback(component.kill)
        return component

    def _account(self, name: str) -> Path:
        return self.plane.service_account_kubeconfig(HOME, name)


@contextmanager
def world(plane: ControlPlane, folder: Path, namespace: str) -> Iterator[World]:
    """A namespace with the providers' Secret; at the end every process and thread of it is gone, and the namespace."""
    plane.kubectl("create", "namespace", namespace)
    # Operators may use the one Lease of their release; nobody of an earlier world waits for it to run out.
    plane.kubectl("delete", "lease", "sealane-operator", f"--namespace={HOME}", "--ignore-not-found")
    try:
        with ExitStack() as stack:
            made = World(plane, folder, namespace, stack)
            stack.callback(made.leave)
            made("create", "secret", "generic", "moonshot", f"--from-literal=api-key={KEY}")
            yield made
    finally:
        plane.kubectl("delete", "namespace", namespace, "--wait=false")
