"""The settings of the operator; the text under each field says what it does and why its default is what it is."""

# ruff: noqa: RUF009 - setting() returns what dataclasses.field() returns

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sealane_telemetry.settings.reading import Written, as_json_value, variables_of
from sealane_telemetry.settings.variable import (
    Address,
    SettingsError,
    Variable,
    address,
    choice,
    count,
    duration,
    object_name,
    path,
    setting,
)

from .names import addresses, identity, names


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the operator can be told."""

    namespace: str = setting("SEALANE_NAMESPACE", "", "name", object_name)
    """Where the operator and its routers run: the Lease is there, and so are the routers' EndpointSlices and
    ServiceAccount. What is in it may claim every model. Required; a pod has it from the downward API."""

    kubeconfig: Path | None = setting("SEALANE_KUBECONFIG", "", "file", path)
    """How to reach the API. Empty: as the pod's ServiceAccount."""

    namespaces: tuple[str, ...] = setting("SEALANE_NAMESPACES", "", "names, separated by commas", names)
    """Where routes are watched. Empty: everywhere, which takes a ClusterRole."""

    routers: tuple[str, ...] = setting("SEALANE_ROUTERS", "", "host:port, separated by commas", addresses)
    """Admin addresses of the routers, where no Service has them. Empty: the EndpointSlices of Service
    ``sealane-router-admin``."""

    grants: Path | None = setting("SEALANE_GRANTS", "", "file", path)
    """Which models each namespace may claim, as YAML: the chart's ``routes.namespaces``. A changed file is read again.
    Empty: every namespace may claim everything."""

    listen: Address = setting("SEALANE_OPERATOR_LISTEN", "0.0.0.0:8082", "host:port", address)
    """Where the kubelet asks for ``/livez`` and ``/readyz`` and Prometheus for ``/metrics``; nothing secret is said
    there."""

    lease_name: str = setting("SEALANE_LEASE_NAME", "sealane-operator", "name", object_name)
    """The Lease that elects the leader among operators of one release."""

    lease_duration: float = setting("SEALANE_LEASE_DURATION", "15s", "duration", duration(2, 600))
    """After this silence of the leader another operator takes over. The leader stops by itself after two thirds."""

    identity: str = setting("SEALANE_IDENTITY", "", "name", identity)
    """What the Lease and Events call this operator: the pod's name. Empty: the host's name. Each process adds a random
    word, for one that starts again is another."""

    workers: int = setting("SEALANE_WORKERS", "8", "workers", count(1, 64))
    """Routes that are looked at at the same time. They mostly wait for the API, which more would not make faster."""

    api_rate: int = setting("SEALANE_API_RATE", "50", "calls a second", count(1, 10_000))
    """How fast the API may be asked on average; the Lease and the search for routers do not wait for it."""

    api_burst: int = setting("SEALANE_API_BURST", "100", "calls", count(1, 10_000))
    """How many calls may be made at once after a quiet time."""

    watch_stale: float = setting("SEALANE_WATCH_STALE", "3m", "duration", duration(1, 3600))
    """After this silence a watch is stale and ``/livez`` fails. The API says something every minute, and a watch that
    it forgot is begun anew after 70 s."""

    stop_deadline: float = setting("SEALANE_STOP_DEADLINE", "5s", "duration", duration(0, 300))
    """How long a look that has begun may go on after SIGTERM, before the Lease is given back."""

    log_level: str = setting(
        "SEALANE_LOG_LEVEL", "info", "a level", choice("debug", "info", "warning", "error", "critical")
    )
    """The least severe line that is written. Secrets are read for their keys' names alone and appear at no level."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], overrides: Mapping[str, str] | None = None) -> Self:
        """Read every setting from ``overrides`` (by flag), else ``environ``; an empty variable counts as unset.

        Raises:
            SettingsError: one line for each problem, naming the variable, what was found and what to write.
        """
        written = Written(overrides or {}, environ, {})
        written.refuse_misspelt(cls.variables())
        settings = written.read(cls())
        problems = written.problems or _contradictions(settings)
        if problems:
            raise SettingsError("\n".join(problems))
        return settings

    @classmethod
    def variables(cls) -> tuple[Variable, ...]:
        """Every setting, in order."""
        return tuple(variable for _, variable in variables_of(cls()))

    def effective(self) -> dict[str, str | int | float | bool]:
        """Return what holds now, by variable name; times in seconds. No setting holds a secret."""
        return {variable.name: as_json_value(getattr(self, attribute)) for attribute, variable in variables_of(self)}


def _contradictions(settings: Settings) -> list[str]:
    """What is wrong about settings that are fine one by one."""
    problems = []
    if not settings.namespace:
        problems.append("SEALANE_NAMESPACE: found nothing; write --namespace NAME, where the operator runs")
    if not settings.lease_name:
        problems.append("SEALANE_LEASE_NAME: found nothing; write --lease-name NAME")
    return problems
