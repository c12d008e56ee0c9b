"""A real Kubernetes API for the tests: a control plane of our own on loopback, or the cluster that KUBECONFIG names.

The control plane is etcd, kube-apiserver and kube-controller-manager: every rule of the API, RBAC, admission, garbage
collection and watches are real; there is no node, so no pod ever runs.
"""

import json
import random
import socket
import ssl
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.cluster_binaries import Binaries
from tests.support.cluster_component import Component
from tests.support.cluster_identity import Authority, Credentials, write_kubeconfig
from tests.support.kubectl import Kubectl, KubectlError

#: A start takes 5 seconds; a machine that is busy with something else gets as much time as it could ever need.
PATIENCE_SECONDS = 90.0

_SERVICES = "10.96.0.0/16"
_HOST = "127.0.0.1"


class ControlPlaneError(Exception):
    """A program of the control plane ended or did not become ready; the text holds the end of its log."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Kubernetes API and its administrator: ``kubeconfig`` is one file, ``kubectl`` uses it."""

    kubeconfig: Path
    kubectl: Kubectl
    collects_garbage: bool
    """Whether a controller manager is there: it removes owned objects and empties namespaces."""

    def service_account_kubeconfig(self, namespace: str, name: str) -> Path:
        """A kubeconfig with the token of an existing ServiceAccount, valid for an hour: what its pod could do."""
        admin = json.loads(self.kubectl("config", "view", "--raw", "--flatten", "--minify", "-o", "json"))
        token = self.kubectl("create", "token", name, f"--namespace={namespace}").strip()
        path = self.kubeconfig.with_name(f"{namespace}.{name}.kubeconfig")
        return write_kubeconfig(path, admin["clusters"][0]["cluster"], {"token": token})


@dataclass(frozen=True, slots=True)
class ControlPlane(Cluster):
    """A cluster whose programs are ours to stop, kill, freeze and start; ``server`` is its URL.

    ``controllers`` is None where there is no kube-controller-manager. ``started_in`` is in seconds.
    """

    server: str
    authority: Authority
    etcd: Component
    apiserver: Component
    controllers: Component | None
    started_in: float

    def wait_until_ready(self) -> None:
        """Block until the API server answers again. Raises ControlPlaneError when it cannot."""
        _wait(lambda: _ready(self.server, self.authority), self.etcd, self.apiserver)


def existing_cluster(kubeconfig: str, program: Path, folder: Path) -> Cluster:
    """Somebody's cluster, copied from ``KUBECONFIG`` (which may list several files) to one file in ``folder``.

    Raises KubectlError when there is no such file, or nothing in it.
    """
    theirs = Kubectl(program, Path(kubeconfig))
    copy = folder / "admin.kubeconfig"
    copy.touch(mode=0o600)
    copy.write_text(theirs("config", "view", "--raw", "--flatten", "--minify", "-o", "json"), encoding="utf-8")
    return Cluster(copy, Kubectl(program, copy), collects_garbage=True)


@contextmanager
def running_control_plane(binaries: Binaries, folder: Path) -> Iterator[ControlPlane]:
    """Run one until the block ends; its data, keys and ``*.log`` are in ``folder``.

    Call it on the main thread. Raises ControlPlaneError when a program ends instead of serving.
    """
    begun = time.monotonic()
    folder = folder.resolve()
    authority = Authority(folder)
    etcd_port, peer_port, port = free_ports(3)
    server = f"https://{_HOST}:{port}"
    tokens = authority.issue("service-accounts")
    kubeconfig = authority.kubeconfig(server, "admin", group="system:masters")
    kubectl = Kubectl(binaries.kubectl, kubeconfig)

    etcd = Component("etcd", _etcd(binaries, folder, etcd_port, peer_port), folder / "etcd.log")
    apiserver = Component(
        "kube-apiserver", _apiserver(binaries, authority, tokens, etcd_port, port), folder / "kube-apiserver.log"
    )
    controllers = None
    if binaries.controllers:
        command = _controllers(binaries.controllers, authority, tokens, server)
        controllers = Component("kube-controller-manager", command, folder / "kube-controller-manager.log")
    try:
        etcd.start()
        apiserver.start()
        _wait(lambda: _ready(server, authority), etcd, apiserver)
        if controllers:
            controllers.start()
            _wait(lambda: _has_service_account(kubectl), etcd, apiserver, controllers)
        taken = time.monotonic() - begun
        yield ControlPlane(
            kubeconfig, kubectl, controllers is not None, server, authority, etcd, apiserver, controllers, taken
        )
    finally:
        for component in (controllers, apiserver, etcd):
            if component:
                component.kill()  # nobody needs its data any more, and a graceful end waits for every watch


def _etcd(binaries: Binaries, folder: Path, port: int, peer_port: int) -> list[str]:
    client, peer = f"http://{_HOST}:{port}", f"http://{_HOST}:{peer_port}"
    return [
        str(binaries.etcd),
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
        "--unsafe-no-fsync",
    ]


def _apiserver(binaries: Binaries, authority: Authority, tokens: Credentials, etcd_port: int, port: int) -> list[str]:
    serving = authority.issue("kube-apiserver", addresses=(_HOST, "localhost", "kubernetes.default.svc"))
    return [
        str(binaries.apiserver),
        f"--etcd-servers=http://{_HOST}:{etcd_port}",
        f"--bind-address={_HOST}",
        f"--advertise-address={_HOST}",
        f"--secure-port={port}",
        f"--tls-cert-file={serving.certificate}",
        f"--tls-private-key-file={serving.key}",
        f"--client-ca-file={authority.certificate}",
        f"--service-cluster-ip-range={_SERVICES}",
        "--endpoint-reconciler-type=none",  # it would publish a loopback address, which the API refuses
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={tokens.certificate}",
        f"--service-account-signing-key-file={tokens.key}",
        "--authorization-mode=RBAC",
    ]


def _controllers(program: Path, authority: Authority, tokens: Credentials, server: str) -> list[str]:
    return [
        str(program),
        f"--kubeconfig={authority.kubeconfig(server, 'system:kube-controller-manager')}",
        "--leader-elect=false",
        "--secure-port=0",
        "--use-service-account-credentials",
        f"--service-account-private-key-file={tokens.key}",
        f"--root-ca-file={authority.certificate}",
        "--kube-api-qps=200",  # tests create and delete in bursts that no cluster of people sees
        "--kube-api-burst=400",
    ]


def _ready(server: str, authority: Authority) -> bool:
    """Whether everything that the API server starts with is done; ``/readyz`` answers anybody."""
    trust = ssl.create_default_context(cafile=authority.certificate)
    try:
        with urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust)
        ).open(f"{server}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:  # refused, reset or not ready: URLError and HTTPError are OSErrors
        return False


def _has_service_account(kubectl: Kubectl) -> bool:
    """Whether the controllers work: each namespace gets its ``default`` ServiceAccount from one of them."""
    try:
        return bool(kubectl("get", "serviceaccount", "default", "--namespace=default", "-o", "name"))
    except KubectlError:
        return False


def _wait(true: Callable[[], bool], *components: Component) -> None:
    """Return once ``true()`` is; raise ControlPlaneError when a component has ended, or patience has."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        for component in components:
            if not component.running:
                raise ControlPlaneError(f"{component.name} ended; the last it wrote in {component.last_words()}")
        if time.monotonic() > deadline:
            newest = components[-1]
            raise ControlPlaneError(f"{newest.name} is not ready; the last it wrote in {newest.last_words()}")
        time.sleep(0.05)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, from below the range that outgoing connections take theirs from."""
    ports: set[int] = set()
    while len(ports) < count:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind((_HOST, port))
            except OSError:
                continue
            ports.add(port)
    return sorted(ports)
