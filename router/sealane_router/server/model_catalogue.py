"""The models behind ``GET /v1/models``: exact names, and what providers list of the models their rules claim."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from sealane_api.failure import FailureClass
from sealane_api.route_table import PatternKind
from sealane_router.aio.driver import drive
from sealane_router.aio.tasks import spawn
from sealane_router.layers.model_list import ListedModel
from sealane_router.serving import ProviderRuntime, Serving
from sealane_router.upstream.client import Deadlines
from sealane_router.upstream.errors import UpstreamError
from sealane_telemetry.metrics import RouterMetrics

#: A provider that lists more is believed only so far.
MAX_LISTED = 2_000
MAX_BODY = 4 * 1024 * 1024
#: How long a client waits for a provider's list; a slower one is in the next answer.
PATIENCE = 5.0
#: Seconds until a provider whose list could not be had is asked again: not by each client that wants the list.
RETRY_AFTER = 10.0
_DEADLINES = Deadlines(connect=3.0, first_byte=10.0, idle=10.0)


class _Model(msgspec.Struct):
    id: str


class _List(msgspec.Struct):
    data: list[_Model]


@dataclass(frozen=True, slots=True)
class _Listed:
    """What a provider last said, and when it is asked again (monotonic seconds)."""

    names: tuple[str, ...]
    due: float


class ModelCatalogue:
    """Reads each provider's ``/models`` when somebody asks, and keeps it for ``cache`` seconds.

    A provider that does not answer keeps the list it gave before.
    """

    def __init__(self, serving: Callable[[], Serving], metrics: RouterMetrics, *, cache: float) -> None:
        self._serving = serving
        self._metrics = metrics
        self._cache = cache
        self._lists: dict[tuple[str, str], _Listed] = {}
        self._readings: dict[tuple[str, str], asyncio.Task[None]] = {}

    async def models(self) -> Sequence[ListedModel]:
        """Every model a request could name, sorted; a provider that has never answered is left out."""
        serving = self._serving()
        now = time.monotonic()
        for key in [key for key in self._lists if key not in serving.providers]:
            del self._lists[key]
        due = [key for key in serving.providers if self._is_due(key, now)]
        for key in due:
            if key not in self._readings:
                self._readings[key] = spawn(self._read(key, serving.providers[key]), name=f"models of {key[1]}")
        waited = [self._readings[key] for key in due]
        if waited:
            await asyncio.ensure_future(asyncio.wait(waited, timeout=PATIENCE))
        return self._listed(serving)

    def _is_due(self, key: tuple[str, str], now: float) -> bool:
        known = self._lists.get(key)
        return known is None or now >= known.due

    def _listed(self, serving: Serving) -> list[ListedModel]:
        listed: dict[str, ListedModel] = {}
        # What a candidate claims beside stable is served while it is on trial; providers are those of stable.
        for route in (*serving.table.routes, *(serving.splits.live() if serving.splits is not None else ())):
            for rule in route.rules:
                owner = rule.targets[0].provider.name
                for pattern in rule.patterns:
                    if pattern.kind is PatternKind.EXACT:
                        listed[pattern.text] = ListedModel(pattern.text, owner)
        for (route_key, provider), known in self._lists.items():
            for name in known.names:
                if name not in listed and _serves(serving, name, route_key, provider):
                    listed[name] = ListedModel(name, provider)
        return [listed[name] for name in sorted(listed)]

    async def _read(self, key: tuple[str, str], runtime: ProviderRuntime) -> None:
        known = self._lists.get(key)
        names, keep, result = () if known is None else known.names, min(self._cache, RETRY_AFTER), "ok"
        try:
            names, keep = await drive(_fetch(runtime)), self._cache
        except UpstreamError as error:
            result = error.failure_class.value
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            result = FailureClass.SERVER_ERROR.value
        finally:
            del self._readings[key]
        self._metrics.models_refresh.labels(*key, result).inc()
        self._lists[key] = _Listed(names, time.monotonic() + keep)


async def _fetch(runtime: ProviderRuntime) -> tuple[str, ...]:
    client = runtime.client
    connection = await client.send(b"GET", b"/models", b"", b"", b"", _DEADLINES)
    pieces: list[bytes] = []
    try:
        size = 0
        while size < MAX_BODY and (piece := await connection.read(_DEADLINES.idle)) is not None:
            pieces.append(piece)
            size += len(piece)
    finally:
        client.pool.release(connection)
    body = b"".join(pieces)
    if not 200 <= connection.status < 300:
        failure = runtime.dialect.classify(connection.status, dict(connection.headers), body, wall=time.time())
        raise UpstreamError(failure.failure_class, "refused")
    listed = msgspec.json.decode(body, type=_List)
    return tuple(model.id for model in listed.data[:MAX_LISTED] if 0 < len(model.id) <= 256)


def _serves(serving: Serving, name: str, route_key: str, provider: str) -> bool:
    """Whether a request for ``name`` could reach ``provider`` under that very name."""
    found = serving.matcher.match(name)
    if found is None or found.route.key != route_key or found.alias is not None:
        return False
    return any(target.provider.name == provider and target.model is None for target in found.rule.targets)
