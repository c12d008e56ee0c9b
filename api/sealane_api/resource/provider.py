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
    """The Secret, in the namespace of the route."""
    key: SecretKey
    """The entry of the Secret."""


class CredentialSpec(Part):
    """Where a provider's key is kept; the key itself is never part of a route."""

    secret_ref: SecretKeyRef
    """The entry of a Secret that holds the key; a key is never written in a route."""


class TlsSpec(Part):
    """What the provider's certificate must say, and who may sign it, where that differs from the base URL's host."""

    server_name: ServerName | None = None
    """The host name that the certificate must carry; absent: the host of baseURL."""
    ca_ref: SecretKeyRef | None = None
    """The entry of a Secret that holds the certificates (PEM) that are trusted; absent: the system's."""


class BreakerSpec(Part):
    """When a provider's breaker opens and how it closes again."""

    window: Duration = Duration("30s")
    """How far back failures are counted."""
    min_requests: Count = 20
    """Below this number of attempts in the window, failurePercent opens nothing."""
    failure_percent: Percent = 50
    """The share of failed attempts in the window that opens the breaker, in percent."""
    consecutive_failures: Count = 5
    """So many failures in a row open the breaker, whatever the share."""
    open_for: Duration = Duration("15s")
    """How long the breaker stays open the first time; each failed probe doubles it."""
    max_open_for: Duration = Duration("5m")
    """The longest time it stays open; at least openFor."""
    half_open_max: Count = 1
    """How many probes run at a time once the time is over."""
    close_after: Count = 2
    """So many probes in a row that succeed close the breaker."""

    @model_validator(mode="after")
    def _open_times_grow(self) -> Self:
        if self.max_open_for.seconds < self.open_for.seconds:
            message = f"found {self.max_open_for}, less than openFor; write at least {self.open_for}"
            refuse([Finding(("maxOpenFor",), message)])
        return self


class HealthCheckSpec(Part):
    """An active check: GET ``path`` below the base URL, every ``interval``."""

    path: HealthPath = "/models"
    """What is asked for, below baseURL; an answer of 2xx or 4xx passes."""
    interval: Duration = Duration("30s")
    """The time between two checks."""


class ProviderSpec(Part):
    """A named upstream of a route."""

    name: Name
    """What targets call it; unique in the route."""
    dialect: Dialect = DialectName.OPENAI
    """Whose error codes and quirks it has: Moonshot, Zai or OpenAI. Restricts no host."""
    base_url: BaseURL
    """Scheme, host, perhaps port and path; the path of a request after /v1 is appended. https, unless allowInsecure."""
    messages_base_url: BaseURL | None = None
    """The same for /v1/messages, where the provider has another path for it; same scheme, host and port."""
    credential: CredentialSpec | None = None
    """Where its key is kept; absent: no Authorization header is sent."""
    max_concurrency: Count = 200
    """Attempts at once from one router; a target beyond it is skipped."""
    tls: TlsSpec = TlsSpec()
    """What its certificate must say, where that differs from what baseURL implies."""
    breaker: BreakerSpec = BreakerSpec()
    """When it is left alone because it fails, and for how long."""
    health_check: HealthCheckSpec | None = None
    """An active check; a failing one opens the breaker, a passing one never closes it. Absent: none."""
    allow_insecure: Flag = False
    """Admits http for a connection that nobody else can read."""

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
