"""Reads the settings of a router from its flags and its environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from sealane_telemetry.settings import reading
from sealane_telemetry.settings.reading import Written, as_json_value, variables_of

from .groups import (
    ClusterSettings,
    InvestigatorSettings,
    LifecycleSettings,
    ListenerSettings,
    ObservationSettings,
    SourceSettings,
    TokenSettings,
    UpstreamSettings,
)
from .variable import SettingsError, Variable

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a router can be told from outside."""

    listener: ListenerSettings = field(default_factory=ListenerSettings)
    sources: SourceSettings = field(default_factory=SourceSettings)
    cluster: ClusterSettings = field(default_factory=ClusterSettings)
    tokens: TokenSettings = field(default_factory=TokenSettings)
    upstream: UpstreamSettings = field(default_factory=UpstreamSettings)
    lifecycle: LifecycleSettings = field(default_factory=LifecycleSettings)
    investigator: InvestigatorSettings = field(default_factory=InvestigatorSettings)
    observation: ObservationSettings = field(default_factory=ObservationSettings)

    @classmethod
    def from_environment(
        cls,
        environ: Mapping[str, str],
        overrides: Mapping[str, str] | None = None,
        *,
        defaults: Mapping[str, str] | None = None,
    ) -> Self:
        """Read every setting from ``overrides`` (by flag, ``--listen``), else ``environ``, else ``defaults``.

        ``defaults`` (by variable) are those of a command that differ from the cluster router's. An empty
        variable counts as unset.

        Raises:
            SettingsError: one line for each problem, naming the variable, what was found and what to write.
        """
        written = Written(overrides or {}, environ, defaults or {})
        written.refuse_misspelt(cls.variables())
        settings = cls(
            listener=written.read(ListenerSettings()),
            sources=written.read(SourceSettings()),
            cluster=written.read(ClusterSettings()),
            tokens=written.read(TokenSettings()),
            upstream=written.read(UpstreamSettings()),
            lifecycle=written.read(LifecycleSettings()),
            investigator=written.read(InvestigatorSettings()),
            observation=written.read(ObservationSettings()),
        )
        problems = written.problems or _contradictions(settings)
        if problems:
            raise SettingsError("\n".join(problems))
        return settings

    @classmethod
    def variables(cls) -> tuple[Variable, ...]:
        """Every setting, in the order of the groups."""
        return tuple(variable for group in cls()._groups() for _, variable in variables_of(group))

    def effective(self) -> dict[str, str | int | float | bool]:
        """What holds now, by variable name; times in seconds, sizes in bytes. No setting holds a secret."""
        return {
            variable.name: as_json_value(getattr(group, attribute))
            for group in self._groups()
            for attribute, variable in variables_of(group)
        }

    def _groups(self) -> "tuple[DataclassInstance, ...]":
        return (
            self.listener,
            self.sources,
            self.cluster,
            self.tokens,
            self.upstream,
            self.lifecycle,
            self.investigator,
            self.observation,
        )


def unknown_variables(environ: Mapping[str, str]) -> tuple[str, ...]:
    """One line for each ``SEALANE_*`` variable that no setting reads: a misspelt one would do nothing.

    What Kubernetes adds for Services (``SEALANE_ROUTER_SERVICE_HOST``) is not counted.
    """
    return reading.unknown_variables(environ, Settings.variables())


def _contradictions(settings: Settings) -> list[str]:
    """What is wrong about settings that are fine one by one."""
    problems = []
    traffic, admin, sources = settings.listener.traffic, settings.listener.admin, settings.sources
    known = sources.keys is not None or settings.tokens.review
    if not known and not sources.anonymous and not traffic.is_loopback:
        problems.append(
            f"SEALANE_LISTEN: other machines can reach {traffic} and there is no key file; "
            "write --keys FILE, --token-review true, or --anonymous to serve anybody"
        )
    if sources.keys is not None and sources.anonymous:
        problems.append("SEALANE_ANONYMOUS: a key file is set too; write one of --keys FILE and --anonymous")
    if settings.tokens.review and sources.anonymous:
        problems.append("SEALANE_ANONYMOUS: tokens are taken too; write one of --token-review and --anonymous")
    if settings.listener.body_limit > settings.listener.buffered_bodies:
        problems.append("SEALANE_BODY_LIMIT: one body could exceed SEALANE_BUFFERED_BODIES; write less")
    if traffic.port and traffic == admin:
        problems.append(f"SEALANE_ADMIN: {admin} is the traffic address; write another port")
    problems += _contradictions_of_reports(settings.investigator)
    return problems + _contradictions_of_sources(settings)


def _contradictions_of_reports(investigator: InvestigatorSettings) -> list[str]:
    """An address and a token belong together."""
    if investigator.url and investigator.token_file is None:
        problem = "SEALANE_INVESTIGATOR_URL: the investigator takes nothing without a token; "
        return [problem + "write --investigator-token-file FILE too"]
    if investigator.token_file is not None and not investigator.url:
        return ["SEALANE_INVESTIGATOR_TOKEN_FILE: there is no --investigator-url; write it too, or leave this out"]
    return []


def _contradictions_of_sources(settings: Settings) -> list[str]:
    """Routes and credentials come from files or from the Kubernetes API, and never from both."""
    problems = []
    sources, cluster = settings.sources, settings.cluster
    if cluster.follow:
        for name, is_set in (("ROUTES", bool(sources.routes)), ("SECRETS", sources.secrets is not None)):
            if is_set:
                flag = f"--{name.lower()}"
                problems.append(
                    f"SEALANE_{name}: SEALANE_CLUSTER is set too; write one of {flag} and --cluster true, "
                    "which takes both from the Kubernetes API"
                )
    if cluster.kubeconfig and not cluster.follow and not settings.tokens.review:
        problems.append(
            "SEALANE_KUBECONFIG: the router reads files; write --cluster true or --token-review true, or leave it out"
        )
    for name, written in (
        ("NAMESPACES", cluster.namespaces),
        ("SNAPSHOT", cluster.snapshot),
        ("SNAPSHOT_KEYS", cluster.snapshot_keys),
    ):
        if written and not cluster.follow:
            problems.append(f"SEALANE_{name}: the router reads files; write --cluster true, or leave it out")
    if cluster.snapshot_keys and not cluster.snapshot:
        problems.append("SEALANE_SNAPSHOT_KEYS: keys without routes serve nothing; write --snapshot DIRECTORY too")
    return problems
