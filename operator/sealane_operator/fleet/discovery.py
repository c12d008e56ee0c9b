"""Where the routers are: a list that does not change, or the EndpointSlices of their admin Service.

Routers that are not ready are found as well: whether a router is ready is asked of the router. EndpointSlices:
https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoint-slice-v1/
"""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sealane_kube.raw import Raw, mapping_at, mappings, text_at
from sealane_telemetry.settings.variable import SettingsError

from .interfaces import Api

#: The headless Service that shows the routers' admin port; it publishes addresses that are not ready, too.
SERVICE = "sealane-router-admin"

#: Routers that one operator polls; more are left out, by name.
MAX_ROUTERS = 1_000

_PORT_NAME = "admin"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One router's admin port: ``address`` is ``host:port``, ``name`` its pod's, empty where that is not known."""

    address: str
    name: str = ""
    terminating: bool = False


class Discovery(Protocol):
    """Finds the routers."""

    async def find(self) -> tuple[Endpoint, ...]:
        """Return all routers that there are now, sorted. Raises a KubeError."""


class StaticRouters:
    """Routers at addresses that somebody wrote down: outside a cluster, and in tests."""

    def __init__(self, text: str) -> None:
        """``text`` holds ``host:port`` by commas, IPv6 in brackets. Raises SettingsError."""
        addresses = dict.fromkeys(filter(None, (word.strip() for word in text.split(","))))
        self._endpoints = tuple(Endpoint(_checked(address)) for address in sorted(addresses))

    async def find(self) -> tuple[Endpoint, ...]:
        """Return them."""
        return self._endpoints


class SlicedRouters:
    """Routers as the EndpointSlices of :data:`SERVICE` in ``namespace`` have them."""

    def __init__(self, api: Api, namespace: str) -> None:
        self._api = api
        self._path = f"/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices"

    async def find(self) -> tuple[Endpoint, ...]:
        """List them; what the API server has in its cache is new enough. Raises a KubeError."""
        query = {"labelSelector": f"kubernetes.io/service-name={SERVICE}", "resourceVersion": "0"}
        return endpoints_of(mappings((await self._api.call("GET", self._path, query=query)).get("items")))


def endpoints_of(slices: Iterable[Mapping[str, Any]]) -> tuple[Endpoint, ...]:
    """Return the endpoints of EndpointSlices, each pod once, sorted by name and address.

    A pod is in several slices when it has IPv4 and IPv6, and for a moment when it moves from one to another.
    """
    found: dict[str, Endpoint] = {}
    for each in sorted(slices, key=lambda each: text_at(each, "addressType")):
        port = _port(each)
        if port is None or text_at(each, "addressType") not in ("IPv4", "IPv6"):
            continue
        for raw in mappings(each.get("endpoints")):
            for address in _addresses(raw)[:1]:
                endpoint = Endpoint(f"{address}:{port}", text_at(raw, "targetRef", "name"), _is_terminating(raw))
                pod = text_at(raw, "targetRef", "uid") or endpoint.address
                known = found.setdefault(pod, endpoint)
                if endpoint.terminating and not known.terminating:
                    found[pod] = replace(known, terminating=True)
    return tuple(sorted(found.values(), key=lambda each: (each.name, each.address)))


def _checked(address: str) -> str:
    host, _, port = address.rpartition(":")
    wanted = f"SEALANE_ROUTERS: {address!r} is no address: write host:port, for example router.example:9090"
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65_536:
        raise SettingsError(wanted)
    if host.startswith("[") != host.endswith("]") or (":" in host and not host.startswith("[")):
        raise SettingsError(f"{wanted}, or [2001:db8::1]:9090")
    if any(letter in host for letter in "/@?# \\"):
        raise SettingsError(wanted)
    return address


def _port(each: Raw) -> int | None:
    """The port that the slice calls ``admin``; the only one whatever it is called."""
    ports = [port for port in mappings(each.get("ports")) if isinstance(port.get("port"), int)]
    named = [port for port in ports if port.get("name") == _PORT_NAME]
    chosen = named or (ports if len(ports) == 1 else [])
    return int(chosen[0]["port"]) if chosen else None


def _addresses(raw: Raw) -> list[str]:
    """The addresses of an endpoint as a URL has them; all of them lead to the same pod."""
    found = []
    texts = raw.get("addresses")
    for text in texts if isinstance(texts, list) else ():
        try:
            address = ipaddress.ip_address(str(text))
        except ValueError:
            continue
        found.append(f"[{address}]" if address.version == 6 else str(address))
    return found


def _is_terminating(raw: Raw) -> bool:
    return mapping_at(raw, "conditions").get("terminating") is True
