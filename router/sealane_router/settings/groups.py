"""The settings themselves, grouped by the part of the router that needs them.

The text under each field says what it does and why its default is what it is.
"""

# ruff: noqa: RUF009 - setting() returns what dataclasses.field() returns

from dataclasses import dataclass
from pathlib import Path

from .audiences import audience
from .namespaces import namespaces
from .networks import AllowedNetworks, networks
from .peers import peers
from .urls import url
from .variable import Address, address, choice, count, duration, object_name, path, paths, setting, size, switch


@dataclass(frozen=True, slots=True)
class ListenerSettings:
    """What the traffic port and the admin port accept."""

    traffic: Address = setting("SEALANE_LISTEN", "127.0.0.1:8080", "host:port", address)
    """Where applications connect. Loopback, so that a first try exposes nothing."""

    admin: Address = setting("SEALANE_ADMIN", "127.0.0.1:9090", "host:port", address)
    """Where probes, Prometheus and operators connect; it must never be reachable for applications."""

    max_connections: int = setting("SEALANE_MAX_CONNECTIONS", "10000", "connections", count(1, 1_000_000))
    """Client connections held at once; one more is closed on arrival. Each costs a file descriptor and about
    10 KiB."""

    body_limit: int = setting("SEALANE_BODY_LIMIT", "32MiB", "bytes", size(1 << 10, 1 << 30))
    """The largest request body; beyond it the client gets 413."""

    head_limit: int = setting("SEALANE_HEAD_LIMIT", "64KiB", "bytes", size(1 << 10, 1 << 20))
    """Request line and headers together; beyond it the client gets 431."""

    pipeline_limit: int = setting("SEALANE_PIPELINE_LIMIT", "64KiB", "bytes", size(1 << 10, 1 << 20))
    """Bytes a client may send ahead while its exchange runs; more close the connection. They must be read,
    because a paused socket hides that the client left."""

    buffered_bodies: int = setting("SEALANE_BUFFERED_BODIES", "512MiB", "bytes", size(1 << 20, 1 << 40))
    """All request bodies in memory together; beyond it the client gets 503. Keep it well below the memory
    limit."""

    head_timeout: float = setting("SEALANE_HEAD_TIMEOUT", "10s", "duration", duration(0.1, 3600))
    """How long a request head may take from its first byte; then 408."""

    body_idle_timeout: float = setting("SEALANE_BODY_IDLE_TIMEOUT", "60s", "duration", duration(0.1, 3600))
    """How long a body may pause between two of its bytes; then 408."""

    keep_alive_timeout: float = setting("SEALANE_KEEP_ALIVE_TIMEOUT", "75s", "duration", duration(0.1, 3600))
    """How long an idle client connection is kept. Longer than the usual 60 s of load balancers, so that they
    close first and no request meets a closing connection."""


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """The files a router reads and watches."""

    routes: tuple[Path, ...] = setting("SEALANE_ROUTES", "", "paths, separated by commas", paths)
    """Route files; all of them form one table."""

    secrets: Path | None = setting("SEALANE_SECRETS", "", "directory", path)
    """Credentials, laid out like mounted Secrets (``DIR/name/key``). Empty: the environment only."""

    keys: Path | None = setting("SEALANE_KEYS", "", "file", path)
    """The callers' key file. Empty: anybody who can connect is served (see ``anonymous``)."""

    anonymous: bool = setting("SEALANE_ANONYMOUS", "false", "true or false", switch)
    """Serve anybody without a key on an address that other machines can reach. Loopback needs no such
    consent."""

    poll_interval: float = setting("SEALANE_POLL_INTERVAL", "500ms", "duration", duration(0.05, 1))
    """How often files are looked at. A change is found within this time, which must stay at most a second."""


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """How a router follows the Kubernetes API, instead of files."""

    follow: bool = setting("SEALANE_CLUSTER", "false", "true or false", switch)
    """Serve what the ProviderRoutes of a cluster point at, with the credentials of its Secrets. Needs no route file
    and takes none."""

    kubeconfig: Path | None = setting("SEALANE_KUBECONFIG", "", "file", path)
    """Where the API is and who the router is. Empty: the ServiceAccount of the router's pod."""

    namespaces: tuple[str, ...] = setting("SEALANE_NAMESPACES", "", "names, separated by commas", namespaces)
    """Whose routes are served. Empty: those of every namespace, for which the router needs a ClusterRole."""

    snapshot: Path | None = setting("SEALANE_SNAPSHOT", "", "directory", path)
    """Where the stable revisions are kept for a start without the API. It holds no key. Empty: such a start waits."""

    snapshot_keys: Path | None = setting("SEALANE_SNAPSHOT_KEYS", "", "directory", path)
    """Where the keys are kept for such a start: in memory (tmpfs), never on a disk. Empty: a start without the API
    has routes and no credentials."""


@dataclass(frozen=True, slots=True)
class TokenSettings:
    """How callers are known by the tokens of their ServiceAccounts."""

    review: bool = setting("SEALANE_TOKEN_REVIEW", "false", "true or false", switch)
    """Take ServiceAccounts' tokens beside keys, and ask the Kubernetes API whose they are."""

    audience: str = setting("SEALANE_TOKEN_AUDIENCE", "sealane", "text", audience)
    """Whom a token must have been made for. Never the API server's own: such a token would open that too."""

    wait: float = setting("SEALANE_TOKEN_WAIT", "3s", "duration", duration(0.1, 30))
    """How long a review may take, and with it an exchange whose token is not known yet."""

    reviews: int = setting("SEALANE_TOKEN_REVIEWS", "32", "reviews", count(1, 1000))
    """Reviews in flight at once; a thousand more tokens may wait for theirs, then 503."""

    cache: int = setting("SEALANE_TOKEN_CACHE", "10000", "tokens", count(1, 1_000_000))
    """Tokens that are remembered, by their SHA-256; one more drops the one that was confirmed longest ago. Each costs
    about 400 bytes."""

    recheck: float = setting("SEALANE_TOKEN_RECHECK", "30s", "duration", duration(1, 30))
    """A token in use is reviewed again after this time, and opens nothing without a review after half as much again:
    with the 10 s that an API server remembers it, a revoked token has stopped working within a minute."""

    outage: float = setting("SEALANE_TOKEN_OUTAGE", "10m", "duration", duration(0, 600))
    """How long a token that was confirmed is taken while reviews fail, and not beyond its own end."""


@dataclass(frozen=True, slots=True)
class UpstreamSettings:
    """How providers are reached and how much of an answer is held."""

    allowed_networks: AllowedNetworks = setting(
        "SEALANE_ALLOWED_NETWORKS", "default", "networks, separated by commas", networks
    )
    """Addresses that providers may have. ``default`` is everything but loopback, link-local and unspecified,
    so that no route can reach the node's metadata service or the router itself."""

    idle_limit: float = setting("SEALANE_UPSTREAM_IDLE_LIMIT", "55s", "duration", duration(0.1, 3600))
    """How long an unused connection to a provider is kept. Below the usual 60 s of their load balancers."""

    age_limit: float = setting("SEALANE_UPSTREAM_AGE_LIMIT", "10m", "duration", duration(1, 86400))
    """After this time a connection takes no further exchange, so that changed DNS answers are followed."""

    hold_limit: int = setting("SEALANE_HOLD_LIMIT", "1MiB", "bytes", size(1 << 10, 64 << 20))
    """How much of a JSON answer is held until it is complete; a longer one is committed and streamed."""

    models_cache: float = setting("SEALANE_MODELS_CACHE", "5m", "duration", duration(0, 86400))
    """How long a provider's list of models is kept for ``GET /v1/models``; ``0s`` asks each time."""


@dataclass(frozen=True, slots=True)
class LifecycleSettings:
    """Readiness, and how the router leaves."""

    readiness_policy: str = setting("SEALANE_READINESS_POLICY", "local", "local or strict", choice("local", "strict"))
    """``local``: unready for a fault that its peers do not have, ready in an outage that they see too. ``strict``:
    unready whenever nothing can be served; peers are not asked."""

    drain_deadline: float = setting("SEALANE_DRAIN_DEADLINE", "30s", "duration", duration(0, 86400))
    """How long exchanges may run on after the propagation time. Keep the pod's grace period above the sum of
    both."""

    propagation_time: float = setting("SEALANE_PROPAGATION_TIME", "5s", "duration", duration(0, 600))
    """How long a draining router still takes new requests, until every node stopped sending them. ``sealane
    up`` has nobody to tell and uses ``0s``."""

    peers: tuple[Address, ...] = setting("SEALANE_PEERS", "", "host:port, separated by commas", peers)
    """Admin addresses of the routers, usually the headless admin Service: a name is resolved to all of its addresses,
    its own among them. Empty: a provider's outage never makes the router unready."""


@dataclass(frozen=True, slots=True)
class InvestigatorSettings:
    """Where errors are explained, and what they are told with."""

    url: str = setting("SEALANE_INVESTIGATOR_URL", "", "URL", url)
    """Where each failed attempt and each error of the gateway is reported to. Empty: nowhere, and nothing is kept."""

    token_file: Path | None = setting("SEALANE_INVESTIGATOR_TOKEN_FILE", "", "file", path)
    """The bearer token for it, read at each batch, so that it may be replaced. The investigator takes nothing without
    one."""

    flush: float = setting("SEALANE_INVESTIGATOR_FLUSH", "2s", "duration", duration(0, 60))
    """How long a router that leaves may take to report its last errors, behind the drain deadline."""

    event_key: Path | None = setting("SEALANE_EVENT_KEY_FILE", "", "file", path)
    """What credentials are hashed with in reports, at least 16 bytes, read at start. Only routers with the same key
    call the same credential alike. Empty: a key drawn at each start."""

    self_tenant: str = setting("SEALANE_SELF_TENANT", "", "name", object_name)
    """The tenant of the investigator's own calls of models. Their errors count in no breaker and are reported as
    Sealane's own. Empty: there are no such calls."""


@dataclass(frozen=True, slots=True)
class ObservationSettings:
    """What is written for observers, and on which event loop."""

    log_level: str = setting(
        "SEALANE_LOG_LEVEL", "info", "a level", choice("debug", "info", "warning", "error", "critical")
    )
    """The least severe line that is written. Prompts, answers and keys appear at no level."""

    exchange_log: bool = setting("SEALANE_EXCHANGE_LOG", "true", "true or false", switch)
    """One JSON line for each exchange. Off saves about 2 µs of each."""

    uvloop: bool = setting("SEALANE_UVLOOP", "true", "true or false", switch)
    """Use uvloop where it is installed; it takes a fifth of the CPU off. Off for debugging with asyncio's own
    tools."""

    pod_name: str = setting("SEALANE_POD_NAME", "", "name", object_name)
    """What the operator and other routers call this one, from the downward API. Empty: the admin address."""

    replica_set: str = setting("SEALANE_REPLICA_SET", "", "name", object_name)
    """The ReplicaSet of this router's pod, so that routers of a new one can be compared with the old one's."""
