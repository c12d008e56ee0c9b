"""Prometheus as a process of the tests: it scrapes what it is told every second and answers questions."""

import json
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import yaml

from tests.support.cluster import free_ports
from tests.support.cluster_component import Component
from tests.support.traffic import until

_PLAIN = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A server on loopback."""

    address: str

    def query(self, expression: str, at: float) -> list[dict[str, Any]]:
        """The series of an expression at one moment (seconds since 1970)."""
        return self._series("query", query=expression, time=str(at))

    def query_range(self, expression: str, begin: float, end: float) -> list[dict[str, Any]]:
        """The series of an expression over a time, one value a second."""
        return self._series("query_range", query=expression, start=str(begin), end=str(end), step="1")

    def up(self) -> int:
        """How many targets were scraped well."""
        targets = self._get("targets", state="active")["activeTargets"]
        return sum(target["health"] == "up" for target in targets)

    def _series(self, path: str, **parameters: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._get(path, **parameters)["result"]
        return found

    def _get(self, path: str, **parameters: str) -> dict[str, Any]:
        url = f"http://{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with _PLAIN.open(url, timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)["data"]
        return found


def has_data(series: list[dict[str, Any]]) -> bool:
    """Whether one of the series has a number: NaN is what a quotient of nothing gives."""
    values = [value for each in series for value in each.get("values", [each.get("value")])]
    return any(isfinite(float(value[1])) for value in values)


@contextmanager
def running_prometheus(program: Path, folder: Path, targets: Mapping[str, Mapping[str, str]]) -> Iterator[Prometheus]:
    """Scrape ``targets`` (address → labels, as a ServiceMonitor would set them) until the block ends."""
    folder.mkdir()
    jobs = [{"targets": [address], "labels": dict(labels)} for address, labels in targets.items()]
    scrape = {"job_name": "sealane", "static_configs": jobs}
    config = {"global": {"scrape_interval": "1s", "scrape_timeout": "1s"}, "scrape_configs": [scrape]}
    file = folder / "prometheus.yaml"
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    (port,) = free_ports(1)
    address = f"127.0.0.1:{port}"
    command = [str(program), f"--config.file={file}", f"--web.listen-address={address}"]
    component = Component("prometheus", [*command, f"--storage.tsdb.path={folder / 'data'}"], folder / "prometheus.log")
    component.start()
    try:
        server = Prometheus(address)
        until(lambda: _answers(server) == len(targets), "Prometheus scrapes its targets")
        yield server
    finally:
        component.stop()


def _answers(server: Prometheus) -> int:
    try:
        return server.up()
    except OSError:
        return 0
