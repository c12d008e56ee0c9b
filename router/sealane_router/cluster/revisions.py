"""The revisions that pointers name: fetched by name, checked, compiled once, and kept while somebody points at them.

A revision never changes, so it is fetched and not watched. It is served only when its owner is that very route (by UID:
a route that was deleted and made anew is another one) and its content has the hash that the pointer says.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import msgspec
from pydantic import TypeAdapter, ValidationError

from sealane_api.canonical import spec_hash
from sealane_api.compilation import compile_route
from sealane_api.crd.revision import revision_name
from sealane_api.provider_route import API_VERSION, KIND, ProviderRoute, ProviderRouteSpec, RevisionSpec
from sealane_api.resource.metadata import ObjectMeta
from sealane_api.resource.part import ValidationContext
from sealane_api.route_table import Route
from sealane_kube.errors import KubeError, NotFound
from sealane_router.aio.tasks import spawn, stop
from sealane_router.routing.regex import check_regex
from sealane_router.upstream.credentials import BUNDLE, KEY
from sealane_telemetry.cluster_metrics import ClusterMetrics
from sealane_telemetry.logs import get_logger

from .pointers import Pointer, RoutePointers
from .secrets import Need, SecretName

_log = get_logger("sealane.cluster")

#: Revisions that are asked for at once.
_AT_ONCE = 16
#: Revisions that nobody points at any more and that are kept all the same: a rollback points there again.
KEPT = 64
#: Seconds: the first wait after a failure, and the longest.
_FIRST_WAIT, _LONGEST_WAIT = 0.2, 10.0
_SPEC: TypeAdapter[RevisionSpec] = TypeAdapter(RevisionSpec)


class RevisionRefused(ValueError):
    """A revision that must not be served; the text says why, for people."""


class Getter(Protocol):
    """What is asked of the API; see :class:`.api.KubeApi`."""

    async def get(self, path: str) -> bytes:
        """The object at ``path``."""
        ...


class Wanted(NamedTuple):
    """A revision as a pointer names it, of one very route; a tuple, because thousands are looked up at each swap."""

    namespace: str
    name: str
    uid: str
    created: str
    number: int
    hash: str

    @property
    def key(self) -> str:
        """The route, ``namespace/name``."""
        return f"{self.namespace}/{self.name}"

    @property
    def object_name(self) -> str:
        """What the object is called."""
        return revision_name(self.name, self.number)


@dataclass(frozen=True, slots=True, eq=False)
class Revision:
    """A revision that may be served; ``spec`` is its JSON as it was fetched.

    ``needs`` are the keys of Secrets that it refers to, ``secrets`` these Secrets.
    """

    wanted: Wanted
    route: Route
    spec: bytes
    needs: tuple[Need, ...]
    secrets: frozenset[SecretName]


def wanted_by(route: RoutePointers, pointer: Pointer) -> Wanted:
    """The revision that a route points at."""
    return Wanted(route.namespace, route.name, route.uid, route.created, pointer.number, pointer.hash)


class Revisions:
    """Fetches what is wanted and says what became of it; ``noticed`` is called whenever that is something new."""

    def __init__(
        self,
        api: Getter,
        metrics: ClusterMetrics,
        *,
        noticed: Callable[[], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._api = api
        self._metrics = metrics
        self._noticed = noticed
        self._sleep = sleep
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._found: dict[Wanted, Revision] = {}
        self._problems: dict[Wanted, str] = {}
        self._tasks: dict[Wanted, asyncio.Task[None]] = {}
        #: Found ones that nobody points at, in the order in which that came about.
        self._idle: dict[Wanted, None] = {}

    def known(self) -> "dict[Wanted, Revision | str]":
        """By revision, itself or why it cannot be served, for people; one of which nothing is known yet is missing."""
        return {**self._problems, **self._found}

    def know(self, revisions: Iterable[Revision]) -> None:
        """Take revisions that were fetched and checked before."""
        for revision in revisions:
            self._found.setdefault(revision.wanted, revision)

    async def want(self, wanted: Collection[Wanted]) -> None:
        """Fetch these, and forget those that were wanted before."""
        asked = set(wanted)
        for each in asked - self._found.keys() - self._tasks.keys():
            self._tasks[each] = spawn(self._fetch(each), name="fetch revision")
        given_up = [self._tasks.pop(each) for each in self._tasks.keys() - asked]
        for each in self._problems.keys() - asked:
            del self._problems[each]
        for each in self._idle.keys() & asked:
            del self._idle[each]
        for each in self._found.keys() - asked - self._idle.keys():
            self._idle[each] = None
        while len(self._idle) > KEPT:
            oldest = next(iter(self._idle))
            del self._idle[oldest], self._found[oldest]
        await stop(*given_up)

    async def close(self) -> None:
        """Stop fetching."""
        tasks = list(self._tasks.values())
        self._tasks.clear()
        await stop(*tasks)

    async def _fetch(self, wanted: Wanted) -> None:
        failures = 0
        while (found := await self._attempt(wanted)) is None:
            failures += 1
            await self._sleep(min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** min(failures, 8)))
        self._found[wanted] = found
        self._problems.pop(wanted, None)
        self._tasks.pop(wanted, None)
        self._noticed()

    async def _attempt(self, wanted: Wanted) -> Revision | None:
        """The revision, or None with a problem noted."""
        path = f"/apis/{API_VERSION}/namespaces/{wanted.namespace}/providerrouterevisions/{wanted.object_name}"
        try:
            async with self._gate:
                content = await self._api.get(path)
                # Large ones take long to check; exchanges go on meanwhile.
                found = await asyncio.to_thread(checked, wanted, content)
        except NotFound:
            result, problem = "missing", f"revision {wanted.object_name} does not exist"
        except KubeError as error:
            result, problem = "failed", f"revision {wanted.object_name} cannot be fetched: {error.brief}"
        except RevisionRefused as error:
            result, problem = "refused", str(error)
        else:
            self._metrics.revisions_fetched.labels("ok").inc()
            return found
        self._metrics.revisions_fetched.labels(result).inc()
        if self._problems.get(wanted) != problem:
            self._problems[wanted] = problem
            _log.warning("revision_not_served", route=wanted.key, reason=problem[:250])
            self._noticed()
        return None


class _Owner(msgspec.Struct):
    kind: str = ""
    uid: str = ""
    controller: bool = False


class _Metadata(msgspec.Struct):
    ownerReferences: list[_Owner] | None = None  # noqa: N815 - Kubernetes' own spelling


class _Object(msgspec.Struct):
    metadata: _Metadata
    spec: msgspec.Raw


#: Made here and not at the first use: two threads that make one at the same time crash the interpreter (msgspec 0.22).
_OBJECT = msgspec.json.Decoder(_Object)


def checked(wanted: Wanted, content: bytes) -> Revision:
    """The revision in the JSON of its object; raises RevisionRefused."""
    try:
        found = _OBJECT.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise RevisionRefused(f"revision {wanted.object_name} cannot be read: {error}") from error
    owners = [owner for owner in found.metadata.ownerReferences or () if owner.kind == KIND]
    if not any(owner.uid == wanted.uid for owner in owners):
        raise RevisionRefused(f"revision {wanted.object_name} belongs to another route than {wanted.name}")
    return compiled(wanted, bytes(found.spec))


def compiled(wanted: Wanted, spec: bytes) -> Revision:
    """The revision with this spec, for a route that is known to own it; raises RevisionRefused."""
    what = f"revision {wanted.object_name}"
    try:
        read = _SPEC.validate_json(spec, context=_context())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        reason = f"spec.{where}: {first['msg']}"[:300]
        raise RevisionRefused(f"{what} is not valid for this version of Sealane: {reason}") from error
    if spec_hash(read) != wanted.hash:
        raise RevisionRefused(f"{what} does not have the hash that the status of route {wanted.name} says")
    route = _route(wanted, read)
    needs = tuple(dict.fromkeys(_needs(route)))
    secrets = frozenset((wanted.namespace, need.reference.name) for need in needs)
    return Revision(wanted, route, spec, needs, secrets)


def _needs(route: Route) -> Iterator[Need]:
    for provider in route.providers:
        if provider.credential is not None:
            yield Need(provider.credential, KEY)
        if provider.tls is not None and provider.tls.ca is not None:
            yield Need(provider.tls.ca, BUNDLE)


def _route(wanted: Wanted, spec: RevisionSpec) -> Route:
    # Everything has been validated: what compiles a route wants it whole.
    resource = ProviderRoute.model_construct(
        api_version=API_VERSION,
        kind=KIND,
        metadata=ObjectMeta.model_construct(
            name=wanted.name, namespace=wanted.namespace, creation_timestamp=wanted.created
        ),
        spec=ProviderRouteSpec.model_construct(providers=spec.providers, rules=spec.rules),
        status=None,
    )
    return compile_route(resource, revision=str(wanted.number))


def _context() -> Any:
    return ValidationContext(check_regex=check_regex)
