"""A provider: base URL, credential and dialect in one object, so that a key never meets another host."""

from typing import Annotated, Self

from pydantic import Field, ValidationInfo, model_validator

from sealane_api.resource.base_url import origin, url_problem
from sealane_api.resource.fields import (
    BaseURL,
    Count,
    Duration,
    Flag,
    HealthPath,
    Name,
    Percent,
    SecretKey,
    SecretName,
    ServerName,
    Write,
)
from sealane_api.resource.part import Finding, Part, context_of, refuse
from sealane_api.route_table import DialectName

Dialect = Annotated[DialectName, Field(strict=False), Write("Moonshot, Zai or OpenAI")]


class SecretKeyRef(Part):
    """One entry of a Secret in the route's namespace."""

    name: SecretName
    key: SecretKey


class CredentialSpec(Part):
    """Where a provider's key is kept; the key itself is never part of a route."""

    secret_ref: SecretKeyRef


class TlsSpec(Part):
    """What the provider's certificate must say, and who may sign it, where that differs from the base URL's host."""

    server_name: ServerName | None = None
    ca_ref: SecretKeyRef | None = None


class BreakerSpec(Part):
    """When a provider's breaker opens and how it closes again."""

    window: Duration = Duration("30s")
    min_requests: Count = 20
    failure_percent: Percent = 50
    consecutive_failures: Count = 5
    open_for: Duration = Duration("15s")
    max_open_for: Duration = Duration("5m")
    half_open_max: Count = 1
    close_after: Count = 2

    @model_validator(mode="after")
    def _open_times_grow(self) -> Self:
        if self.max_open_for.seconds < self.open_for.seconds:
            message = f"found {self.max_open_for}, less than openFor; write at least {self.open_for}"
            refuse([Finding(("maxOpenFor",), message)])
        return self


class HealthCheckSpec(Part):
    """An active check: GET ``path`` below the base URL, every ``interval``."""

    path: HealthPath = "/models"
    interval: Duration = Duration("30s")


class ProviderSpec(Part):
    """A named upstream of a route."""

    name: Name
    dialect: Dialect = DialectName.OPENAI
    base_url: BaseURL
    messages_base_url: BaseURL | None = None
    credential: CredentialSpec | None = None
    max_concurrency: Count = 200
    tls: TlsSpec = TlsSpec()
    breaker: BreakerSpec = BreakerSpec()
    health_check: HealthCheckSpec | None = None
    allow_insecure: Flag = False

    @model_validator(mode="after")
    def _urls_name_one_admissible_host(self, info: ValidationInfo) -> Self:
        laptop = context_of(info).laptop
        findings = []
        for field, url in (("baseURL", self.base_url), ("messagesBaseURL", self.messages_base_url)):
            problem = url and url_problem(url, allow_insecure=self.allow_insecure, laptop=laptop)
            if problem:
                findings.append(Finding((field,), problem))
        refuse(findings)
        # Port and scheme count as well: another port is another server, and http would bare the key.
        if self.messages_base_url is not None and origin(self.messages_base_url) != origin(self.base_url):
            message = "found another scheme, host or port than baseURL has; a credential belongs to one host: "
            refuse([Finding(("messagesBaseURL",), message + "write another provider for the other one")])
        return self
