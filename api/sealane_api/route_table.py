"""The compiled route table: what a router holds, immutable from compile to socket.

A :class:`Provider` keeps base URL, credential reference and TLS name in one object, and every later step is
handed that object: there is no function that takes a URL and a key separately, so a key cannot meet another host.
All times are seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from .failure import FailureClass


class DialectName(StrEnum):
    """Whose error classes, quirks and file purposes a provider has."""

    MOONSHOT = "Moonshot"
    ZAI = "Zai"
    OPENAI = "OpenAI"


class PatternKind(StrEnum):
    """How a pattern is matched; the order of precedence is the order here."""

    EXACT = "exact"
    PREFIX = "prefix"
    REGEX = "regex"


@dataclass(frozen=True, slots=True)
class SecretRef:
    """One key of one Secret in the route's namespace."""

    name: str
    key: str


@dataclass(frozen=True, slots=True)
class Tls:
    """What the provider's certificate must say, and who may sign it (the system store when ``ca`` is None)."""

    server_name: str | None = None
    ca: SecretRef | None = None


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """When a provider's breaker opens and how it closes again."""

    window: float = 30.0
    min_requests: int = 20
    failure_percent: int = 50
    consecutive_failures: int = 5
    open_for: float = 15.0
    max_open_for: float = 300.0
    half_open_max: int = 1
    close_after: int = 2


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """An active check: GET ``path`` below the base URL every ``interval`` seconds."""

    path: str
    interval: float


@dataclass(frozen=True, slots=True)
class Provider:
    """A named upstream: base URL, credential and dialect, inseparable.

    ``base_url`` has no trailing slash. ``route`` is ``namespace/name``.
    """

    route: str
    name: str
    dialect: DialectName
    base_url: str
    messages_base_url: str | None = None
    credential: SecretRef | None = None
    tls: Tls | None = None
    max_concurrency: int = 200
    breaker: BreakerPolicy = BreakerPolicy()
    health_check: HealthCheck | None = None
    allow_insecure: bool = False

    @property
    def identity(self) -> tuple[str, str, str, str | None, SecretRef | None]:
        """What must stay the same for breaker, budget, parking and connections to survive a reload."""
        return (self.route, self.name, self.base_url, self.messages_base_url, self.credential)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One claim on model names, as the route wrote it."""

    kind: PatternKind
    text: str


@dataclass(frozen=True, slots=True)
class Target:
    """A provider of the same route that serves a rule, perhaps under another model name.

    ``set`` and ``remove`` edit top-level members of the request body.
    """

    provider: Provider
    weight: int = 100
    model: str | None = None
    set: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fallback:
    """Where a rule's exchanges go when its targets fail in one of the ways named by ``when``."""

    when: frozenset[FailureClass]
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Retry:
    """How many attempts an exchange may make, and which share of a rule's exchanges may be retries."""

    max_attempts: int = 3
    budget_percent: int = 20


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Per attempt; ``first_byte`` None means 60 s for a stream and 600 s otherwise."""

    connect: float = 3.0
    first_byte: float | None = None
    idle: float = 60.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Per router process; None is unlimited."""

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Which models a route claims, and the targets that serve them."""

    route: str
    name: str
    critical: bool
    patterns: tuple[Pattern, ...]
    targets: tuple[Target, ...]
    fallback: Fallback | None = None
    retry: Retry = Retry()
    timeouts: Timeouts = Timeouts()
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Route:
    """One compiled ``ProviderRoute``.

    ``hash`` is the canonical hash of providers and rules (64 hex digits); ``revision`` is what answers, logs and
    metrics call it: a number in a cluster, the first 12 digits of the hash for a file. ``created`` orders routes by
    age (RFC 3339 in UTC, so text order is time order; empty when unknown).
    """

    namespace: str
    name: str
    revision: str
    hash: str
    providers: tuple[Provider, ...]
    rules: tuple[Rule, ...]
    created: str = ""
    #: ``namespace/name``, made once because every exchange names it.
    key: str = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", f"{self.namespace}/{self.name}")

    @property
    def number(self) -> int | None:
        """The revision's number; None for a route of a file, whose revision is the beginning of its hash."""
        revision = self.revision
        return None if len(revision) >= 12 and self.hash.startswith(revision) else int(revision)


@dataclass(frozen=True, slots=True)
class RouteTable:
    """Every route a router serves, free of conflicts; ``hash`` names the whole.

    ``candidates`` are revisions on trial: each has the namespace and name of one of ``routes``. A table may be empty: a
    new cluster has no route yet. That is another thing than :data:`NO_TABLE`.
    """

    routes: tuple[Route, ...]
    hash: str
    candidates: tuple[Route, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether anybody has said which routes there are."""
        return self.hash != ""


#: What a router has before its first table.
NO_TABLE = RouteTable((), "")
