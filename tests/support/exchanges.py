"""Exchanges without a listener: a head, a body that is there, and a transport that remembers what was written."""

import asyncio
from collections.abc import Mapping

from sealane_api.route_table import (
    DialectName,
    Fallback,
    Limits,
    Pattern,
    PatternKind,
    Provider,
    Retry,
    Route,
    RouteTable,
    Rule,
    SecretRef,
    Target,
    Timeouts,
)
from sealane_router.exchange import Exchange
from sealane_router.http1.body import BodyMemory, RequestBody
from sealane_router.http1.head import parse_head
from sealane_router.http1.response import ClientResponse
from sealane_router.policy.authentication import Caller
from sealane_router.providers.api import API_BY_PATH
from sealane_router.providers.request_body import read_head
from sealane_router.report.credential_names import CredentialNames
from sealane_router.report.facts import Facts
from sealane_router.routing.matcher import Matcher
from sealane_router.serving import Serving, ServingMeans
from sealane_router.upstream.mounted_credentials import MountedCredentials

CHAT = b'{"model":"kimi-k3","messages":[]}'
STREAMING_CHAT = b'{"model":"kimi-k3","messages":[],"stream":true}'
ROUTE = "default/assistants"
KEY = SecretRef("moonshot", "api-key")
ENVIRON = {"MOONSHOT_API_KEY": "sk-test"}
UNLIMITED = Limits()
USUAL_RETRY = Retry()
SHORT = Timeouts(connect=2.0, first_byte=2.0, idle=2.0)


class RecordingTransport(asyncio.Transport):
    """A client's transport; ``written`` is everything it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.aborted = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)

    def abort(self) -> None:
        self.aborted = True

    @property
    def head(self) -> bytes:
        """The answer's head without its empty line."""
        return self.written.partition(b"\r\n\r\n")[0]

    @property
    def body(self) -> bytes:
        """What follows the answer's head."""
        return self.written.partition(b"\r\n\r\n")[2]


def request_of(
    body: bytes = CHAT, *, path: str = "/v1/chat/completions", headers: bytes = b"", method: str = "POST"
) -> tuple[Exchange, RecordingTransport]:
    """The exchange of one request whose body has arrived, and its client's transport."""
    raw = f"{method} {path} HTTP/1.1\r\nhost: gateway\r\ncontent-length: {len(body)}\r\n".encode()
    head = parse_head(raw + headers + b"\r\n")
    incoming = RequestBody(head, 2**20, BodyMemory(2**20))
    if body:
        incoming.feed(body)
    transport = RecordingTransport()
    response = ClientResponse(transport, http10=False, keep_alive=True)
    api = API_BY_PATH.get(head.path)
    return Exchange(head, incoming, response, api=api, request_id="0" * 32), transport


def provider_of(
    base_url: str, name: str = "moonshot", *, credential: SecretRef | None = KEY, max_concurrency: int = 8
) -> Provider:
    """A provider of the test route."""
    return Provider(
        ROUTE,
        name,
        DialectName.MOONSHOT,
        base_url,
        credential=credential,
        max_concurrency=max_concurrency,
        allow_insecure=True,
    )


def table_of(
    *providers: Provider,
    fallback: Fallback | None = None,
    limits: Limits = UNLIMITED,
    retry: Retry = USUAL_RETRY,
    timeouts: Timeouts = SHORT,
) -> RouteTable:
    """One route with one rule ``kimi`` for ``kimi-*``, whose one target is the first provider."""
    rule = Rule(
        ROUTE,
        "kimi",
        False,
        (Pattern(PatternKind.PREFIX, "kimi-"),),
        (Target(providers[0]),),
        fallback=fallback,
        retry=retry,
        timeouts=timeouts,
        limits=limits,
    )
    route = Route("default", "assistants", "7", "0" * 64, providers, (rule,))
    return RouteTable((route,), "0" * 64)


def means_of(environ: Mapping[str, str] = ENVIRON) -> ServingMeans:
    """Any address may be connected to; credentials come from ``environ``."""
    return ServingMeans(
        credentials=MountedCredentials(None, environ),
        allowed=lambda provider: lambda address: True,
        pool_idle=10.0,
        pool_age=100.0,
        on_transition=lambda provider, arm, state: None,
    )


def serving_of(table: RouteTable, means: ServingMeans | None = None, before: Serving | None = None) -> Serving:
    """The live side of ``table``."""
    return Serving(Matcher(table), means or means_of(), before)


def facts_of() -> Facts:
    """Counts of attempts that nobody has read yet."""
    return Facts(CredentialNames(b"a key of this test", lambda _: "opaque"))


def matched(exchange: Exchange, serving: Serving) -> Exchange:
    """The exchange as the layers up to matching leave it."""
    exchange.caller = Caller("anonymous", "")
    exchange.tenant = "anonymous"
    exchange.content = exchange.body._first
    exchange.request_bytes = len(exchange.content)
    exchange.json = read_head(exchange.content)
    exchange.model, exchange.stream = exchange.json.model, exchange.json.stream
    found = serving.matcher.match(exchange.model)
    assert found is not None
    exchange.match, exchange.rule = found, serving.rules[found.route.key, found.rule.name]
    exchange.matched = True
    return exchange
