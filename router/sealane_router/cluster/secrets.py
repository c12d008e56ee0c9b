"""The Secrets that routes refer to: each watched by its name, because a router may read these and no others.

A value goes from here to the credential store, and nowhere else but to the snapshot in memory, if there is one. What
was read once stays in use while the API is away or refuses to repeat it; what was deleted is gone.
"""

import asyncio
import binascii
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from sealane_api.route_table import SecretRef
from sealane_kube.errors import Forbidden
from sealane_router.aio.tasks import spawn, stop
from sealane_router.upstream.credentials import SecretKind, text_of

from .kube.reflector import Reflector, Resource, Surroundings

#: What the Role of a namespace may name.
MAX_IN_NAMESPACE = 200
#: Each is a connection to the API server: a file descriptor, and 75 KiB here.
MAX_IN_ALL = 1_000
#: Seconds for which a Secret that cannot be read is asked for again before that is a problem: the operator writes the
#: permission a moment before the route needs it.
PATIENCE = 30.0

#: Namespace and name.
SecretName = tuple[str, str]


@dataclass(frozen=True, slots=True)
class SecretState:
    """A Secret as it is known now.

    ``values`` is None when there is none to use, and then ``problem`` says why, for people; without a problem the
    API's answer is awaited. With both, the values are the last ones known.
    """

    values: Mapping[str, bytes] | None = field(default=None, repr=False)
    problem: str | None = None

    @property
    def is_answered(self) -> bool:
        """Whether waiting would bring nothing new."""
        return self.values is not None or self.problem is not None


AWAITED = SecretState()


@dataclass(frozen=True, slots=True)
class Need:
    """One key of one Secret that a revision needs, and what it must be like."""

    reference: SecretRef
    kind: SecretKind

    def lack(self, state: SecretState) -> str | None:
        """Why the need is not met, for people; None when it is."""
        if state.values is None:
            return state.problem or "is awaited"
        content = state.values.get(self.reference.key)
        if content is None:
            return f"Secret {self.reference.name} has no key {self.reference.key}"
        problem = self.kind.problem_of(text_of(content))
        return None if problem is None else f"key {self.reference.key} of Secret {self.reference.name}: {problem}"


@dataclass(frozen=True, slots=True)
class Secret:
    """A Secret as the API said it."""

    key: str
    version: str = field(compare=False)
    values: Mapping[str, bytes] = field(repr=False)


class _Metadata(msgspec.Struct):
    name: str
    namespace: str
    resourceVersion: str  # noqa: N815 - Kubernetes' own spelling


class _Object(msgspec.Struct):
    metadata: _Metadata
    data: dict[str, str] | None = None


def secret_of(raw: "msgspec.Raw | bytes") -> Secret:
    """Read a Secret's JSON; raises ValueError (msgspec's too) without a word of its content."""
    try:
        found = msgspec.json.decode(raw, type=_Object)
        values = {key: b64decode(text, validate=True) for key, text in (found.data or {}).items()}
    except (msgspec.MsgspecError, UnicodeDecodeError, binascii.Error):
        raise ValueError("a Secret that cannot be read") from None
    metadata = found.metadata
    return Secret(f"{metadata.namespace}/{metadata.name}", metadata.resourceVersion, values)


class SecretWatches:
    """Watches what is wanted; ``noticed`` is called with each Secret whose state is another one than before."""

    def __init__(self, around: Surroundings, *, noticed: Callable[[SecretName], None]) -> None:
        self._around = around
        self._noticed = noticed
        self._watches: dict[SecretName, _Watch] = {}
        self._refused: dict[SecretName, SecretState] = {}
        self._remembered: dict[SecretName, Mapping[str, bytes]] = {}

    def __len__(self) -> int:
        return len(self._watches)

    def states(self) -> dict[SecretName, SecretState]:
        """Everything that is wanted, as it is known now."""
        return {**{name: watch.state for name, watch in self._watches.items()}, **self._refused}

    def state(self, name: SecretName) -> SecretState:
        """One Secret; one that nobody wants is awaited."""
        watch = self._watches.get(name)
        return self._refused.get(name, AWAITED) if watch is None else watch.state

    def remember(self, values: Mapping[SecretName, Mapping[str, bytes]]) -> None:
        """Take what was known before this process began; it counts until the API says something."""
        self._remembered.update(values)

    async def want(self, names: Collection[SecretName]) -> None:
        """Watch these, as far as the limits go, and no others."""
        if self._watches.keys() | self._refused.keys() == set(names):
            return
        admitted, self._refused = _admitted(names, self._watches)
        gone = [self._watches.pop(name) for name in self._watches.keys() - admitted]
        for name in sorted(admitted - self._watches.keys()):
            self._watches[name] = self._begun(name)
        await stop(*(watch.task for watch in gone))

    async def close(self) -> None:
        """Stop watching."""
        watches = list(self._watches.values())
        self._watches.clear()
        await stop(*(watch.task for watch in watches))

    def _begun(self, name: SecretName) -> "_Watch":
        namespace, secret = name
        reflector = Reflector(
            Resource("secrets", f"/api/v1/namespaces/{namespace}/secrets", f"metadata.name={secret}"),
            secret_of,
            self._around,
            noticed=lambda: self._compare(name),
        )
        task = spawn(reflector.run(), name="watch secret")
        return _Watch(name, reflector, task, self._remembered.get(name), self._around.clock)

    def _compare(self, name: SecretName) -> None:
        """A thousand watches that fail every few seconds are no news."""
        watch = self._watches.get(name)
        if watch is not None and watch.reflector.synced:
            self._remembered.pop(name, None)
        if watch is not None and (state := watch.state) != watch.told:
            watch.told = state
            self._noticed(name)


@dataclass(slots=True)
class _Watch:
    """One Secret's reflector and its task; ``told`` is the state that was noticed last.

    Whoever asked for the watch saw none, so what is remembered is news as well.
    """

    name: SecretName
    reflector: Reflector[Secret]
    task: "asyncio.Task[None]"
    remembered: Mapping[str, bytes] | None
    clock: Callable[[], float]
    told: SecretState = AWAITED

    @property
    def state(self) -> SecretState:
        namespace, name = self.name
        found = self.reflector.listing.items.get(f"{namespace}/{name}")
        if self.reflector.synced:
            values = None if found is None else found.values
            missing = f"there is no Secret {name} in namespace {namespace}" if found is None else None
        else:
            values, missing = self.remembered, None
        return SecretState(values, self._trouble() or missing)

    def _trouble(self) -> str | None:
        """Why the API does not say it, once it has not done so for long enough."""
        failure, since = self.reflector.failure, self.reflector.failing_since
        if failure is None or since is None or self.clock() - since < PATIENCE:
            return None
        namespace, name = self.name
        remedy = "; the Role sealane-router-secrets must name it" if isinstance(failure, Forbidden) else ""
        return f"Secret {name} in namespace {namespace} cannot be read: {failure.brief}{remedy}"[:300]


def _admitted(
    names: Iterable[SecretName], before: Collection[SecretName]
) -> tuple[set[SecretName], dict[SecretName, SecretState]]:
    """What the limits admit, those watched already first; and why the others are not."""
    admitted: set[SecretName] = set()
    refused: dict[SecretName, SecretState] = {}
    in_namespace: Counter[str] = Counter()
    for name in sorted(names, key=lambda name: (name not in before, name)):
        namespace = name[0]
        if in_namespace[namespace] >= MAX_IN_NAMESPACE:
            reason = f"routes of namespace {namespace} refer to more than {MAX_IN_NAMESPACE} Secrets"
            refused[name] = SecretState(problem=f"{reason}; put several keys into one")
        elif len(admitted) >= MAX_IN_ALL:
            refused[name] = SecretState(
                problem=f"routes refer to more than {MAX_IN_ALL} Secrets; put several keys into one"
            )
        else:
            in_namespace[namespace] += 1
            admitted.add(name)
    return admitted, refused
