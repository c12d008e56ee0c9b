"""An investigator of a world: a process with the permissions of ``k8s/rbac``, and a person with a token."""

import hashlib
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.cluster import free_ports
from tests.support.cluster_component import Component
from tests.support.rbac import HOME, manifests
from tests.support.sealane_world import World

_HOST = "127.0.0.1"
_TOKEN = "token-of-the-tests"
_PLAIN = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Investigator:
    """``start`` it after the routers have been told of it by :attr:`router_settings`."""

    def __init__(self, world: World, *, rollbacks: bool = True) -> None:
        folders = ("investigator", "rollbacks") if rollbacks else ("investigator",)
        world.plane.kubectl.apply(*manifests(*folders))
        self.folder = world.folder
        self.kubeconfig = world.plane.service_account_kubeconfig(HOME, "sealane-investigator")
        (self.port,) = free_ports(1)
        self._world = world
        self._rollbacks = rollbacks
        self._token = self._write("token", _TOKEN)
        self._key = self._write("event-key", "a key of sixteen bytes and more")
        self._process: Component | None = None

    @property
    def router_settings(self) -> dict[str, str]:
        """What routers need to report here."""
        return {
            "SEALANE_INVESTIGATOR_URL": f"http://{_HOST}:{self.port}",
            "SEALANE_INVESTIGATOR_TOKEN_FILE": str(self._token),
            "SEALANE_EVENT_KEY_FILE": str(self._key),
        }

    def start(self, settings: Mapping[str, str] | None = None) -> None:
        """Start it and wait until it is ready."""
        digest = hashlib.sha256(_TOKEN.encode()).hexdigest()
        rights = ["report", "read", "act"]
        tokens = self._write(
            "tokens.yaml", json.dumps({"tokens": [{"name": "jane", "sha256": digest, "rights": rights}]})
        )
        environment = {
            "PATH": os.environ["PATH"],
            "SEALANE_INVESTIGATOR_LISTEN": f"{_HOST}:{self.port}",
            "SEALANE_INVESTIGATOR_TOKENS": str(tokens),
            "SEALANE_DATABASE": f"sqlite:///{self.folder / 'incidents.db'}",
            "SEALANE_SPOOL": str(self.folder / "spool"),
            "SEALANE_EVENT_KEY_FILE": str(self._key),
            "SEALANE_ROUTERS": ",".join(f"{_HOST}:{router.admin_port}" for router in self._world.routers),
            "SEALANE_CLUSTER": "true",
            "SEALANE_KUBECONFIG": str(self.kubeconfig),
            "SEALANE_NAMESPACE": HOME,
            "SEALANE_NAMESPACES": self._world.namespace,
            "SEALANE_ROLLBACKS": str(self._rollbacks).lower(),
            **(settings or {}),
        }
        command = [sys.executable, "-m", "sealane_investigator", "serve"]
        self._process = Component("investigator", command, self.folder / "investigator.log", environment)
        self._process.start()
        self._world.until(
            lambda: self.get("/readyz")[0] == 200, lambda: f"the investigator is ready: {self.log[-2000:]}"
        )

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.kill()

    @property
    def log(self) -> str:
        """What it wrote so far."""
        return (self.folder / "investigator.log").read_text(encoding="utf-8")

    def get(self, path: str) -> tuple[int, Any]:
        """Status and JSON of an answer; 0 when there is none."""
        return self._ask(urllib.request.Request(f"http://{_HOST}:{self.port}{path}", headers=self._headers))

    def post(self, path: str, body: object) -> tuple[int, Any]:
        """The same for a POST."""
        data = json.dumps(body).encode()
        url = f"http://{_HOST}:{self.port}{path}"
        return self._ask(urllib.request.Request(url, data, self._headers | {"Content-Type": "application/json"}))

    def incidents(self, query: str = "") -> list[dict[str, Any]]:
        """The incidents, newest first."""
        status, found = self.get(f"/v1/incidents{query}")
        return list(found["incidents"]) if status == 200 else []

    def confirm(self, incident: Mapping[str, Any]) -> tuple[int, Any]:
        """Confirm the rollback that an incident recommends; status and answer."""
        return self.post(
            f"/v1/incidents/{incident['id']}/rollback", {**incident["recommendation"]["rollback"], "person": "jane doe"}
        )

    def history(self, incident: Mapping[str, Any]) -> str:
        """What people and the investigator did about an incident, as text."""
        return json.dumps(self.get(f"/v1/incidents/{incident['id']}/timeline")[1])

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {_TOKEN}"}

    def _ask(self, request: urllib.request.Request) -> tuple[int, Any]:
        try:
            with _PLAIN.open(request, timeout=10) as answer:
                status, data = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, data = error.code, error.read()
        except OSError:
            return 0, None
        try:
            return status, json.loads(data)
        except ValueError:
            return status, data.decode()

    def _write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path
